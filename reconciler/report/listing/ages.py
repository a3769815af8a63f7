"""How long ago, and how long: a few letters each, as they fit a column."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


def age(at: Timestamp, now: int) -> str:
    """How long before `now` (nanoseconds since 1970) something was: `42s`, `3m`, `5h`, `12d`.

    Shape: the largest unit alone, but two of them where the first is below ten: `3m20s`.
    """
    if not at.ByteSize():
        return ""
    return span(max(now - at.ToNanoseconds(), 0) // 10**9)


def duration(length: Duration) -> str:
    """How long something took, with tenths where it was less than ten seconds."""
    nanos = length.ToNanoseconds()
    if 0 <= nanos < 10 * 10**9:
        return f"{nanos / 10**9:.1f}s"
    return span(nanos // 10**9)


def span(seconds: int) -> str:
    """A number of seconds: the largest unit, and the next where the first is below ten."""
    if seconds < 0:
        return f"-{span(-seconds)}"
    for at, (size, letter) in enumerate(_UNITS):
        whole, rest = divmod(seconds, size)
        if whole >= 10:
            return f"{whole}{letter}"
        if whole:
            lower, unit = _UNITS[at + 1] if at + 1 < len(_UNITS) else (1, "s")
            part = rest // lower
            return f"{whole}{letter}{part}{unit}" if part else f"{whole}{letter}"
    return f"{seconds}s"


def when(at: Timestamp) -> str | None:
    """An instant in RFC 3339, as documents have it; None for none."""
    return at.ToJsonString() if at.ByteSize() else None


def seconds(length: Duration) -> float | None:
    """A length for documents; None for none."""
    return length.ToNanoseconds() / 10**9 if length.ByteSize() else None
