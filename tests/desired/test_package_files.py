"""Hostile and broken archives are refused whole, and cost little; folders are held to the same."""

import bz2
import gzip
import io
import os
import resource
import tarfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.desired import package_archive, package_files
from reconciler.desired.package import PackageError, read_package
from tests.desired.archives import (
    END,
    a_file,
    a_header,
    a_tar,
    a_task_member,
    an_archive,
    raw,
)

GOOD = (a_file("good_1.pb", a_task_member("good")), a_task_member("good"))


def block(name: str, content: bytes) -> bytes:
    """A member as it stands in a tar."""
    return a_file(name, content).tobuf() + content + bytes(-len(content) % 512)


def refused(path: Path) -> str:
    with pytest.raises(PackageError) as caught:
        read_package(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["../x_1.pb", "/x_1.pb", "a/../../x_1.pb", "..", "a/..", "..\\x_1.pb", "C:\\x_1.pb"],
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    """Nothing is unpacked, and yet nobody should find such an archive acceptable."""
    path = an_archive(tmp_path / "x.tgz", {"good_1.pb": a_task_member("good"), name: b""})
    assert "points outside the package" in refused(path)


@pytest.mark.parametrize(
    "header",
    [
        a_header("x_1.pb", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        a_header("x_1.pb", type=tarfile.LNKTYPE, linkname="good_1.pb"),
        a_header("x_1.pb", type=tarfile.FIFOTYPE),
        a_header("x_1.pb", type=tarfile.CHRTYPE),
        a_header("x_1.pb", type=tarfile.BLKTYPE),
        a_header("folder", type=tarfile.SYMTYPE, linkname=".."),
    ],
    ids=["link", "hard-link", "pipe", "character-device", "block-device", "folder-link"],
)
def test_what_is_no_file_is_refused(tmp_path: Path, header: tarfile.TarInfo) -> None:
    """Links could point at anything, devices never end."""
    path = a_tar(tmp_path / "x.tgz", [GOOD, (header, b"")])
    assert "is a link or device" in refused(path)


def test_sparse_files_are_refused(tmp_path: Path) -> None:
    """A few bytes could stand for terabytes of holes."""
    header = a_file("x_1.pb", b"")
    pax = tarfile.TarInfo("x_1.pb")
    pax.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.map": f"0,1,{1 << 50},1"}
    pax.size = 2
    path = tmp_path / "x.tgz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(header)
        archive.addfile(pax, io.BytesIO(b"ab"))
    assert "x_1.pb" in refused(path)


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    """Which of both is meant, nobody can tell; flytectl mixes them up."""
    content = a_task_member("x")
    again = a_file("./x_1.pb", content), content
    path = a_tar(tmp_path / "x.tgz", [(a_file("x_1.pb", content), content), again])
    assert "x_1.pb: is there twice" in refused(path)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    """Nobody has to package ten times to see ten problems."""
    members = {"good_1.pb": a_task_member("good"), "README": b"", "../x_1.pb": b"", "y_2.pb": b"?"}
    problems = refused(an_archive(tmp_path / "x.tgz", members))
    for part in ("README", "../x_1.pb", "y_2.pb"):
        assert part in problems


def test_an_endless_list_of_problems_ends(tmp_path: Path) -> None:
    """An archive of a thousand strangers is no package gone wrong."""
    path = an_archive(tmp_path / "x.tgz", {f"{n}.exe": b"" for n in range(1000)})
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert len(caught.value.problems) <= package_files.MAX_PROBLEMS + 1
    assert "reading stopped here" in caught.value.problems[-1]


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they are, folders included."""
    monkeypatch.setattr(package_files, "MAX_MEMBERS", 10)
    folders = [(a_header(f"f{n}/", type=tarfile.DIRTYPE), b"") for n in range(11)]
    assert "holds more than 10 members" in refused(a_tar(tmp_path / "x.tgz", folders))


@pytest.mark.parametrize("cut", [0.01, 0.3, 0.5, 0.9, 0.99])
def test_half_an_archive_is_refused(tmp_path: Path, cut: float) -> None:
    """Wherever it was cut off."""
    members = {f"{n}_1.pb": a_task_member(f"t{n}") + os.urandom(0) for n in range(30)}
    content = an_archive(tmp_path / "whole.tgz", members).read_bytes()
    (tmp_path / "half.tgz").write_bytes(content[: int(len(content) * cut)])
    assert "no readable archive" in refused(tmp_path / "half.tgz")


def test_a_tar_cut_off_between_two_members_is_refused(tmp_path: Path) -> None:
    """Python's own reader takes that for the end, and so half a package for a whole one."""
    whole = block("a_1.pb", a_task_member("a")) + block("b_1.pb", a_task_member("b"))
    (tmp_path / "whole.tar").write_bytes(whole + END)
    (tmp_path / "half.tar").write_bytes(whole[: len(whole) // 2])
    assert len(read_package(tmp_path / "whole.tar").members) == 2
    assert "cut off" in refused(tmp_path / "half.tar")


def test_a_damaged_header_is_not_the_end(tmp_path: Path) -> None:
    """Python's own reader stops there and says nothing of what is behind it."""
    first, second = block("a_1.pb", a_task_member("a")), block("b_1.pb", a_task_member("b"))
    damaged = bytes([second[0] ^ 1]) + second[1:]
    assert "a header is damaged" in refused(raw(tmp_path / "x.tgz", first, damaged, END))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b", b"PK\x03\x04", bytes(5000), b"hello" * 1000, bz2.compress(b"x" * 5000)],
    ids=["empty", "gzip-head", "zip", "zeros", "text", "bzip2"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever its name says."""
    (tmp_path / "x.tgz").write_bytes(content)
    problems = refused(tmp_path / "x.tgz")
    assert "no readable archive" in problems or "holds no task" in problems


def test_gzips_behind_one_another_are_one(tmp_path: Path) -> None:
    """As gzip itself reads them; some packagers compress by pieces."""
    whole = block("a_1.pb", a_task_member("a")) + END
    parts = (gzip.compress(whole[:100]), gzip.compress(whole[100:]))
    (tmp_path / "x.tgz").write_bytes(b"".join(parts))
    assert len(read_package(tmp_path / "x.tgz").members) == 1


@pytest.mark.parametrize("padded", [b"", bytes(20_000)], ids=["at once", "behind padding"])
@pytest.mark.parametrize("where", ["gzip", "tar"])
def test_nothing_stands_behind_the_end(tmp_path: Path, where: str, padded: bytes) -> None:
    """Padding may; what some readers would take for more members, and others not, must not."""
    plain = block("good_1.pb", a_task_member("good")) + END
    rest = {
        "none": gzip.compress(plain + padded) + padded,
        "gzip": gzip.compress(plain) + padded + b"more",
        "tar": gzip.compress(plain + padded + block("../x_1.pb", b"x")),
    }
    path = tmp_path / "p.tgz"
    path.write_bytes(rest["none"])
    assert len(read_package(path).members) == 1
    path.write_bytes(rest[where])
    assert "something stands behind its end" in refused(path)


def zeros(megabytes: int) -> bytes:
    """A gzip of so many zeros; a thousandth of them is left."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [deflate.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join([*parts, deflate.flush()])


def member_bomb(path: Path) -> None:
    """A member that inflates to gigabytes while it is read."""
    header = a_file("x_1.pb", b"")
    header.size = 3 << 30
    path.write_bytes(gzip.compress(header.tobuf()) + zeros(64))


def skipped_bomb(path: Path) -> None:
    """The same where nobody wants to read it."""
    header = a_file("._x", b"")
    header.size = 3 << 30
    path.write_bytes(gzip.compress(header.tobuf()) + zeros(64))


def header_bomb(path: Path) -> None:
    """An extended header of that size, which the reader of tars would hold in memory."""
    header = a_header("x", type=tarfile.XHDTYPE, size=3 << 30)
    path.write_bytes(gzip.compress(header.tobuf()) + zeros(64))


def long_name_bomb(path: Path) -> None:
    """A name of that size."""
    header = a_header("x", type=tarfile.GNUTYPE_LONGNAME, size=3 << 30)
    path.write_bytes(gzip.compress(header.tobuf()) + zeros(64))


def many_members(path: Path) -> None:
    """Members by the million, each empty."""
    header = a_file("._x", b"").tobuf()
    deflate = zlib.compressobj(1, zlib.DEFLATED, 31)
    path.write_bytes(
        b"".join([deflate.compress(header * 2048) for _ in range(60)]) + deflate.flush()
    )


def many_headers(path: Path) -> None:
    """Headers upon headers upon headers."""
    header = a_header("x", type=tarfile.GNUTYPE_LONGNAME, size=512).tobuf() + bytes(512)
    path.write_bytes(gzip.compress(header * 20_000))


@pytest.mark.parametrize(
    "make",
    [member_bomb, skipped_bomb, header_bomb, long_name_bomb, many_members, many_headers],
    ids=lambda make: make.__name__.replace("_", "-"),
)
def test_a_bomb_costs_neither_time_nor_memory(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """What it inflates to is counted while it does; a second and 200 MB are never needed."""
    make(tmp_path / "bomb.tgz")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    refused(tmp_path / "bomb.tgz")
    assert time.process_time() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_a_member_larger_than_admin_reads_is_refused(tmp_path: Path) -> None:
    """The size that it claims is enough."""
    header = a_file("x_1.pb", b"")
    header.size = package_files.MAX_MEMBER_BYTES + 1
    assert "sensible size" in refused(raw(tmp_path / "x.tgz", header.tobuf()))


def test_a_size_below_zero_is_refused(tmp_path: Path) -> None:
    """The reader of tars would go round in circles."""
    header = a_file("x_1.pb", b"")
    pax = tarfile.TarInfo("x_1.pb").create_pax_header({**header.get_info(), "size": 0}, "utf-8")
    extended = tarfile.TarInfo._create_pax_generic_header(  # type: ignore[attr-defined]
        {"size": "-512"}, tarfile.XHDTYPE, "utf-8"
    )
    assert refused(raw(tmp_path / "x.tgz", extended, pax, END))


def extended(size: str) -> bytes:
    """A header that says how large the entry behind it is."""
    made: bytes = tarfile.TarInfo._create_pax_generic_header(  # type: ignore[attr-defined]
        {"size": size}, tarfile.XHDTYPE, "utf-8"
    )
    return made


@pytest.mark.parametrize(
    "head",
    [
        extended("8589934592"),
        extended("9" * 20),
        extended("1" + "0" * 300),
        # Of a sparse file the size is what it comes to, not what there is of it.
        a_header("x", type=tarfile.GNUTYPE_SPARSE, size=(8 << 30) - 1).tobuf(),
    ],
    ids=["of eight gigabytes", "of 20 digits", "of 300 digits", "of a sparse file"],
)
@pytest.mark.parametrize("name", ["x.tgz", "x.tar"])
def test_a_size_beyond_the_end_is_refused(tmp_path: Path, head: bytes, name: str) -> None:
    """The reader of tars would read on to there."""
    content = head + a_file("._x", b"").tobuf() + END
    (tmp_path / name).write_bytes(gzip.compress(content) if name == "x.tgz" else content)
    started = time.process_time()
    assert "no readable archive" in refused(tmp_path / name)
    assert time.process_time() - started < 1


def test_what_a_large_package_compresses_to_is_no_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of tasks that differ in a digit shrink to a seventieth."""
    monkeypatch.setattr(package_archive, "_ANY_RATIO", 0)
    members = {f"{n:05}_team.module.t{n}_1.pb": a_task_member(f"t{n}") for n in range(1500)}
    path = an_archive(tmp_path / "x.tgz", members)
    assert len(read_package(path).members) == 1500


def test_names_that_cannot_be_printed_are_told_safely(tmp_path: Path) -> None:
    """Neither a terminal nor an encoder chokes on them."""
    info = a_file("x", b"")
    info.name = "\udcff\x1b[31m\n.exe"
    message = refused(a_tar(tmp_path / "x.tgz", [(info, b"")]))
    assert message.isprintable()
    message.encode()


def test_folders_are_held_to_the_same(tmp_path: Path) -> None:
    """Links are not followed, pipes not waited for, strangers told."""
    folder = tmp_path / "package"
    (folder / "nested").mkdir(parents=True)
    (folder / "good_1.pb").write_bytes(a_task_member("good"))
    (folder / "nested" / "too_1.pb").write_bytes(a_task_member("too"))
    assert len(read_package(folder).members) == 2
    (folder / "link_1.pb").symlink_to("/etc/passwd")
    (folder / "above").symlink_to("..")
    os.mkfifo(folder / "pipe_1.pb")
    (folder / "README.md").write_text("hello")
    problems = refused(folder)
    for name in ("link_1.pb", "above", "pipe_1.pb", "README.md"):
        assert f"{name}: is " in problems
    assert "good" not in problems


def test_a_bundle_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    """The code inside a package is held to the same; a gigabyte of zeros is no code."""
    header = a_file("zeros.py", b"")
    header.size = 1 << 30
    bundle = gzip.compress(header.tobuf()) + zeros(64)
    members = {"x_1.pb": a_task_member("x"), "fast00.tar.gz": bundle}
    path = an_archive(tmp_path / "x.tgz", members)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "fast00.tar.gz: inflates beyond" in refused(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10
