"""Bodies in the framing of `aws-chunked`, which S3 clients use to sign while they send.

A chunk is its length in hexadecimal, perhaps a signature, a line end, the bytes, a line end;
one of length zero is the last, and headers may follow it. The signatures of single chunks are
not looked at: that of the request is, and it names the body's length.
"""

from collections.abc import Iterator

_LONGEST_LINE = 1 << 14


class FramingError(ValueError):
    """A body that claims this framing and is not in it."""


def decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes within the framing.

    Raises:
        FramingError: It is broken.
    """
    buffer = bytearray()
    while True:
        line = _line(buffer, chunks)
        try:
            left = int(line.partition(b";")[0], 16)
        except ValueError:
            raise FramingError("a chunk does not begin with its length") from None
        if left == 0:
            for _ in chunks:  # trailing headers
                pass
            return
        while left > 0:
            if not buffer:
                buffer += _more(chunks)
            part = bytes(buffer[:left])
            del buffer[:left]
            left -= len(part)
            yield part
        if _line(buffer, chunks):
            raise FramingError("a chunk is longer than it says")


def _line(buffer: bytearray, chunks: Iterator[bytes]) -> bytes:
    while (end := buffer.find(b"\r\n")) < 0:
        if len(buffer) > _LONGEST_LINE:
            raise FramingError("a line is too long")
        buffer += _more(chunks)
    line = bytes(buffer[:end])
    del buffer[: end + 2]
    return line


def _more(chunks: Iterator[bytes]) -> bytes:
    chunk = next(chunks, None)
    if chunk is None:
        raise FramingError("the body ends too soon")
    return chunk
