"""Tars as tests need them: quickly made, and as wrong as anybody wants them."""

import tarfile
from collections.abc import Mapping

BLOCK = tarfile.BLOCKSIZE


def a_tar(files: Mapping[str, bytes]) -> bytes:
    """A sound one."""
    return b"".join(an_entry(name, content) for name, content in files.items()) + bytes(2 * BLOCK)


def an_entry(
    name: str,
    content: bytes = b"",
    *,
    sort: bytes = tarfile.REGTYPE,
    link: str = "",
    size: bytes | None = None,
) -> bytes:
    """One header in the form of 1988 with its content; what `size` claims may be anything."""
    header = bytearray(BLOCK)
    header[0:100] = name.encode("utf-8", "surrogateescape")[:100].ljust(100, b"\0")
    header[100:124] = b"0000644\0" + b"0000000\0" * 2
    header[124:136] = size if size is not None else b"%011o\0" % len(content)
    header[136:148] = b"%011o\0" % 0
    header[156:157] = sort
    header[157:257] = link.encode()[:100].ljust(100, b"\0")
    header[257:265] = b"ustar\x0000"
    return bytes(summed(header)) + content + bytes(-len(content) % BLOCK)


def summed(header: bytearray) -> bytearray:
    total = sum(header[:148]) + 256 + sum(header[156:BLOCK])
    header[148:156] = b"%06o\0 " % (total & 0o777777)
    return header
