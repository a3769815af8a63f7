"""Bodies signed chunk by chunk."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.http.chunked import FramingError, decoded


def framed(parts: list[bytes], *, trailer: bytes = b"") -> bytes:
    chunks = [b"%x;chunk-signature=00\r\n%s\r\n" % (len(part), part) for part in parts if part]
    return b"".join([*chunks, b"0;chunk-signature=00\r\n", trailer, b"\r\n"])


def cut(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 60), st.booleans())
@settings(derandomize=True, max_examples=100)
def test_the_bytes_within_are_had(parts: list[bytes], size: int, trailed: bool) -> None:
    """However the framing is cut by the network."""
    trailer = b"x-amz-checksum-crc32:AAAAAA==\r\n" if trailed else b""

    found = b"".join(decoded(cut(framed(parts, trailer=trailer), size)))

    assert found == b"".join(parts)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "too soon"),
        (b"5\r\nab", "too soon"),
        (b"2\r\nab\r\n", "too soon"),
        (b"x\r\nab\r\n", "does not begin with its length"),
        (b"1\r\nab\r\n0\r\n\r\n", "longer than it says"),
        (b"1" * 40_000, "too long"),
    ],
)
def test_broken_framing_is_refused(body: bytes, problem: str) -> None:
    """Nothing of it is taken for an object."""
    with pytest.raises(FramingError, match=problem):
        list(decoded(cut(body, 7)))
