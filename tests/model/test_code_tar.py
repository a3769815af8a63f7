"""The tar inside a package: read as git would see it, refused where it leads out."""

import gzip
import io
import tarfile
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import CodeTar, code_digest

Add = Callable[[tarfile.TarFile], None]


def a_tar(*adds: Add, mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]
        for add in adds:
            add(tar)
    return out.getvalue()


def file(name: str, content: bytes = b"", *, mode: int = 0o644) -> Add:
    def add(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), mode
        tar.addfile(info, io.BytesIO(content))

    return add


def special(name: str, kind: bytes, target: str = "", *, size: int = 0) -> Add:
    def add(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, target, size
        tar.addfile(info)

    return add


def test_files_come_sorted_with_mode_and_content() -> None:
    """However the archive has them; folders and `./` say nothing."""
    tar = CodeTar(
        a_tar(
            special("./sub", tarfile.DIRTYPE),
            file("./sub/b.py", b"b", mode=0o700),
            file("a.py", b"a"),
            special("link", tarfile.SYMTYPE, "sub/../a.py"),
        )
    )
    found = [(one.path, one.mode, tar.content(one)) for one in tar.files]
    assert found == [
        (b"a.py", "-", b"a"),
        (b"link", "l", b"a.py"),
        (b"sub/b.py", "x", b"b"),
    ]


def test_a_second_name_of_a_file_is_a_file() -> None:
    """tar keeps the content of hard links once; installers leave many behind."""
    tar = CodeTar(a_tar(file("b", b"content"), special("a", tarfile.LNKTYPE, "b")))
    assert [tar.content(one) for one in tar.files] == [b"content", b"content"]


@pytest.mark.parametrize(("name", "target"), [("all", "."), ("a/all", ".."), ("a/b/all", "../..")])
def test_a_link_to_the_top_stays_within(name: str, target: str) -> None:
    """As in a bundle of a folder; only what is above the top is out."""
    tar = CodeTar(a_tar(file("x.py"), special(name, tarfile.SYMTYPE, target)))
    link = next(one for one in tar.files if one.mode == "l")
    assert (link.path.decode(), tar.content(link)) == (name, target.encode())


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_compressed_or_not_the_digest_is_the_same(mode: str) -> None:
    """flytectl uploads bundles uncompressed, under the same name."""
    adds = (file("a", b"1"), file("b", b"2"))
    assert code_digest(CodeTar(a_tar(*adds, mode=mode)).files) == code_digest(
        CodeTar(a_tar(*reversed(adds))).files
    )


def test_gzips_behind_each_other_are_one() -> None:
    """pigz writes such files."""
    data = a_tar(file("a", b"x" * 2000), mode="w")
    split = gzip.compress(data[:700]) + gzip.compress(data[700:])
    assert CodeTar(split).files == CodeTar(data).files


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (a_tar(file("../a")), r"\.\./a: points outside"),
        (a_tar(file("/a")), "/a: points outside"),
        (a_tar(file("a/../../b")), "points outside"),
        (a_tar(file("a"), file("./a")), r"\./a: is there twice"),
        (a_tar(special("a", tarfile.SYMTYPE, "/etc/passwd")), "link to /etc/passwd, out of"),
        (a_tar(special("a/b", tarfile.SYMTYPE, "../../c")), "--deref-symlinks"),
        (a_tar(special("a", tarfile.LNKTYPE, "b")), "a link to nothing"),
        (a_tar(special("a", tarfile.CHRTYPE)), "a device"),
        (a_tar(special("a", tarfile.FIFOTYPE)), "a device"),
        (a_tar(special("d", tarfile.SYMTYPE, "e"), file("d/x")), "d/x: lies below a link"),
        (a_tar(file("a", b"x" * 3000))[:40], "cut off"),
        (a_tar(file("a"), mode="w")[:300], "no readable tar"),
        (a_tar(file("a"), file("b"), mode="w")[:1024], "cut off"),
        (a_tar(file("a"), file("b"), mode="w").replace(b"b", b"c", 1), "damaged"),
        (a_tar(file("a")) + b"more", "something stands behind its end"),
        (b"\x1f\x8bnonsense", "no readable gzip"),
        (b"no tar at all", "no readable tar"),
    ],
    # Contents have the time in them, which the workers would not agree about.
    ids=lambda value: value if isinstance(value, str) else "tar",
)
def test_what_is_no_bundle_is_refused(content: bytes, problem: str) -> None:
    """Whole, and naming the member at fault."""
    with pytest.raises(ValueError, match=problem):
        CodeTar(content)


def test_everything_wrong_is_told_at_once() -> None:
    """Nobody wants to mend one member at a time."""
    with pytest.raises(ValueError, match=r"\.\./a: .*; /b: ") as caught:
        CodeTar(a_tar(file("../a"), file("/b")))
    assert str(caught.value).count("points outside") == 2


def test_a_bomb_is_stopped_while_it_inflates() -> None:
    """By what comes out, not by what it says; the rest is never made."""
    bomb = gzip.compress(bytes(200 << 20), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="inflates beyond 1,048,576 bytes"):
            CodeTar(bomb, max_bytes=1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def header(kind: bytes, content: bytes, *, name: str = "x") -> bytes:
    """A header that says more about the entry behind it, or about all of them."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(content)
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def record(key: str, value: str) -> bytes:
    """One of what such a header says."""
    rest = f" {key}={value}\n"
    length = len(rest) + 1
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return f"{length}{rest}".encode()


FILE = a_tar(file("a.py"), mode="w")
HOSTILE = {
    "headers upon headers": header(tarfile.GNUTYPE_LONGNAME, b"a\0") * 1_500,
    "a name of a megabyte": header(tarfile.GNUTYPE_LONGNAME, b"a/" * 500_000 + b"x\0"),
    "a deep name": header(tarfile.GNUTYPE_LONGNAME, b"a/" * 30_000 + b"x\0"),
    "much of all": header(
        tarfile.XGLTYPE, b"".join(record(f"k{index}", "v") for index in range(10_000))
    )
    * 100
    + FILE[:512] * 1_000,
    "a size below zero": header(tarfile.XHDTYPE, record("size", "-1024")),
    "much of each": (header(tarfile.XHDTYPE, record("k", "v") * 8_000) + FILE[:512]) * 150,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_headers_say_costs_nothing(name: str) -> None:
    """None of it is worth a second, or half a gigabyte."""
    started = time.process_time()
    with pytest.raises(ValueError, match=r"sensible|is there twice|below zero|headers upon"):
        CodeTar(HOSTILE[name] + FILE)
    assert time.process_time() - started < 1


def test_names_of_names_of_a_file_are_files() -> None:
    """However long the chain is that leads to the content."""
    links = [special(f"l{n}", tarfile.LNKTYPE, f"l{n - 1}" if n else "a") for n in range(5_000)]
    started = time.process_time()
    tar = CodeTar(a_tar(file("a", b"content"), *links))
    assert {tar.content(one) for one in tar.files} == {b"content"}
    assert time.process_time() - started < 1


def test_an_endless_list_of_problems_ends() -> None:
    """A thousand times the same is no help."""
    with pytest.raises(ValueError, match="reading stopped here") as caught:
        CodeTar(a_tar(*(file(f"../{index}") for index in range(1_000))))
    assert str(caught.value).count("points outside") == 50
    with pytest.raises(ValueError, match="reading stopped here") as caught:
        CodeTar(a_tar(special("d", tarfile.SYMTYPE, "e"), *(file(f"d/{n}") for n in range(1_000))))
    assert str(caught.value).count("below a link") == 50


GOOD = a_tar(
    file("a.py", b"a" * 50), file("sub/b.py", b"b"), special("l", tarfile.SYMTYPE, "a.py")
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_damage_is_an_error_or_no_damage(place: int, byte: int, cut: bool) -> None:
    """Never a traceback, never half of the code."""
    damaged = GOOD[:place] if cut else GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    try:
        tar = CodeTar(damaged)
    except ValueError:
        return
    assert tar.files == CodeTar(GOOD).files


PLAIN = gzip.decompress(GOOD)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(place=st.integers(0, 4 * 512), byte=st.integers(0, 255))
def test_a_damaged_tar_gives_files_or_an_error(place: int, byte: int) -> None:
    """Without a checksum around it, contents may change; nothing else may happen."""
    damaged = PLAIN[:place] + bytes([byte]) + PLAIN[place + 1 :]
    try:
        files = CodeTar(damaged).files
    except ValueError:
        return
    assert all(
        not one.path.startswith(b"/") and b".." not in one.path.split(b"/") for one in files
    )
