"""Durations in filters: seconds, or Go's notation."""

import math
import re

from reconciler.sandbox.errors import invalid

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60 * 1_000_000_000,
    "h": 3600 * 1_000_000_000,
}
_PART = re.compile(r"([0-9]*)(\.[0-9]*)?(ns|us|µs|μs|ms|s|m|h)")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def parse_duration(text: str) -> str:
    """Return the nanoseconds that `text` means, in decimal.

    Raises:
        Refusal: It is neither a number nor a duration such as `1h30m`.
    """
    if _FLOAT.fullmatch(text):
        seconds = float(text)
        if math.isfinite(seconds):
            return str(int(seconds * 1e9))
    nanoseconds = _go_duration(text)
    if nanoseconds is None:
        raise invalid(f"Failed to parse duration [{text}]")
    return str(nanoseconds)


def _go_duration(text: str) -> int | None:
    """Read what Go's time.ParseDuration reads; None for what it refuses."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if not rest:
        return None
    total = 0
    while rest:
        part = _PART.match(rest)
        if part is None or not (part[1] or len(part[2] or "") > 1):
            return None
        unit = _UNITS[part[3]]
        total += int(part[1] or 0) * unit
        if part[2] and len(part[2]) > 1:
            total += int(float("0" + part[2]) * unit)
        rest = rest[part.end() :]
    return sign * total if total < 1 << 63 else None
