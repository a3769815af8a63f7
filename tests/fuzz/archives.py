"""Archives made wrong: spoiled on the way, or written by somebody who means ill."""

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz.bounds import Judge
from tests.fuzz.family import Family
from tests.fuzz.mutations import Draw, change_bytes, pick
from tests.fuzz.packages import BYTES, FILES, is_judged
from tests.fuzz.tars import BLOCK, an_entry, summed

TARS = [gzip.decompress(content) for content in BYTES]
_BUNDLED = [files for files in FILES if any(name.startswith("fast") for name in files)]
BUNDLES = [
    next(content for name, content in files.items() if name.startswith("fast"))
    for files in _BUNDLED
]


@st.composite
def _spoiled(draw: Draw) -> bytes:
    """The file itself, as a disk or a network may spoil it."""
    content = pick(draw, BYTES)
    match draw(st.integers(0, 3)):
        case 0:
            return content[: draw(st.integers(0, len(content)))]
        case 1:
            # Headers of the gzip: what is in it, and for how long.
            made = bytearray(content)
            made[draw(st.integers(0, 20))] = draw(st.integers(0, 255))
            return bytes(made)
        case 2:
            made = bytearray(content)
            made[-draw(st.integers(1, 8))] ^= 1 << draw(st.integers(0, 7))
            return bytes(made)
    return change_bytes(draw, content, BYTES)


@st.composite
def _wrong_headers(draw: Draw) -> bytes:
    """Headers, paddings and contents inside a sound gzip; the sums over them right, or not."""
    return _zipped(draw, _with_wrong_headers(draw, pick(draw, TARS)))


@st.composite
def _hostile(draw: Draw) -> bytes:
    """Sound members, and among them what no package holds."""
    sound = [an_entry(name, content) for name, content in pick(draw, FILES).items()]
    return _zipped(draw, _with_hostile(draw, sound))


@st.composite
def _hostile_bundles(draw: Draw) -> bytes:
    """The same in the archive of code that is a member itself."""
    files = dict(pick(draw, _BUNDLED))
    name = next(name for name in files if name.startswith("fast"))
    tar = gzip.decompress(files[name])
    match draw(st.integers(0, 3)):
        case 0:
            files[name] = change_bytes(draw, files[name], BUNDLES)
        case 1:
            files[name] = _zipped(draw, _with_wrong_headers(draw, tar))
        case _:
            with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
                sound = [
                    an_entry(member.name, file.read())
                    for member in opened
                    if (file := opened.extractfile(member)) is not None
                ]
            files[name] = _zipped(draw, _with_hostile(draw, sound))
    return _zipped(
        draw,
        b"".join(an_entry(name, content) for name, content in files.items()) + bytes(2 * BLOCK),
    )


def _with_wrong_headers(draw: Draw, tar: bytes) -> bytes:
    made = bytearray(tar)
    for _ in range(draw(st.integers(1, 3))):
        # Headers are what the reader of tars trusts.
        block = draw(st.integers(0, len(made) // BLOCK - 1)) * BLOCK
        place = block + draw(st.integers(0, BLOCK - 1))
        made[place] ^= 1 << draw(st.integers(0, 7))
        if draw(st.booleans()) and any(made[block : block + BLOCK]):
            made[block : block + BLOCK] = summed(made[block : block + BLOCK])
    return bytes(made)


def _with_hostile(draw: Draw, entries: Sequence[bytes]) -> bytes:
    made = list(entries)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(made)))
        made[at:at] = [pick(draw, _MAKERS)(draw)]
    if not draw(st.integers(0, 9)):
        made.append(b"".join(pick(draw, entries) for _ in range(2)))
    end = pick(draw, (bytes(2 * BLOCK), bytes(2 * BLOCK), bytes(20 * BLOCK), bytes(BLOCK), b""))
    return b"".join(made) + end


_NAMES = (
    *("../x_1.pb", "/etc/x_1.pb", "a/../../x_1.pb", "./x_1.pb", "a//x_1.pb", "a\\x_1.pb", ""),
    *(
        ".",
        "..",
        "/",
        "a/",
        "x_1.pb/",
        "é_1.pb",
        "\udcff_1.pb",
        "a\nb_1.pb",
        "C:x_1.pb",
        "x" * 100,
    ),
    *("fastx.tar.gz", "sub/fasty.tar.gz", ".DS_Store", "__MACOSX/._x_1.pb", "PaxHeader/x"),
)
_SORTS = (*(bytes([one]) for one in b"0\0001234567ADKLMNSVXgx"), b"\xff")
_SIZES = (
    *(b"77777777777\0", b"00000000001\0", b"-0000000001\0", b"           \0", b"notanumber\0\0"),
    *(b"\x80" + bytes(10) + b"\1", b"\xff" * 12, b"\x80" + b"\xff" * 11, b"00100000000\0"),
)
_KEYS: tuple[str, ...] = (
    *("path", "linkpath", "size", "mtime", "hdrcharset", "", "GNU.sparse.size", "GNU.sparse.map"),
    *("GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize"),
)
_VALUES: tuple[str, ...] = (
    *("", "0", "-1", "-1024", "1", "9" * 20, "9" * 5_000, "x", "../x_1.pb", "a\0b", "1,2,3"),
    *("BINARY", "inf", "nan", "1e400", "/x", "a/" * 2_000 + "x_1.pb", "é", "x" * 100_000),
)


def _odd(draw: Draw) -> bytes:
    name, sort = pick(draw, _NAMES), pick(draw, _SORTS)
    link = pick(draw, ("", "x", "../../etc/passwd", "/etc/passwd", "x_1.pb"))
    size = pick(draw, _SIZES) if draw(st.booleans()) else None
    return an_entry(name, draw(st.binary(max_size=40)), sort=sort, link=link, size=size)


def _pax(draw: Draw) -> bytes:
    """A header that says what the next one is to mean."""
    records = b""
    for _ in range(draw(st.integers(1, 4))):
        record = f" {pick(draw, _KEYS)}={pick(draw, _VALUES)}\n".encode()
        length = len(record) + len(str(len(record) + 4))
        records += f"{pick(draw, (length, length, length, 0, 3, 10**6))}".encode() + record
    head = an_entry("PaxHeader", records, sort=pick(draw, (b"x", b"g", b"X")))
    return head + an_entry(pick(draw, _NAMES), b"a")


def _long(draw: Draw) -> bytes:
    sort = pick(draw, (b"L", b"K"))
    name = pick(
        draw, (b"a" * 300 + b"_1.pb\0", b"a/" * 30_000 + b"x\0", b"../" * 50 + b"x\0", b"")
    )
    return an_entry("././@LongLink", name, sort=sort) + an_entry("x", b"a")


def _chained(draw: Draw) -> bytes:
    """Headers upon headers, none of which is a member."""
    one = an_entry("././@LongLink", b"a\0", sort=pick(draw, (b"L", b"K", b"x", b"g")))
    return one * pick(draw, (2, 100, 1_500)) + an_entry("x", b"a")


def _doubled(draw: Draw) -> bytes:
    name = pick(draw, _NAMES)
    return an_entry(name, b"a") + an_entry(pick(draw, (name, f"./{name}", f"a/../{name}")), b"b")


def _many(draw: Draw) -> bytes:
    return _entries(pick(draw, (b"5", b"0", b"2", b"1")), pick(draw, (10, 1_000, 5_500)))


@cache
def _entries(sort: bytes, number: int) -> bytes:
    return b"".join(an_entry(f"d{index}", sort=sort, link="d0") for index in range(number))


def _empty(draw: Draw) -> bytes:
    """Nothing, or zeros: by themselves they shrink to a thousandth."""
    size = pick(draw, (1 << 10, 1 << 16, 1 << 20, 9 << 20))
    return an_entry(pick(draw, _NAMES), bytes(size))


def _noise(draw: Draw) -> bytes:
    return draw(st.binary(max_size=BLOCK)).ljust(BLOCK, pick(draw, (b"\0", b"0", b"\xff")))


_MAKERS: tuple[Callable[[Draw], bytes], ...] = (
    *(_odd, _odd, _odd, _pax, _pax, _long, _chained, _doubled, _many, _empty, _noise),
)


def _zipped(draw: Draw, tar: bytes) -> bytes:
    """Compressed as it should be, more often than not."""
    match draw(st.integers(0, 11)):
        case 0:
            return tar
        case 1:
            return gzip.compress(tar, 9)[: draw(st.integers(0, 200))]
        case 2:
            half = len(tar) // 2
            return gzip.compress(tar[:half], 1) + gzip.compress(tar[half:], 1)
        case 3:
            return gzip.compress(tar, 1) + pick(draw, (b"\0" * 100, b"x", b"\x1f\x8b", b"\x1f"))
        case 4:
            return pick(draw, _OTHERS)(tar[:100_000])
    return gzip.compress(tar, 1)


def _as_zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("x_1.pb", content)
    return out.getvalue()


_OTHERS: tuple[Callable[[bytes], bytes], ...] = (lzma.compress, zlib.compress, _as_zip)


def _judged(judge: Judge, content: bytes, folder: Path) -> None:
    # By its suffix it is an archive; what it is inside, its first bytes say.
    file = folder / "package.tgz"
    file.write_bytes(content)
    is_judged(judge, file, {})


FAMILIES = (
    Family("archives", _spoiled(), _judged, few=60, many=9_000),
    Family("headers", _wrong_headers(), _judged, few=40, many=8_000),
    Family("hostile", _hostile(), _judged, few=25, many=4_000),
    Family("bundles", _hostile_bundles(), _judged, few=25, many=4_000),
)
