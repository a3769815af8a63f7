"""Timestamps as PostgreSQL reads them, in a session whose time zone is UTC.

Its reader takes nearly anything: ISO dates with or without time and zone, digits run together,
names of months and zones, and words such as `yesterday`. Read here: what people write in
filters. What is left out (Julian days, days of a year, rare zones) is refused as no timestamp.

Source: PostgreSQL 15, src/backend/utils/adt/datetime.c.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.sandbox.errors import Refusal, database

_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_SPECIAL = {"epoch": 0.0, "infinity": math.inf, "-infinity": -math.inf, "+infinity": math.inf}
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {name[:3]: name for name in _WEEK}
# Hours east of UTC of the abbreviations that people use.
_ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "zulu", "ut", "uct", "wet"), 0.0),
    "est": -5.0,
    "edt": -4.0,
    "cst": -6.0,
    "cdt": -5.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
    "akst": -9.0,
    "akdt": -8.0,
    "hst": -10.0,
    "bst": 1.0,
    "cet": 1.0,
    "cest": 2.0,
    "eet": 2.0,
    "eest": 3.0,
    "msk": 3.0,
    "jst": 9.0,
    "kst": 9.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "ist": 2.0,
}
_RELATIVE_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}

_TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?$")
_TOKEN = re.compile(
    r"(?P<time>\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d*)?)?)"
    r"|(?P<iso>\d+[-/.]\d+[-/.]\d+|\d+-[a-zA-Z]+-\d+)"
    r"|(?P<number>\d+)"
    r"|(?P<place>[a-zA-Z]+(?:/[a-zA-Z0-9_+-]+)+)"
    r"|(?P<word>[a-zA-Z]+)"
    r"|(?P<zone>[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?)"
    r"|(?P<blank>[\s,]+)"
)


def parse_timestamp(text: str, *, now: int) -> int | float:
    """Return microseconds since 1970; an infinity as a float.

    Args:
        now: Microseconds since 1970, for `now`, `today` and the like.

    Raises:
        Refusal: UNKNOWN, in PostgreSQL's words.
    """
    word = text.strip().lower()
    if word in _SPECIAL:
        special = _SPECIAL[word]
        return int(special) if math.isfinite(special) else special
    if word == "now":
        return now
    reading = _read(text, now)
    return reading.microseconds(text)


def _syntax(text: str) -> Refusal:
    return database(f'invalid input syntax for type timestamp with time zone: "{text}"')


def _range(text: str) -> Refusal:
    return database(f'date/time field value out of range: "{text}"')


@dataclass
class _Reading:
    """What has been read of one timestamp so far."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    time: int = 0  # microseconds
    zone: int = 0  # microseconds east of UTC
    place: str = ""  # a zone by its name, which knows summer from winter
    numbers: list[str] = field(default_factory=list)

    @property
    def has_date(self) -> bool:
        """Whether year, month and day are known, so that a number is a time."""
        return None not in (self.year, self.month, self.day)

    def microseconds(self, text: str) -> int:
        if self.year is None or self.month is None or self.day is None:
            raise _syntax(text)
        if not 1 <= self.month <= 12 or not 1 <= self.day <= 31:
            raise _range(text)
        try:
            days = date(self.year, self.month, self.day).toordinal() - _EPOCH
        except (ValueError, OverflowError):
            raise _range(text) from None
        return days * _DAY + self.time - (_offset(self, text) if self.place else self.zone)


def _read(text: str, now: int) -> _Reading:
    reading = _Reading()
    position, after_time = 0, False
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _syntax(text)
        kind, token = str(found.lastgroup), found[0]
        if kind == "number" and after_time:
            raise _syntax(text)
        _take(reading, kind, token, text, now)
        after_time = kind == "time"
        position = found.end()
    _place_numbers(reading, text)
    return reading


def _take(reading: _Reading, kind: str, token: str, text: str, now: int) -> None:
    if kind == "time":
        reading.time = _time(token, text)
    elif kind == "iso":
        _take_date(reading, re.split(r"[-/.]", token), text)
    elif kind == "number":
        if len(token) >= 5 or (len(token) == 4 and reading.has_date):
            _take_run_together(reading, token, text)
        else:
            reading.numbers.append(token)
    elif kind == "zone":
        reading.zone = _zone(token, text)
    elif kind == "place":
        reading.place = token
    elif kind == "word":
        _take_word(reading, token.lower(), text, now)


def _take_word(reading: _Reading, word: str, text: str, now: int) -> None:
    if word in _MONTHS:
        reading.month = _MONTHS[word]
    elif word in _RELATIVE_DAYS:
        day = datetime.fromtimestamp(now // 1_000_000, UTC) + timedelta(_RELATIVE_DAYS[word])
        reading.year, reading.month, reading.day = day.year, day.month, day.day
    elif word == "pm" and reading.time < _DAY // 2:
        reading.time += _DAY // 2
    elif word == "am" and reading.time >= _DAY // 2:
        reading.time -= _DAY // 2
    elif word in _ZONES:
        reading.zone = round(_ZONES[word] * 3_600_000_000)
    elif word[:3] in _DAYS and _DAYS[word[:3]].startswith(word):
        pass  # the day of the week is not looked at
    elif word not in ("t", "am", "pm", "at", "on", "ad"):
        raise _syntax(text)


def _take_date(reading: _Reading, parts: list[str], text: str) -> None:
    one, two, three = parts
    if two.isalpha():
        if two.lower() not in _MONTHS:
            raise _syntax(text)
        reading.month = _MONTHS[two.lower()]
        one, two = (one, three) if len(one) > 2 else (three, one)
        reading.year, reading.day = _year(one), int(two)
    elif len(one) > 2:
        reading.year, reading.month, reading.day = _year(one), int(two), int(three)
    else:  # month first, as in PostgreSQL's default style
        reading.year, reading.month, reading.day = _year(three), int(one), int(two)


def _take_run_together(reading: _Reading, digits: str, text: str) -> None:
    """Read digits without separators: YYMMDD, or a year of any length, MM and DD."""
    if reading.has_date:
        if len(digits) not in (4, 6):
            raise _syntax(text)
        reading.time = _time(f"{digits[:2]}:{digits[2:4]}:{digits[4:] or '0'}", text)
        return
    if len(digits) < 6 or len(digits) == 7:
        raise _syntax(text)
    reading.year = _year(digits[:-4])
    reading.month, reading.day = int(digits[-4:-2]), int(digits[-2:])


def _place_numbers(reading: _Reading, text: str) -> None:
    """Give numbers that stand alone (`Jan 1 2020`) their meaning."""
    for number in reading.numbers:
        if len(number) > 2 and reading.year is None:
            reading.year = _year(number)
        elif reading.month is None:
            reading.month = int(number)
        elif reading.day is None:
            reading.day = int(number)
        elif reading.year is None:
            reading.year = _year(number)
        else:
            raise _syntax(text)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _time(token: str, text: str) -> int:
    found = _TIME.match(token)
    if found is None:
        raise _syntax(text)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    # PostgreSQL rounds what is finer than a microsecond.
    fraction = round(float(f"0.{found[4] or 0}") * 1_000_000)
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second or fraction)):
        raise _range(text)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction


def _offset(reading: _Reading, text: str) -> int:
    """Return how far east of UTC the named zone's clocks are at the time that was read."""
    try:
        zone = ZoneInfo(reading.place)
    except (KeyError, ValueError, OSError):
        raise database(f'time zone "{reading.place}" not recognized') from None
    if reading.year is None or reading.month is None or reading.day is None:
        raise _syntax(text)
    midnight = datetime(reading.year, reading.month, reading.day, tzinfo=zone)
    offset = (midnight + timedelta(microseconds=reading.time)).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def _zone(token: str, text: str) -> int:
    digits = token[1:].replace(":", "")
    hours = int(digits[:2]) if ":" in token or len(digits) != 3 else int(digits[:1])
    minutes = int(digits[-2:]) if len(digits) in (3, 4) else 0
    if hours > 15 or minutes > 59:
        raise database(f'time zone displacement out of range: "{text}"')
    offset = (hours * 60 + minutes) * 60 * 1_000_000
    return -offset if token[0] == "-" else offset
