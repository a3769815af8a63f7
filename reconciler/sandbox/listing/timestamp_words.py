"""The words that PostgreSQL knows in a timestamp, and how it splits one into fields.

Source: PostgreSQL 15, src/backend/utils/adt/datetime.c, datetktbl and ParseDateTime.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


class Field(Enum):
    """What the looks of a field make of it, before its meaning is known."""

    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    ZONE = auto()
    WORD = auto()


class BadFormatError(ValueError):
    """PostgreSQL can make nothing of it."""


_MONTH_NAMES = (
    ("jan", "january"),
    ("feb", "february"),
    ("mar", "march"),
    ("apr", "april"),
    ("may",),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
)
MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names
}
_WEEK = {
    "sun": "sunday",
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
}
WEEKDAYS = frozenset((*_WEEK, *_WEEK.values(), "tues", "weds", "thur", "thurs"))
IGNORED = frozenset(("at", "on"))
RELATIVE_DAYS: Mapping[str, int] = {"today": 0, "yesterday": -1, "tomorrow": 1}

# Hours east of UTC of the abbreviations that people use; PostgreSQL knows some more.
ABBREVIATIONS: Mapping[str, float] = {
    **dict.fromkeys(("z", "utc", "gmt", "zulu", "ut", "uct", "wet"), 0.0),
    "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0,
    "pst": -8.0, "pdt": -7.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0,
    "bst": 1.0, "cet": 1.0, "cest": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0,
    "jst": 9.0, "kst": 9.0, "nzst": 12.0, "nzdt": 13.0, "ist": 2.0,
}  # fmt: skip
_KNOWN = (
    MONTHS.keys()
    | WEEKDAYS
    | IGNORED
    | RELATIVE_DAYS.keys()
    | {"now", "epoch", "infinity", "allballs", "am", "pm", "ad", "bc", "t"}
)

_BLANK = re.compile(r"[ \t\n\v\f\r]+")
_NUMERIC = re.compile(
    r"(?P<time>[0-9]+:[0-9:.]*)"
    r"|(?P<date>[0-9]+([-/.])[0-9]+\3[0-9-/.]*|[0-9]+[-/][0-9]+|[0-9]+([-/.])[a-zA-Z][a-zA-Z0-9]*"
    r"(?:\4[a-zA-Z0-9]*)*)"
    r"|(?P<number>[0-9]+\.?[0-9]*|\.[0-9]*)"
)
_WORD = re.compile(r"[a-zA-Z]+")
_DATE_REST = re.compile(r"[-+/_.:a-zA-Z0-9]*")
_SIGNED = re.compile(r"([+-])[ \t\n\v\f\r]*(?:(?P<zone>[0-9][0-9:.-]*)|(?P<word>[a-zA-Z]+))")


def split(text: str) -> Iterator[tuple[Field, str]]:
    """Yield the fields of a timestamp, words in lower case.

    Raises:
        BadFormatError: A character that has no place in one.
    """
    at = 0
    while at < len(text):
        if found := _BLANK.match(text, at):
            at = found.end()
        elif found := _NUMERIC.match(text, at):
            kind = Field[str(found.lastgroup or "").upper()] if found.lastgroup else Field.DATE
            for name in ("time", "date", "number"):
                if found[name] is not None:
                    kind = Field[name.upper()]
            yield kind, found[0].lower()
            at = found.end()
        elif found := _WORD.match(text, at):
            kind, end = _worded(text, found)
            yield kind, text[at:end].lower()
            at = end
        elif found := _SIGNED.match(text, at):
            kind = Field.WORD if found["word"] else Field.ZONE
            yield kind, (found[1] + (found["word"] or found["zone"])).lower()
            at = found.end()
        elif text[at] in "+-" or not text[at].isascii() or not text[at].isprintable():
            raise BadFormatError
        else:
            at += 1  # any other punctuation separates


def _worded(text: str, found: re.Match[str]) -> tuple[Field, int]:
    """Tell a word from a date that begins with a month, or a zone with its punctuation."""
    end = found.end()
    following = text[end : end + 1]
    joined = following in ("-", "/", ".") or (
        (following == "+" or following.isdigit()) and found[0].lower() not in _KNOWN
    )
    if not following or not joined:
        return Field.WORD, end
    rest = _DATE_REST.match(text, end)
    assert rest is not None
    return Field.DATE, rest.end()


@lru_cache(maxsize=1)
def _zone_names() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones()}


_POSIX = re.compile(r"[a-z]{3,}([+-]?)([0-9]{1,2})")


def find_zone(name: str) -> ZoneInfo | int | None:
    """Return a zone by its name in lower case; of one like `gmt+3`, the seconds east of UTC.

    POSIX counts westwards: GMT+3 is three hours behind.
    """
    posix = _POSIX.fullmatch(name)
    if posix:
        west = int(posix[2]) * 3600
        return west if posix[1] == "-" else -west
    known = _zone_names().get(name)
    return None if known is None else ZoneInfo(known)
