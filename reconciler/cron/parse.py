"""Read a schedule text as Admin reads it, down to the wording of every refusal.

    [TZ=<zone> | CRON_TZ=<zone>] minute hour day-of-month month day-of-week
    [TZ=<zone> | CRON_TZ=<zone>] @yearly | @annually | @monthly | @weekly | @daily | @midnight
                                 | @hourly | @every <Go duration>

Admin uses one parser everywhere, `ParseStandard` of its fork of robfig/cron v3: when a launch
plan is created, in the scheduler, in the catch-up. What it takes is neither Unix cron nor
AWS: Sunday is 0 and never 7, and there is no `L`, `W`, `#`, nor a year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from reconciler.cron.duration import parse_duration
from reconciler.cron.errors import CronPanicError, CronSyntaxError
from reconciler.cron.gotext import atoi, lower, split_space, trim_space
from reconciler.cron.instants import SECOND
from reconciler.cron.next import Field, FieldSchedule
from reconciler.cron.rate import EverySchedule
from reconciler.cron.zones import Zone, load_zone


@dataclass(frozen=True)
class _Bounds:
    low: int
    high: int
    names: Mapping[str, int]

    @property
    def all(self) -> Field:
        return Field(frozenset(range(self.low, self.high + 1)), star=True)

    @property
    def first(self) -> Field:
        return Field(frozenset({self.low}))


def _numbered(names: str, start: int) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names.split(), start)}


_MINUTE = _Bounds(0, 59, {})
_HOUR = _Bounds(0, 23, {})
_DAY = _Bounds(1, 31, {})
_MONTH = _Bounds(1, 12, _numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1))
_WEEKDAY = _Bounds(0, 6, _numbered("sun mon tue wed thu fri sat", 0))
_BOUNDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)

# Each begins with its period: a year in January, a week on Sunday, a day at midnight.
_DESCRIPTORS = {
    "@yearly": (_MINUTE.first, _HOUR.first, _DAY.first, _MONTH.first, _WEEKDAY.all),
    "@annually": (_MINUTE.first, _HOUR.first, _DAY.first, _MONTH.first, _WEEKDAY.all),
    "@monthly": (_MINUTE.first, _HOUR.first, _DAY.first, _MONTH.all, _WEEKDAY.all),
    "@weekly": (_MINUTE.first, _HOUR.first, _DAY.all, _MONTH.all, _WEEKDAY.first),
    "@daily": (_MINUTE.first, _HOUR.first, _DAY.all, _MONTH.all, _WEEKDAY.all),
    "@midnight": (_MINUTE.first, _HOUR.first, _DAY.all, _MONTH.all, _WEEKDAY.all),
    "@hourly": (_MINUTE.first, _HOUR.all, _DAY.all, _MONTH.all, _WEEKDAY.all),
}
_EVERY = "@every "


@lru_cache(maxsize=4096)
def parse(text: str) -> FieldSchedule | EverySchedule:
    """Return the schedule that `text` describes; the same one for the same text.

    Raises:
        CronSyntaxError: it describes none; the message is Admin's.
        CronPanicError: Admin's own parser would crash.
    """
    if not text:
        raise CronSyntaxError("empty spec string")
    zone, rest = _split_zone(text)
    if rest.startswith("@"):
        return _descriptor(text, rest, zone)
    fields = split_space(rest)
    if len(fields) != len(_BOUNDS):
        found = " ".join(fields)
        raise CronSyntaxError(f"expected exactly 5 fields, found {len(fields)}: [{found}]")
    parsed = [_field(field, bounds) for field, bounds in zip(fields, _BOUNDS, strict=True)]
    return FieldSchedule(text, zone, *parsed)


def _split_zone(text: str) -> tuple[Zone | None, str]:
    """Return the zone of the prefix, None without one, and what comes after it."""
    if not text.startswith(("TZ=", "CRON_TZ=")):
        return None, text
    space = text.find(" ")
    if space < 0:
        raise CronPanicError(text)
    name = text[text.index("=") + 1 : space]
    rest = trim_space(text[space:])
    if name == "Local":
        return None, rest
    try:
        return load_zone(name), rest
    except ValueError as exc:
        raise CronSyntaxError(f"provided bad location {name}: {exc}") from exc


def _descriptor(text: str, descriptor: str, zone: Zone | None) -> FieldSchedule | EverySchedule:
    if descriptor in _DESCRIPTORS:
        return FieldSchedule(text, zone, *_DESCRIPTORS[descriptor])
    if not descriptor.startswith(_EVERY):
        raise CronSyntaxError(f"unrecognized descriptor: {descriptor}")
    try:
        duration = parse_duration(descriptor.removeprefix(_EVERY))
    except ValueError as exc:
        raise CronSyntaxError(f"failed to parse duration {descriptor}: {exc}") from exc
    return EverySchedule(text, max(duration // SECOND, 1) * SECOND)


def _field(text: str, bounds: _Bounds) -> Field:
    values: set[int] = set()
    star = False
    # Empty items are dropped, so a field of commas only is accepted and matches nothing.
    for item in filter(None, text.split(",")):
        found = _item(item, bounds)
        values |= found.values
        star = star or found.star
    return Field(frozenset(values), star=star)


def _item(item: str, bounds: _Bounds) -> Field:
    span, *steps = item.split("/")
    first, *others = span.split("-")
    star = first in ("*", "?")
    if star:
        # What follows a hyphen is not looked at.
        low, high = bounds.low, bounds.high
    else:
        low = high = _number(first, bounds.names)
        if len(others) > 1:
            raise CronSyntaxError(f"too many hyphens: {item}")
        if others:
            high = _number(others[0], bounds.names)
    step = 1
    if len(steps) > 1:
        raise CronSyntaxError(f"too many slashes: {item}")
    if steps:
        step = _number(steps[0], {})
        if not others:
            high = bounds.high
        star = star and step <= 1
    _check(item, bounds, low=low, high=high, step=step)
    return Field(frozenset(range(low, high + 1, step)), star=star)


def _check(item: str, bounds: _Bounds, *, low: int, high: int, step: int) -> None:
    if low < bounds.low:
        raise CronSyntaxError(f"beginning of range ({low}) below minimum ({bounds.low}): {item}")
    if high > bounds.high:
        raise CronSyntaxError(f"end of range ({high}) above maximum ({bounds.high}): {item}")
    if low > high:
        raise CronSyntaxError(f"beginning of range ({low}) beyond end of range ({high}): {item}")
    if step == 0:
        raise CronSyntaxError(f"step of range should be a positive number: {item}")


def _number(text: str, names: Mapping[str, int]) -> int:
    named = names.get(lower(text))
    if named is not None:
        return named
    try:
        number = atoi(text)
    except ValueError as exc:
        raise CronSyntaxError(f"failed to parse int from {text}: {exc}") from exc
    if number < 0:
        raise CronSyntaxError(f"negative number ({number}) not allowed: {text}")
    return number
