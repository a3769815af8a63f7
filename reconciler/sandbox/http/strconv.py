"""Texts to values as Go's `strconv` and `time` read them, with their errors."""

import re
from datetime import date

from reconciler.sandbox.objects.gourl import quote

_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SPECIAL_FLOAT = re.compile(r"[+-]?(inf(inity)?|nan)", re.IGNORECASE)
_DURATION_PART = re.compile(r"(\d*)(\.\d*)?([^\d.]*)", re.DOTALL)
_UNITS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9,
    "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)([.,]\d+)?(Z|([+-])(\d\d):(\d\d))"
)
_MAX_INT64 = 2**63 - 1
_EPOCH = date(1970, 1, 1).toordinal()
_DAYS_OF_400_YEARS = 146097


class ParseError(ValueError):
    """A text that is not what it should be; the message is Go's."""


def parse_int(text: str, bits: int) -> int:
    """Read a signed decimal that fits into `bits`."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not _is_digits(digits):
        raise _syntax("ParseInt", text)
    value = _big(digits) * (-1 if text[0] == "-" else 1)
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise _range("ParseInt", text)
    return value


def parse_uint(text: str, bits: int) -> int:
    """Read an unsigned decimal that fits into `bits`; no sign is allowed."""
    if not _is_digits(text):
        raise _syntax("ParseUint", text)
    value = _big(text)
    if value >= 2**bits:
        raise _range("ParseUint", text)
    return value


def atoi(text: str) -> int | None:
    """Read a signed decimal of 64 bits; None if it is none."""
    try:
        return parse_int(text, 64)
    except ParseError:
        return None


def parse_any_base(text: str, bits: int) -> int | None:
    """Read a signed number as it is written in Go (`12`, `0x1F`, `017`); None if it is none."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isascii() or not digits[:1].isdigit():
        return None
    octal = len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567_"
    try:
        value = int(f"0o{digits[1:]}" if octal else digits, 0)
    except ValueError:
        return None
    value = -value if text[0] == "-" else value
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def parse_bool(text: str) -> bool:
    """Read one of Go's twelve spellings."""
    if text in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    if text in ("0", "f", "F", "FALSE", "false", "False"):
        return False
    raise _syntax("ParseBool", text)


def parse_float(text: str) -> float:
    """Read a decimal, an infinity or a NaN."""
    if not (_FLOAT.fullmatch(text) or _SPECIAL_FLOAT.fullmatch(text)):
        raise _syntax("ParseFloat", text)
    value = float(text)
    if value in (float("inf"), float("-inf")) and _FLOAT.fullmatch(text):
        raise _range("ParseFloat", text)
    return value


def parse_duration(text: str) -> int:
    """Read a duration such as `1h30m`; return nanoseconds."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if not rest:
        raise ParseError(f"time: invalid duration {quote(text)}")
    total = 0
    while rest:
        part = _DURATION_PART.match(rest)
        assert part is not None  # the pattern matches anything
        whole, fraction, unit = part[1], part[2] or "", part[3]
        if (not whole and fraction in ("", ".")) or _big(whole or "0") > 2**63:
            raise ParseError(f"time: invalid duration {quote(text)}")
        if not unit:
            raise ParseError(f"time: missing unit in duration {quote(text)}")
        if unit not in _UNITS:
            raise ParseError(f"time: unknown unit {quote(unit)} in duration {quote(text)}")
        total += _big(whole or "0") * _UNITS[unit]
        if len(fraction) > 1:
            total += _big(fraction[1:]) * _UNITS[unit] // 10 ** (len(fraction) - 1)
        rest = rest[part.end() :]
    if total > _MAX_INT64 + (text[0] == "-"):
        raise ParseError(f"time: invalid duration {quote(text)}")
    return -total if text[0] == "-" else total


def parse_time(text: str) -> tuple[int, int]:
    """Read an RFC 3339 time; return seconds since 1970 UTC, and nanoseconds."""
    found = _TIME.fullmatch(text)
    problem = ParseError(
        f'parsing time {quote(text)} as "2006-01-02T15:04:05.999999999Z07:00": cannot parse'
    )
    if found is None or not found[0].isascii():
        raise problem
    year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
    if hour > 23 or minute > 59 or second > 59:
        raise problem
    try:
        # Year 0, which Python's calendar lacks, is as long as year 400.
        days = date(year or 400, month, day).toordinal() - _EPOCH
    except ValueError:
        raise problem from None
    seconds = (days - (0 if year else _DAYS_OF_400_YEARS)) * 86400
    seconds += hour * 3600 + minute * 60 + second
    if found[9]:
        if int(found[10]) > 24 or int(found[11]) > 59:
            raise problem
        offset = int(found[10]) * 3600 + int(found[11]) * 60
        seconds -= offset if found[9] == "+" else -offset
    fraction = (found[7] or ".")[1:10]
    return seconds, int(fraction.ljust(9, "0"))


def _is_digits(text: str) -> bool:
    return bool(text) and text.isascii() and text.isdigit()


def _big(digits: str) -> int:
    # Python refuses to read very long numbers; these are out of every range anyway.
    return int(digits) if len(digits) < 4000 else 10**4000


def _syntax(function: str, text: str) -> ParseError:
    return ParseError(f"strconv.{function}: parsing {quote(text)}: invalid syntax")


def _range(function: str, text: str) -> ParseError:
    return ParseError(f"strconv.{function}: parsing {quote(text)}: value out of range")
