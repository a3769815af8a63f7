"""The head of one member of a tar, byte for byte the same whichever Python writes it.

`tarfile` writes the same but for details that changed between its releases, and takes ten times as
long. Every reader knows this format: GNU tar, BSD tar, Python.

Source: POSIX.1-2001, pax, "ustar Interchange Format" and "pax Extended Header".
"""

BLOCK = 512
RECORD = 20 * BLOCK

# 1980-01-01, as flytekit has it: some tools refuse what is older.
_TIME = 315532800
_MODES = {"x": 0o755, "-": 0o644, "l": 0o777}
_NAME = 100  # bytes that a name may have in the plain header
_MAX_SIZE = 8**11 - 1
_OWNERS = b"0000000\0" * 2
# What follows the name of a link's target: the format, no owners' names, no device, no prefix.
_END = b"ustar\x0000" + bytes(32 + 32 + 8 + 8 + 155 + 12)
_EXTENDED = b"././@PaxHeader"


def tar_header(path: bytes, *, mode: str, size: int, target: bytes) -> bytes:
    """Return the blocks before a member's content.

    Args:
        path: Relative; any bytes but NUL.
        mode: As in `model.CodeFile`.
        size: Of the content in bytes; a link has none, whatever is said here.
        target: Of a link.
    """
    is_link = mode == "l"
    size = 0 if is_link else size
    records = b""
    if not _fits(path):
        records += _record(b"path", path)
    if not _fits(target):
        records += _record(b"linkpath", target)
    if size > _MAX_SIZE:
        records += _record(b"size", b"%d" % size)
    extended = b""
    if records:
        head = _plain(_EXTENDED, b"x", mode=0, size=len(records), target=b"", time=0)
        extended = head + records + bytes(-len(records) % BLOCK)
    kind = b"2" if is_link else b"0"
    return extended + _plain(
        _ascii(path), kind, mode=_MODES[mode], size=size, target=_ascii(target), time=_TIME
    )


def _fits(name: bytes) -> bool:
    return len(name) <= _NAME and name.isascii()


def _ascii(name: bytes) -> bytes:
    """What a reader that knows no extended header gets to see."""
    return name if _fits(name) else name.decode("ascii", "replace").encode("ascii", "replace")


def _plain(name: bytes, kind: bytes, *, mode: int, size: int, target: bytes, time: int) -> bytes:
    start = b"%s%07o\0%s%011o\0%011o\0" % (
        name[:_NAME].ljust(_NAME, b"\0"),
        mode,
        _OWNERS,
        min(size, _MAX_SIZE),
        time,
    )
    rest = kind + target[:_NAME].ljust(_NAME, b"\0") + _END
    checksum = sum(start) + sum(rest) + 8 * ord(" ")
    return b"%s%06o\0 %s" % (start, checksum, rest)


def _record(key: bytes, value: bytes) -> bytes:
    """`length key=value`, the length being that of the whole, itself included."""
    body = b" %s=%s\n" % (key, value)
    length = len(body)
    while length != len(body) + len(b"%d" % length):
        length = len(body) + len(b"%d" % length)
    return b"%d" % length + body
