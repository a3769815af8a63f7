"""Timestamps as PostgreSQL reads them, in a session whose time zone is UTC.

Its reader takes nearly anything: ISO dates with or without time and zone, digits run together,
names of months and zones, and words such as `yesterday`. Field by field it decides what each
must be from what it has already. Left out are Julian days and dates with labels
(`y2001m02d04`): they are refused as no timestamp.

Source: PostgreSQL 15, src/backend/utils/adt/datetime.c, DecodeDateTime and what it calls.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.sandbox.errors import database
from reconciler.sandbox.listing import timestamp_words as words
from reconciler.sandbox.listing.timestamp_words import BadFormatError, Field

_DAY = 86_400_000_000  # microseconds
_SECOND = 1_000_000
_SPECIAL = {"epoch": 0, "infinity": math.inf, "-infinity": -math.inf}
_LAST = 9_224_318_016_000_000_000 - 1  # PostgreSQL's timestamps end with the year 294276

_OFFSET = re.compile(r"[+-]([0-9]+)(?::([0-9]+)(?::([0-9]+))?)?")
_DATE = frozenset(("year", "month", "day"))


class _OutOfRangeError(ValueError):
    """Right in shape, but there is no such time."""


class _BadOffsetError(ValueError):
    """More than a day's half from UTC."""


def parse_timestamp(text: str, *, now: int) -> int | float:
    """Return microseconds since 1970; an infinity as a float.

    Args:
        now: Microseconds since 1970, for `now`, `today` and the like.

    Raises:
        Refusal: UNKNOWN, in PostgreSQL's words.
    """
    try:
        return _Reader(text, now).read()
    except BadFormatError:
        message = f'invalid input syntax for type timestamp with time zone: "{text}"'
    except _OutOfRangeError:
        message = f'date/time field value out of range: "{text}"'
    except _BadOffsetError:
        message = f'time zone displacement out of range: "{text}"'
    raise database(message)


@dataclass
class _Reader:
    """Reads one timestamp; `known` holds what has a value already."""

    text: str
    now: int

    def __post_init__(self) -> None:
        self.known: set[str] = set()
        self.year = self.month = self.day = 0
        self.time = 0  # microseconds
        self.zone: ZoneInfo | int = 0  # by name, or seconds east of UTC
        self.meridian = ""
        self.short_year = self.named_month = self.before_christ = False
        self.special: int | float | None = None
        self.time_follows = False

    def read(self) -> int | float:
        """Read all fields, then put them together."""
        fields = list(words.split(self.text))
        for index, (kind, field) in enumerate(fields):
            self._take(kind, field, fields[index + 1 :])
        return self._value()

    def _claim(self, *parts: str) -> None:
        """Note that parts have values now; none has a second one."""
        if self.known.intersection(parts):
            raise BadFormatError
        self.known.update(parts)

    def _take(self, kind: Field, field: str, rest: Sequence[tuple[Field, str]]) -> None:
        if kind is Field.WORD:
            self._take_word(field, rest)
            return
        after_t, self.time_follows = self.time_follows, False
        if kind is Field.TIME:
            self._claim("time")
            self.time = _time(field)
        elif kind is Field.ZONE:
            self._claim("zone")
            self.zone = _offset(field)
        elif kind is Field.DATE:
            self._take_date(field, after_t)
        elif after_t:
            self._take_run(field, known=self.known | _DATE, time_only=True)
        else:
            self._take_number_field(field)

    def _take_date(self, field: str, after_t: bool) -> None:
        if not (after_t or self.known >= {"month", "day"}):
            self._split_date(field)
        elif field[0].isdigit() or after_t:
            digits, dash, offset = field.partition("-")
            if "time" in self.known or not dash:
                raise BadFormatError
            self.zone = _offset(f"-{offset}")
            self._take_run(digits, known=self.known)
            self._claim("zone")
        else:
            self._take_zone(field)

    def _take_zone(self, name: str) -> None:
        found = words.find_zone(name)
        if found is None:
            raise database(f'time zone "{name}" not recognized')
        self._claim("zone")
        self.zone = found

    def _split_date(self, field: str) -> None:
        """Read a date of three parts; nothing but a zone may be known by then."""
        parts = re.findall(r"[0-9]+|[a-z]+", field)
        numbers = [part for part in parts if part.isdigit()]
        for part in parts:
            if part in words.MONTHS:
                self._claim("month")
                self.month, self.named_month = words.MONTHS[part], True
            elif not part.isdigit() and part not in words.IGNORED:
                raise BadFormatError
        for number in numbers:
            self._take_number(number)
        if self.known - {"zone", "day of year"} != _DATE:
            raise BadFormatError

    def _take_number_field(self, field: str) -> None:
        whole, dot, _ = field.partition(".")
        complete = bool(self.known & _DATE) and "time" in self.known
        if dot and not self.known & _DATE:
            self._split_date(field)
        elif (dot and len(whole) > 2) or (len(field) >= 6 and not complete):
            self._take_run(field, known=self.known)
        else:
            self._take_number(field)

    def _take_number(self, field: str) -> None:
        """Give a number that stands alone its meaning: what is lacking next."""
        if not field.isdigit():
            raise BadFormatError
        value, known = int(field), self.known & _DATE
        if value >= 1 << 31:
            raise _OutOfRangeError
        if known == {"year"} and len(field) == 3 and 1 <= value <= 366:
            self._claim("month", "day")
            self.month, self.day = 1, value  # counted on from the first of January
            self.known.add("day of year")
        elif known == _DATE:
            self._take_run(field, known=self.known)
        elif not known:
            self._set("year" if len(field) >= 3 else "month", field)
        elif known == {"month"} and self.named_month:
            self._set("year" if len(field) >= 3 else "day", field)
        elif (
            known == {"year", "month"} and self.named_month and self.short_year and len(field) > 2
        ):
            self._claim("day")
            self.day, self.year, self.short_year = self.year, value, False
        elif known in ({"month"}, {"year", "month"}):
            self._set("day", field)
        else:
            self._set("year" if known == {"month", "day"} else "month", field)

    def _set(self, part: str, field: str) -> None:
        self._claim(part)
        setattr(self, part, int(field))
        if part == "year":
            self.short_year = len(field) <= 2

    def _take_run(self, field: str, *, known: set[str], time_only: bool = False) -> None:
        """Read digits without separators: a date, or a time once there is one."""
        digits, dot, fraction = field.partition(".")
        if not dot and not known >= _DATE and len(digits) >= 6:
            self._claim(*_DATE)
            self.year, self.short_year = int(digits[:-4]), len(digits) == 6
            self.month, self.day = int(digits[-4:-2]), int(digits[-2:])
            return
        if "time" in known or len(digits) not in (4, 6):
            raise BadFormatError
        self._claim("time")
        seconds = f"{digits[4:] or '0'}.{fraction or '0'}"
        self.time = _time(f"{digits[:2]}:{digits[2:4]}:{seconds}", checked=False)

    def _take_word(self, word: str, rest: Sequence[tuple[Field, str]]) -> None:
        if word in words.IGNORED:
            return
        if word in words.ABBREVIATIONS:
            self._claim("zone")
            self.zone = round(words.ABBREVIATIONS[word] * 3600)
        elif word in words.MONTHS:
            self._take_month(words.MONTHS[word])
        elif word in words.WEEKDAYS:
            self._claim("weekday")
        elif word in ("am", "pm"):
            self._claim("meridian")
            self.meridian = word
        elif word in ("ad", "bc"):
            self._claim("era")
            self.before_christ = word == "bc"
        elif word == "t":
            if not self.known >= _DATE or not rest or rest[0][0] in (Field.ZONE, Field.WORD):
                raise BadFormatError
            self.time_follows = True
        else:
            self._take_reserved(word)

    def _take_month(self, number: int) -> None:
        if "month" in self.known and not self.named_month and "day" not in self.known:
            self._claim("day")
            self.day = self.month  # the number was a day, as is clear now
        else:
            self._claim("month")
        self.month, self.named_month = number, True

    def _take_reserved(self, word: str) -> None:
        if word in _SPECIAL:
            self._claim("reserved")
            self.special = _SPECIAL[word]
        elif word == "now":
            self._claim("time", "zone")
            self._set_day(0)
            self.time = self.now % _DAY
        elif word in words.RELATIVE_DAYS:
            self._set_day(words.RELATIVE_DAYS[word])
        elif word == "allballs":
            self._claim("time", "zone")
        else:
            found = words.find_zone(word)
            if found is None:
                raise BadFormatError
            self._claim("zone")
            self.zone = found

    def _set_day(self, after_today: int) -> None:
        self._claim(*_DATE)
        day = datetime.fromtimestamp(self.now // _SECOND, UTC) + timedelta(after_today)
        self.year, self.month, self.day = day.year, day.month, day.day
        self.special = None

    def _value(self) -> int | float:
        if self.time_follows:
            raise BadFormatError
        self._check_date()
        hour = self.time // 3_600_000_000
        if self.meridian and hour > 12:
            raise _OutOfRangeError
        if self.meridian == "am" and hour == 12:
            self.time -= _DAY // 2
        elif self.meridian == "pm" and hour != 12:
            self.time += _DAY // 2
        if self.special is not None:
            return self.special
        if not self.known >= _DATE:
            raise BadFormatError
        local = _days(self.year, self.month, self.day) * _DAY + self.time
        value = local - self._offset_at(local) * _SECOND
        if value > _LAST:
            raise database(f'timestamp out of range: "{self.text}"')
        return value

    def _check_date(self) -> None:
        if "year" in self.known:
            if self.before_christ:
                if self.year <= 0:
                    raise _OutOfRangeError
                self.year = 1 - self.year  # there was no year 0
            elif self.short_year:
                self.year += 2000 if self.year < 70 else 1900 if self.year < 100 else 0
            elif self.year <= 0:
                raise _OutOfRangeError
        if "day of year" in self.known:
            return
        if "month" in self.known and not 1 <= self.month <= 12:
            raise _OutOfRangeError
        if "day" in self.known and not 1 <= self.day <= 31:
            raise _OutOfRangeError
        if self.known >= _DATE and self.day > _month_length(self.year, self.month):
            raise _OutOfRangeError

    def _offset_at(self, local: int) -> int:
        if isinstance(self.zone, int):
            return self.zone
        if not 1 < self.year < 9999:
            return 0
        naive = datetime(1970, 1, 1) + timedelta(microseconds=local)
        offset = naive.replace(tzinfo=self.zone).utcoffset() or timedelta()
        return int(offset.total_seconds())


def _time(field: str, *, checked: bool = True) -> int:
    """Return the microseconds of a time of day; a part that is not there counts as 0."""
    parts = field.split(":")
    if len(parts) > 3 or "." in "".join(parts[:-1]):
        raise BadFormatError
    if len(parts) == 2 and "." in parts[1]:
        parts.insert(0, "0")  # minutes and seconds
    hour, minute = int(parts[0] or 0), int(parts[1] or 0)
    second, _, fraction = (parts[2] if len(parts) > 2 else "0").partition(".")
    if not fraction.isdigit() and fraction:
        raise BadFormatError
    seconds = int(second or 0)
    # What is finer than a microsecond is rounded.
    micros = round(float(f"0.{fraction or 0}") * _SECOND)
    total = ((hour * 60 + minute) * 60 + seconds) * _SECOND + micros
    if minute > 59 or seconds > 60 or total > _DAY:
        raise _OutOfRangeError
    return total


def _offset(field: str) -> int:
    """Return seconds east of UTC: `+02`, `-0530`, `+05:30:15`."""
    found = _OFFSET.match(field)
    if found is None:
        raise BadFormatError
    hours, minutes, seconds = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[2] is None and len(found[1]) > 2 and found.end() == len(field):
        hours, minutes = divmod(hours, 100)
    if hours > 15 or minutes > 59 or seconds > 59:
        raise _BadOffsetError
    if found.end() < len(field):
        raise BadFormatError
    total = (hours * 60 + minutes) * 60 + seconds
    return -total if field[0] == "-" else total


def _month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _days(year: int, month: int, day: int) -> int:
    """Return the days since 1970 of a Gregorian date, in years beyond 9999 as well."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468
