"""git's index, read without git."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.bundle.git_index import knows_modes, top_of_checkout, tracked
from reconciler.bundle.split_index import merged
from reconciler.errors import BundleError
from tests.bundle.git import Git, write_files

FILES = ("a", "b/c", "b/ccc", f"b/{'x' * 200}", "é/ü", "d" * 250, "with blank", "b/c.d")


def checkout(top: Path, *init: str) -> Git:
    git = Git(top, *init)
    write_files(top, FILES)
    return git


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("hashes", ["sha1", "sha256"])
def test_every_version_of_the_format_is_read(tmp_path: Path, version: int, hashes: str) -> None:
    """Names of any length, stages, flags, and a repository of either hash."""
    git = checkout(tmp_path, f"--object-format={hashes}")
    git.run("add", ".")
    if version >= 3:
        write_files(tmp_path, ["intended"])
        git.run("add", "-N", "intended")  # a flag that version 2 cannot hold
    if version == 4:
        git.run("update-index", "--index-version", "4")
    assert (tmp_path / ".git/index").read_bytes()[7] == version
    assert set(tracked(tmp_path)) == git.tracked()


def test_the_index_knows_what_may_be_executed(tmp_path: Path) -> None:
    """Where the file system does not, git asks its index; and so do we."""
    git = checkout(tmp_path)
    (tmp_path / "a").chmod(0o755)
    git.run("add", ".")
    git.run("update-index", "--chmod=+x", "b/c")
    found = tracked(tmp_path)
    assert {path for path, executable in found.items() if executable} == {b"a", b"b/c"}
    assert knows_modes(tmp_path)
    git.run("config", "core.fileMode", "false")
    assert not knows_modes(tmp_path)


def test_a_work_tree_keeps_its_index_elsewhere(tmp_path: Path) -> None:
    """`.git` is a file there, as it is in submodules."""
    git = checkout(tmp_path / "main")
    git.run("add", ".")
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    git.run(*identity, "commit", "-q", "-m", "x")
    git.run("worktree", "add", "-q", str(tmp_path / "other"))
    assert (tmp_path / "other/.git").is_file()
    assert set(tracked(tmp_path / "other")) == git.tracked()
    assert top_of_checkout(tmp_path / "other/b") == tmp_path / "other"


def test_without_an_index_nothing_is_tracked(tmp_path: Path) -> None:
    """A new checkout, or a folder that merely looks like one."""
    checkout(tmp_path)
    assert tracked(tmp_path) == {}
    (tmp_path / "x").mkdir()
    (tmp_path / "x/.git").write_text("no checkout")
    assert tracked(tmp_path / "x") == {}


@pytest.mark.parametrize("version", [2, 4])
@settings(max_examples=12, derandomize=True, deadline=None)
@given(
    gone=st.sets(st.integers(0, 299), max_size=200),
    executable=st.sets(st.integers(0, 299), max_size=200),
    new=st.integers(0, 5),
)
def test_an_index_in_two_files_is_read_as_one(
    tmp_path_factory: pytest.TempPathFactory,
    version: int,
    gone: set[int],
    executable: set[int],
    new: int,
) -> None:
    """What the shared half lists, without what is gone, with what is changed and new."""
    git = Git(tmp_path_factory.mktemp("split"))
    git.run("config", "splitIndex.maxPercentChange", "100")  # never one file again
    names = [f"f{number:03}" for number in range(300)]
    git.list(names)
    git.run("update-index", "--index-version", str(version))
    git.run("update-index", "--split-index")
    stdin = "".join(f"{names[number]}\0" for number in sorted(gone)).encode()
    git.run("update-index", "--force-remove", "-z", "--stdin", stdin=stdin)
    git.list([names[number] for number in sorted(executable - gone)], mode="100755")
    git.list([f"new{number}" for number in range(new)])

    found = tracked(git.top)

    assert b"link" in (git.top / ".git/index").read_bytes()
    assert set(found) == git.tracked()
    ours = {name.decode() for name, may in found.items() if may}
    assert ours == {names[number] for number in executable - gone}


def test_an_index_without_its_other_half_is_an_error_in_words(tmp_path: Path) -> None:
    """Better to say so than to miss files."""
    git = checkout(tmp_path)
    git.run("add", ".")
    git.run("update-index", "--split-index")
    (shared,) = (tmp_path / ".git").glob("sharedindex.*")
    shared.unlink()
    with pytest.raises(BundleError, match="--no-split-index"):
        tracked(tmp_path)


@pytest.mark.parametrize(
    "bitmaps",
    [
        b"\0" * 9,
        bytes(4) + b"\xff" * 4 + bytes(8),
        # One word of 64 set bits, where there are three entries; and nothing to replace them by.
        *(
            bytes(7) + b"\2" + bytes(7) + b"\0" + word + bytes(4) + bytes(12)
            for word in (b"\0" * 3 + b"\2" + bytes(4) + b"\xff" * 8,)
        ),
    ],
)
def test_damaged_bitmaps_are_told(bitmaps: bytes) -> None:
    """They come from a file that anything may have written."""
    with pytest.raises((ValueError, IndexError)):
        list(merged([(b"a", False), (b"b", False), (b"c", False)], [], bitmaps))


@pytest.mark.parametrize("data", [b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff", b"no index" * 9])
def test_a_damaged_index_is_an_error_in_words(tmp_path: Path, data: bytes) -> None:
    """And never a wrong list."""
    checkout(tmp_path)
    (tmp_path / ".git/index").write_bytes(data)
    with pytest.raises(BundleError, match="cannot be read as a git index"):
        tracked(tmp_path)
