"""Folders as digests: what changes one, what it costs, and what cannot be one."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.bundle import CodeBundler
from reconciler.bundle import bundler as room
from reconciler.bundle.select import Taken, select
from reconciler.errors import BundleError
from reconciler.model import Bundle, Code, CodeFolder, CodePickle
from tests.bundle.git import Git, write_files

YEAR = 365 * 24 * 3600 * 10**9


def in_a_year() -> int:
    """A clock that makes every file of a test old enough to be remembered."""
    return 2_000_000_000 * 10**9 + YEAR


def folder(root: Path, **fields: object) -> CodeFolder:
    return CodeFolder(str(root), **fields)  # type: ignore[arg-type]


def a_bundle(root: Path, bundler: CodeBundler) -> Bundle:
    source = folder(root)
    return Bundle("p", "d", "app", bundler.code(source), source)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files whose content was read, as they are read."""
    seen: list[str] = []
    real = room._chunks

    def chunks(taken: Taken) -> object:
        seen.append(os.fsdecode(taken.path))
        return real(taken)

    monkeypatch.setattr(room, "_chunks", chunks)
    return seen


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (lambda root: (root / "a.py").write_text("other"), True),
        (lambda root: (root / "a.py").chmod(0o755), True),
        (lambda root: (root / "a.py").rename(root / "b.py"), True),
        (lambda root: (root / "new.py").touch(), True),
        (lambda root: (root / "link").symlink_to("a.py"), True),
        (lambda root: (root / "a.py").chmod(0o600), False),
        (lambda root: os.utime(root / "a.py", (1, 1)), False),
        (lambda root: (root / "empty").mkdir(), False),
        (lambda root: (root / "a.pyc").touch(), False),
    ],
)
def test_what_makes_another_digest(
    tmp_path: Path, change: Callable[[Path], object], differs: bool
) -> None:
    """Paths, contents, whether a file may be executed; nothing else."""
    write_files(tmp_path, ["a.py", "sub/c.py"])
    before = CodeBundler().code(folder(tmp_path))
    change(tmp_path)
    assert (CodeBundler().code(folder(tmp_path)) != before) is differs


# The cache


def test_a_file_system_without_modes_makes_no_other_digest(tmp_path: Path) -> None:
    """On one of Windows every file may be executed, or none; git keeps what is meant."""
    files = ["run.sh", "a.py", "sub/tool"]

    def checkout(name: str) -> Git:
        git = Git(tmp_path / name)
        write_files(git.top, files)
        for file in ("run.sh", "sub/tool"):
            (git.top / file).chmod(0o755)
        git.run("add", ".")
        return git

    linux, windows = checkout("linux"), checkout("windows")
    windows.run("config", "core.fileMode", "false")
    for file in files:
        (windows.top / file).chmod(0o777)
    write_files(windows.top, ["new.py"])
    write_files(linux.top, ["new.py"])
    (windows.top / "new.py").chmod(0o777)

    for root in ("", "sub"):
        for rules in ((".gitignore",), ()):
            ours, theirs = (
                CodeBundler().code(folder(git.top / root, ignore_files=rules))
                for git in (linux, windows)
            )
            assert ours == theirs


def test_unchanged_files_are_not_read_again(tmp_path: Path, reads: list[str]) -> None:
    """A plan costs what changed since the last one."""
    write_files(tmp_path / "src", ["a.py", "b.py"])
    bundler = CodeBundler(tmp_path / "cache", now=in_a_year)
    first = bundler.code(folder(tmp_path / "src"))
    assert sorted(reads) == ["a.py", "b.py"]
    reads.clear()
    assert bundler.code(folder(tmp_path / "src")) == first
    assert reads == []
    (tmp_path / "src/a.py").write_text("longer than before")
    assert bundler.code(folder(tmp_path / "src")) != first
    assert reads == ["a.py"]


def test_a_file_of_the_same_size_and_time_is_told_by_its_inode(
    tmp_path: Path, reads: list[str]
) -> None:
    """Editors put a new file in the old one's place; times can be set at will."""
    write_files(tmp_path / "src", {"a.py": "one"})
    bundler = CodeBundler(tmp_path / "cache", now=in_a_year)
    first = bundler.code(folder(tmp_path / "src"))
    found = (tmp_path / "src/a.py").stat()
    write_files(tmp_path, {"other": "two"})
    os.utime(tmp_path / "other", ns=(found.st_atime_ns, found.st_mtime_ns))
    (tmp_path / "other").replace(tmp_path / "src/a.py")
    assert bundler.code(folder(tmp_path / "src")) != first


def test_a_young_file_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    """It may change once more within one tick of its file system's clock."""
    write_files(tmp_path / "src", ["a.py"])
    now = (tmp_path / "src/a.py").stat().st_ctime_ns + 10**9
    bundler = CodeBundler(tmp_path / "cache", now=lambda: now)
    bundler.code(folder(tmp_path / "src"))
    bundler.code(folder(tmp_path / "src"))
    assert reads == ["a.py", "a.py"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1, "files": {"a.py": [1]}}'])
def test_a_spoilt_cache_is_forgotten(tmp_path: Path, reads: list[str], content: str) -> None:
    """Losing it costs time and nothing else."""
    write_files(tmp_path / "src", ["a.py"])
    bundler = CodeBundler(tmp_path / "cache", now=in_a_year)
    first = bundler.code(folder(tmp_path / "src"))
    (file,) = (tmp_path / "cache/bundles").iterdir()
    file.write_text(content)
    assert bundler.code(folder(tmp_path / "src")) == first
    assert len(reads) == 2
    assert json.loads(file.read_text())["files"]


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    """A container's home may not be there at all."""
    write_files(tmp_path, {"src/a.py": "", "cache": "a file, no folder"})
    bundler = CodeBundler(tmp_path / "cache", now=in_a_year)
    assert bundler.code(folder(tmp_path / "src")).files == 1


def test_each_root_has_its_own_cache(tmp_path: Path, reads: list[str]) -> None:
    """Two folders with files of the same names do not fight over one."""
    write_files(tmp_path, ["one/a.py", "two/a.py"])
    bundler = CodeBundler(tmp_path / "cache", now=in_a_year)
    for _ in range(2):
        bundler.code(folder(tmp_path / "one"))
        bundler.code(folder(tmp_path / "two"))
    assert len(reads) == 2


# What cannot be a bundle


def test_too_much_is_refused_with_the_largest(tmp_path: Path) -> None:
    """A model that nobody meant to ship is named, with its size."""
    write_files(tmp_path, {"a.py": b"x" * 10, "model.bin": b"x" * 5000, "b.csv": b"x" * 600})
    with pytest.raises(BundleError) as caught:
        CodeBundler().code(folder(tmp_path, max_bytes=1000))
    message = str(caught.value)
    assert "5,610 bytes in 3 files, more than the 1,000 of maxSize" in message
    assert "model.bin 5,000, b.csv 600" in message
    assert CodeBundler().code(folder(tmp_path, max_bytes=5610)).size == 5610


def test_an_archive_that_would_be_code_is_refused(tmp_path: Path) -> None:
    """Else the same folder built twice would be two bundles."""
    write_files(tmp_path, {"a.py": "", "out/.gitignore": "*", ".git/HEAD": ""})
    with pytest.raises(BundleError, match="would be part of the next bundle"):
        CodeBundler().build(folder(tmp_path), tmp_path / "code.tar.gz")
    assert not (tmp_path / "code.tar.gz").exists()
    (tmp_path / "a.py").write_text("code")
    with pytest.raises(BundleError, match="would be part of the next bundle"):
        CodeBundler().build(folder(tmp_path), tmp_path / "a.py")
    assert (tmp_path / "a.py").read_text() == "code"
    first, _ = CodeBundler().build(folder(tmp_path), tmp_path / "out/code.tar.gz")
    second, _ = CodeBundler().build(folder(tmp_path), tmp_path / "out/code.tar.gz")
    assert first == second == CodeBundler().code(folder(tmp_path))


def test_no_file_at_all_is_refused(tmp_path: Path) -> None:
    """Rules that leave out everything are a slip."""
    write_files(tmp_path, {".gitignore": "*"})
    with pytest.raises(BundleError, match="no file is taken"):
        CodeBundler().code(folder(tmp_path))


def test_links_out_are_refused(tmp_path: Path) -> None:
    """By digest, archive and build alike; the listing says so and goes on."""
    write_files(tmp_path / "src", ["a.py"])
    (tmp_path / "src/passwd").symlink_to("/etc/passwd")
    bundler = CodeBundler()
    with pytest.raises(BundleError, match="out of the folder"):
        bundler.code(folder(tmp_path / "src"))
    with pytest.raises(BundleError, match="out of the folder"):
        bundler.build(folder(tmp_path / "src"), tmp_path / "out")
    assert len(bundler.listing(folder(tmp_path / "src")).problems) == 1


def test_a_link_put_there_meanwhile_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between choosing a file and reading it, somebody may swap it."""
    write_files(tmp_path, ["src/a.py", "secret"])

    def swap(source: CodeFolder) -> object:
        selection = select(source)
        (tmp_path / "src/a.py").unlink()
        (tmp_path / "src/a.py").symlink_to("../secret")
        return selection

    monkeypatch.setattr(room, "select", swap)
    with pytest.raises(BundleError, match="cannot be read"):
        CodeBundler().code(folder(tmp_path / "src"))


@pytest.mark.parametrize("content", ["a", "a.py and more"])
def test_a_file_that_changes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """Neither shorter nor longer than the archive's head says."""
    write_files(tmp_path, ["src/a.py"])

    def write(source: CodeFolder) -> object:
        selection = select(source)
        (tmp_path / "src/a.py").write_text(content)
        return selection

    monkeypatch.setattr(room, "select", write)
    with pytest.raises(BundleError, match="changed while it was read"):
        CodeBundler().code(folder(tmp_path / "src"))


# Archives


def test_an_archive_is_of_the_code_that_was_planned(tmp_path: Path) -> None:
    """Whatever was saved in an editor since belongs to the next plan."""
    write_files(tmp_path, ["a.py"])
    bundler = CodeBundler()
    bundle = a_bundle(tmp_path, bundler)
    with bundler.archive(bundle) as archive:
        assert archive.path.name == "code.tar.gz"
        assert archive.path.stat().st_size == archive.size
    assert not archive.path.exists()
    (tmp_path / "a.py").write_text("changed since")
    with (
        pytest.raises(BundleError, match="has changed since it was planned; plan again"),
        bundler.archive(bundle),
    ):
        pass


def test_objects_by_value_are_sent_as_they_are() -> None:
    """Under the name that flytekit's runtime looks for; nothing here unpacks them."""
    bundle = Bundle("p", "d", "task", Code("ab" * 32, 1, 7), CodePickle(b"pickled"))

    with CodeBundler().archive(bundle) as archive:
        content, name = archive.path.read_bytes(), archive.path.name

    assert (content, name) == (b"pickled", "pkl.gz")
    assert archive.size == 7
    assert archive.md5 == hashlib.md5(b"pickled").digest()
    assert not archive.path.exists()
    assert bundle.is_address(f"s3://bucket/p/d/{'ab' * 32}/pkl.gz")
