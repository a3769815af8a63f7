"""Read a Go duration, the `X` of `@every X`."""

import re

from reconciler.cron.gotext import quote_bytes

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # micro sign
    "\u03bcs": 1_000,  # Greek small letter mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"(?P<whole>[0-9]*)(?P<fraction>\.[0-9]*)?(?P<unit>[^.0-9]*)", re.DOTALL)
_LIMIT = 1 << 63


def parse_duration(text: str) -> int:
    """Return the nanoseconds that `text` means (`time.ParseDuration`).

    A sign, then `0` alone or numbers with a unit each, in any order; repeated units add up.

    Raises:
        ValueError: the text is Go's, for instance `time: missing unit in duration "1"`.
    """
    negative = text[:1] == "-"
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if not rest:
        raise _invalid(text)
    total = 0
    while rest:
        found = _PART.match(rest)
        assert found is not None  # every part of the pattern may be empty
        total += _part(text, found["whole"], found["fraction"] or "", found["unit"])
        # Two halves of 2^64 wrap around to nothing before anyone looks.
        total %= 1 << 64
        if total > _LIMIT:
            raise _invalid(text)
        rest = rest[found.end() :]
    if negative:
        return -total
    if total == _LIMIT:
        raise _invalid(text)
    return total


def _part(text: str, whole: str, fraction: str, unit_name: str) -> int:
    number = int(whole or "0")
    if number > _LIMIT or not (whole or fraction[1:]):
        raise _invalid(text)
    if not unit_name:
        raise ValueError(f"time: missing unit in duration {quote_bytes(text)}")
    unit = _UNITS.get(unit_name)
    if unit is None:
        raise ValueError(
            f"time: unknown unit {quote_bytes(unit_name)} in duration {quote_bytes(text)}"
        )
    if number > _LIMIT // unit:
        raise _invalid(text)
    nanoseconds = number * unit + _fraction(fraction[1:], unit)
    if nanoseconds > _LIMIT:
        raise _invalid(text)
    return nanoseconds


def _fraction(digits: str, unit: int) -> int:
    # In floating point, as Go has it; digits that no longer fit 64 bits are not looked at.
    value, scale = 0, 1.0
    for digit in digits:
        if value > (_LIMIT - 1) // 10:
            break
        longer = value * 10 + int(digit)
        if longer > _LIMIT:
            break
        value, scale = longer, scale * 10
    return int(float(value) * (float(unit) / scale))


def _invalid(text: str) -> ValueError:
    return ValueError(f"time: invalid duration {quote_bytes(text)}")
