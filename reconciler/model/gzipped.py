"""Gzip without anything in it about when, where and by which Python it was made."""

import gzip

# Releases of Python differ in which system they say it was made on.
_SYSTEM = 9
_UNKNOWN = 255


def gzipped(data: bytes) -> bytes:
    """Compress `data`; the same bytes for the same data and compressor."""
    content = bytearray(gzip.compress(data, mtime=0))
    content[_SYSTEM] = _UNKNOWN
    return bytes(content)
