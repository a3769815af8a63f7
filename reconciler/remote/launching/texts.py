"""A text of the command line → a value of the type that an input declares.

int, float, bool          `3`, `1_000`; `0.5`, `1e-3`; `true`, `yes`, `1`, `on` and their opposites
str, enum                 the text as it is
datetime                  ISO 8601 (UTC where no zone is said), `now`, `today`, `yesterday`,
                          `tomorrow`; with `+ 90m` or `- 1d` behind it if wanted
duration                  `90s`, `1h30m`, `2 days`, `1:30:00`, ISO 8601's `PT1H30M`
list, dict, struct        JSON or YAML, or the path of a .json, .yaml or .yml file with it
file, directory, dataset  a URI, or a path of this machine, which is uploaded
a union                   what the first of its variants takes that is not text; a file where it
                          is a URI or a path that is there; then text; `null` for none
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flyteidl.core.types_pb2 import LiteralType, SimpleType

from reconciler.errors import ManifestError
from reconciler.manifest import read_yaml
from reconciler.model import describe, parse_datetime, parse_duration

_TRUE, _FALSE = ("true", "yes", "on", "1", "y", "t"), ("false", "no", "off", "0", "n", "f")
_NOTHING = ("null", "none", "~", "")
_MOMENT = re.compile(r"(.+?)\s*(?:\s([+-])\s*(.+))?", re.DOTALL)
_SAID_MOMENT = re.compile(r"(now|today|yesterday|tomorrow)\s*(?:([+-])\s*(.+))?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)")
_WORDED = re.compile(
    r"(\d+(?:\.\d+)?)\s*"
    r"(weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|milliseconds?|microseconds?)"
    r"(?:\s*,?\s*(?:and\s+)?|$)"
)
_UNITS = {
    "w": "w",
    "d": "d",
    "h": "h",
    "minute": "m",
    "min": "m",
    "s": "s",
    "milli": "ms",
    "micro": "us",
}
_FILES = (".json", ".yaml", ".yml")


def from_text(text: str, declared: LiteralType, *, where: str, now: datetime) -> Any:
    """Return the value that a text says, ready to be made a literal of this type.

    Args:
        where: How messages name the input.
        now: For what is said relative to it; with a zone.

    Raises: ValueError naming the input, its type and what is wrong.
    """
    try:
        return _Reading(now).read(text, declared)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


class _Reading:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def read(self, text: str, declared: LiteralType) -> Any:
        match declared.WhichOneof("type"):
            case "simple":
                return self._simple(text, declared)
            case "collection_type":
                return _structured(text, declared, list)
            case "map_value_type":
                return _structured(text, declared, dict)
            case "union_type":
                return self._union(text, declared)
            case "enum_type":
                if text not in declared.enum_type.values:
                    raise ValueError(f"{text!r} is none of {', '.join(declared.enum_type.values)}")
        return text  # what lies somewhere: files, directories, datasets

    def _simple(self, text: str, declared: LiteralType) -> Any:
        readers: Mapping[int, Callable[[str], Any]] = {
            SimpleType.INTEGER: _int,
            SimpleType.FLOAT: _float,
            SimpleType.BOOLEAN: _bool,
            SimpleType.DATETIME: self._datetime,
            SimpleType.DURATION: _duration,
            SimpleType.NONE: _none,
        }
        if declared.simple == SimpleType.STRUCT:
            return _structured(text, declared, (list, dict))
        reader = readers.get(declared.simple)
        return text if reader is None else reader(text)

    def _union(self, text: str, declared: LiteralType) -> Any:
        """The first variant that takes it; what takes any text comes last."""
        variants = sorted(declared.union_type.variants, key=_last)
        takes_text = any(_is_simple(one, SimpleType.STRING) for one in variants)
        for variant in variants:
            # Beside text only what is there, or says where it is, is a file.
            if takes_text and _lies_somewhere(variant) and not _is_somewhere(text):
                continue
            try:
                value = self.read(text, variant)
            except ValueError:
                continue
            if value is None or len([one for one in variants if not _is_none(one)]) == 1:
                return value
            return {"type": describe(variant), "value": value}
        raise ValueError(f"{text!r} is no {describe(declared)}")

    def _datetime(self, text: str) -> Any:
        found = _SAID_MOMENT.fullmatch(text.strip().lower())
        if found is None:
            return self._dated(text.strip())
        word, sign, length = found.groups()
        moment = self._now
        if word != "now":
            day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            moment = day + timedelta(days={"yesterday": -1, "today": 0, "tomorrow": 1}[word])
        return moment + _shift(sign, length)

    def _dated(self, text: str) -> Any:
        """A datetime, or one and a duration: `2026-01-31 + 1d`."""
        try:
            parse_datetime(text)
        except ValueError:
            found = _MOMENT.fullmatch(text)
            if found is None or found[2] is None:
                raise
            start = parse_datetime(found[1]).ToDatetime(tzinfo=self._now.tzinfo)
            return start + _shift(found[2], found[3])
        return text


def _int(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no int") from None


def _float(text: str) -> float:
    try:
        return float(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no float") from None


def _bool(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{text!r} is no bool; write true or false")


def _none(text: str) -> None:
    if text.strip().lower() not in _NOTHING:
        raise ValueError(f"{text!r} is not null")


def _duration(text: str) -> timedelta | str:
    """A text that the manifests' durations know, or a length of clock time."""
    stripped = text.strip()
    if found := _CLOCK.fullmatch(stripped):
        hours, minutes, seconds = found.groups()
        return timedelta(hours=int(hours or 0), minutes=int(minutes), seconds=float(seconds))
    worded = _from_words(stripped.lower()) or stripped
    parse_duration(worded)
    return worded


def _from_words(text: str) -> str:
    """`2 days, 3 hours` as `2d3h`; "" for what is not said in words."""
    parts, at = [], 0
    while at < len(text):
        found = _WORDED.match(text, at)
        if found is None or found.end() == at:
            return ""
        unit = next(short for word, short in _UNITS.items() if found[2].startswith(word))
        if found[2].startswith("mi") and not found[2].startswith("min"):
            unit = "ms" if found[2].startswith("milli") else "us"
        parts.append(f"{found[1]}{unit}")
        at = found.end()
    return "".join(parts)


def _shift(sign: str | None, length: str | None) -> timedelta:
    if sign is None or length is None:
        return timedelta()
    found = _duration(length)
    if isinstance(found, str):
        found = parse_duration(found).ToTimedelta()
    return -found if sign == "-" else found


def _structured(text: str, declared: LiteralType, kind: type[Any] | tuple[type[Any], ...]) -> Any:
    """JSON or YAML, or a file of it."""
    stripped = text.strip()
    if stripped.lower().endswith(_FILES) and stripped[:1] not in "[{":
        path = Path(stripped).expanduser()
        try:
            value = _yaml(path.read_bytes(), str(path))
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from None
    else:
        value = _yaml(text.encode(), "the text")
    if not isinstance(value, kind):
        raise ValueError(f"{text!r} is no {describe(declared)}; write JSON")
    return value


def _yaml(data: bytes, file: str) -> Any:
    problems: list[Any] = []
    try:
        found = [value for _, value in read_yaml(data, file, problems)]
    except ManifestError as error:
        raise ValueError(str(error)) from None
    if problems:
        raise ValueError(problems[0].message)
    if len(found) != 1:
        raise ValueError(f"{file} holds {len(found) or 'no'} documents, and one is wanted")
    return found[0]


def _is_simple(declared: LiteralType, kind: int) -> bool:
    return bool(declared.WhichOneof("type") == "simple" and declared.simple == kind)


def _is_none(declared: LiteralType) -> bool:
    return _is_simple(declared, SimpleType.NONE)


def _lies_somewhere(declared: LiteralType) -> bool:
    return declared.WhichOneof("type") in ("blob", "structured_dataset_type", "schema")


def _is_somewhere(text: str) -> bool:
    try:
        return "://" in text or Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _last(declared: LiteralType) -> int:
    """Which variants of a union are asked later: files, for which any text may do, then text."""
    if _is_simple(declared, SimpleType.STRING):
        return 2
    return 1 if _lies_somewhere(declared) else 0
