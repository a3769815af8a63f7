"""Archives: the same bytes everywhere, readable by whatever unpacks them."""

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.bundle import CodeBundler
from reconciler.bundle.archive import Member, write_archive, write_tar
from reconciler.bundle.tar_header import tar_header
from reconciler.model import CodeFolder, code_digest
from tests.bundle.git import write_files

FILES = {
    "app/__init__.py": b"",
    "app/main.py": b"print('hello')\n",
    "run.sh": b"#!/bin/sh\n",
    f"deep/{'x' * 90}/{'y' * 90}.txt": b"long name",
    "data/exact": b"z" * 512,
    "docs/é.md": "é".encode(),
}
# What these very files are, for good: another value is another bundle for every user.
TAR_SHA256 = "c99b2c372d3d1c6729c650503871e04dfd94543faa3d2cdb5f38bbb2774db9c3"
CODE_DIGEST = "21bd1392ac4028f167069af87a757d4ece18541e6a6dbc8a0a3f6380a9077c99"


def member(path: bytes, content: bytes = b"", *, mode: str = "-", target: bytes = b"") -> Member:
    return Member(path, mode, len(content), lambda: (content,) if content else (), target)


def a_folder(root: Path) -> Path:
    write_files(root, FILES)
    (root / "run.sh").chmod(0o755)
    (root / "app/link.py").symlink_to("main.py")
    return root


def packed(root: Path, out: Path) -> bytes:
    CodeBundler().build(CodeFolder(str(root)), out)
    return out.read_bytes()


def test_a_checkout_anywhere_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whatever its path, times, owners, umask, and the order of its files on disk."""
    first = a_folder(tmp_path / "here")
    former = os.umask(0o077)
    try:
        second = tmp_path / "some/where/else"
        for name in reversed(FILES):
            write_files(second, {name: FILES[name]})
        (second / "run.sh").chmod(0o700)
        (second / "app/link.py").symlink_to(second / "app/main.py")
    finally:
        os.umask(former)
    for path in second.rglob("*"):
        os.utime(path, (time.time() - 1e6,) * 2, follow_symlinks=False)

    assert packed(first, tmp_path / "1") == packed(second, tmp_path / "2")


def test_the_tar_is_the_same_for_good(tmp_path: Path) -> None:
    """No Python, library or change of ours may alter it unnoticed."""
    content = gzip.decompress(packed(a_folder(tmp_path / "src"), tmp_path / "out"))
    assert hashlib.sha256(content).hexdigest() == TAR_SHA256


def test_the_gzip_has_no_time_and_no_name(tmp_path: Path) -> None:
    """Its head says nothing of when, where and by what name it was made."""
    head = packed(a_folder(tmp_path / "src"), tmp_path / "out")[:10]
    assert head[:4] == b"\x1f\x8b\x08\x00"
    assert head[4:8] == bytes(4)


def test_without_isal_the_digest_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another compressor gives other bytes of the same tar, and so of the same code."""
    source = CodeFolder(str(a_folder(tmp_path / "src")))
    fast, _ = CodeBundler().build(source, tmp_path / "fast")
    monkeypatch.setitem(sys.modules, "isal", None)
    slow, _ = CodeBundler().build(source, tmp_path / "slow")
    contents = [(tmp_path / name).read_bytes() for name in ("fast", "slow")]
    assert contents[0] != contents[1]
    assert gzip.decompress(contents[0]) == gzip.decompress(contents[1])
    assert fast == slow


def test_what_is_said_of_the_archive_is_true(tmp_path: Path) -> None:
    """Size and MD5 are those of the file, the digest is that of its members."""
    code, made = CodeBundler().build(CodeFolder(str(a_folder(tmp_path / "src"))), tmp_path / "out")
    content = made.path.read_bytes()
    assert made.size == len(content)
    assert made.md5 == hashlib.md5(content).digest()
    assert code.files == len(FILES) + 1
    assert code.size == sum(map(len, FILES.values())) + len("main.py")


def test_gnu_tar_unpacks_it_as_the_runtime_does(tmp_path: Path) -> None:
    """`pyflyte-fast-execute` runs `tar -xvf ARCHIVE -C FOLDER`."""
    packed(a_folder(tmp_path / "src"), tmp_path / "code.tar.gz")
    target = tmp_path / "target"
    target.mkdir()
    done = subprocess.run(
        ["tar", "-xvf", str(tmp_path / "code.tar.gz"), "-C", str(target)],
        capture_output=True,
        check=True,
    )
    assert not done.stderr
    for name, content in FILES.items():
        assert (target / name).read_bytes() == content
    assert os.access(target / "run.sh", os.X_OK)
    assert not os.access(target / "app/main.py", os.X_OK)
    assert os.readlink(target / "app/link.py") == "main.py"


names = st.binary(min_size=1, max_size=140).filter(
    lambda name: not set(name) & {0, ord("/")} and name not in (b".", b"..")
)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(
    files=st.dictionaries(names, st.tuples(st.binary(max_size=1100), st.sampled_from("x-l"))),
    folder=names,
)
def test_any_names_and_contents_come_back(
    files: dict[bytes, tuple[bytes, str]], folder: bytes
) -> None:
    """Python's own reader finds what was put in, byte for byte."""
    members = [
        member(folder + b"/" + name, content, mode=mode, target=name)
        for name, (content, mode) in sorted(files.items())
    ]
    out = io.BytesIO()
    write_tar(members, out)
    assert len(out.getvalue()) % tarfile.RECORDSIZE == 0
    out.seek(0)
    with tarfile.open(fileobj=out, encoding="utf-8", errors="surrogateescape") as tar:
        found = {
            info.name.encode("utf-8", "surrogateescape"): (
                info.linkname.encode("utf-8", "surrogateescape")
                if info.issym()
                else read(tar, info),
                "l" if info.issym() else "x" if info.mode & 0o100 else "-",
            )
            for info in tar
        }
    assert found == {
        folder + b"/" + name: (name if mode == "l" else content, mode)
        for name, (content, mode) in files.items()
    }


def read(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(info)
    assert file is not None
    return file.read()


def test_sizes_beyond_octal_digits_are_said() -> None:
    """Eight GiB and more do not fit the plain header."""
    size = 9 << 30
    head = tar_header(b"big", mode="-", size=size, target=b"")
    with tarfile.open(fileobj=io.BytesIO(head + bytes(1024)), ignore_zeros=True) as tar:
        info = tar.next()
    assert info is not None
    assert (info.name, info.size) == ("big", size)


def test_a_failure_while_reading_is_raised(tmp_path: Path) -> None:
    """And nothing hangs that compressed ahead."""

    def chunks() -> Iterator[bytes]:
        yield b"x" * (3 << 20)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_archive([Member(b"a", "-", 5 << 20, chunks)], io.BytesIO())


def test_a_digest_is_made_of_paths_modes_and_contents(tmp_path: Path) -> None:
    """Each part by itself: bytes that move from one to the next make another digest."""

    def digest(*members: Member) -> str:
        files, _, _ = write_archive(members, io.BytesIO())
        return code_digest(files)

    seen = [
        digest(member(b"a/bc", b"x")),
        digest(member(b"ab/c", b"x")),
        digest(member(b"a", b"bc")),
        digest(member(b"ab", b"c")),
        digest(member(b"ab", b"c", mode="x")),
        digest(member(b"ab", target=b"c", mode="l")),
        digest(member(b"ab"), member(b"c")),
        digest(member(b"abc")),
        digest(),
    ]
    assert len(set(seen)) == len(seen)


def test_the_digest_is_the_same_for_good(tmp_path: Path) -> None:
    """A golden value: whoever changes what is hashed must change the encoding's name."""
    code = CodeBundler().code(CodeFolder(str(a_folder(tmp_path / "src"))))
    assert code.digest == CODE_DIGEST


def test_no_tar_of_bsd_minds(tmp_path: Path) -> None:
    """Images of other makes unpack with another tar."""
    bsdtar = shutil.which("bsdtar")
    if bsdtar is None:
        pytest.skip("there is no bsdtar here")
    packed(a_folder(tmp_path / "src"), tmp_path / "code.tar.gz")
    subprocess.run([bsdtar, "-xf", str(tmp_path / "code.tar.gz"), "-C", str(tmp_path)], check=True)
    assert (tmp_path / "docs/é.md").read_bytes() == "é".encode()
