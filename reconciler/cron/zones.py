"""Time zones as Admin's schedules know them: by the file names of the IANA database.

The data comes from the `tzdata` package and never from the host, so that every machine
agrees. Names are the exact ones, capitals included, whatever the file system thinks.

That package leaves out what its makers call `backzone`: the clocks before 1970 of places that
have agreed with a larger neighbour ever since, such as Amsterdam with Brussels. The images
that Admin runs in have it. `history.zip` holds the zones concerned (IANA 2025b with
`backzone`, compiled; in the public domain) and is asked for instants before 1970 only, so it
cannot grow stale.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

_DATA = files("tzdata") / "zoneinfo"
_NOT_ZONES = frozenset(
    {"iso3166.tab", "leapseconds", "tzdata.zi", "zone.tab", "zone1970.tab", "zonenow.tab"}
)
_EPOCH_DAY = datetime(1970, 1, 1).toordinal()
DAY_SECONDS = 86_400


class Zone:
    """One time zone: the offset from UTC at any instant, and wall clock time both ways.

    Equal and hashable by name. Seconds are Unix seconds; years must lie within 1 to 9999.
    """

    def __init__(self, info: ZoneInfo, before_1970: ZoneInfo | None = None) -> None:
        self._since = datetime(1970, 1, 1, tzinfo=info)
        self._before = datetime(1970, 1, 1, tzinfo=before_1970 or info)
        self._info = info
        self._history = before_1970 or info

    @cached_property
    def name(self) -> str:
        """The name in the zone database, for instance `Europe/Berlin`."""
        return str(self._info.key)

    def wall(self, seconds: int) -> datetime:
        """Return the wall clock time, aware, at `seconds`."""
        if seconds < 0:
            return self._history.fromutc(self._before + timedelta(seconds=seconds))
        return self._info.fromutc(self._since + timedelta(seconds=seconds))

    def offset(self, seconds: int) -> int:
        """Return how many seconds the wall clock is ahead of UTC at `seconds`."""
        offset = self.wall(seconds).utcoffset()
        assert offset is not None  # a ZoneInfo always knows
        return offset.days * DAY_SECONDS + offset.seconds

    def seconds(self, day: int, second_of_day: int) -> int:
        """Return the Unix seconds of a wall clock time, resolved as Go's `time.Date` does.

        The wall clock is read as if it were UTC; the offset in force then is subtracted, and
        the offset in force at the outcome decides. So a time in a gap is moved back west of
        Greenwich and forth east of it, and a time in an overlap is the first in the west and
        the second in the east; neither value of `datetime.fold` does that.

        Args:
            day: The proleptic Gregorian ordinal of the day, as `date.toordinal` counts.
            second_of_day: Seconds since midnight on the wall clock.
        """
        as_utc = (day - _EPOCH_DAY) * DAY_SECONDS + second_of_day
        return as_utc - self.offset(as_utc - self.offset(as_utc))

    def __eq__(self, other: object) -> bool:
        return self.name == other.name if isinstance(other, Zone) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"


@cache
def load_zone(name: str) -> Zone:
    """Return the zone of that name; the empty name is UTC.

    Raises:
        ValueError: there is none; the text is that of Go's `time.LoadLocation`.
    """
    if name in ("", "UTC"):
        return UTC
    if ".." in name or name[0] in "/\\":
        raise ValueError("time: invalid location name")
    # An operating system minds neither empty parts nor dots inside a path, only at its end.
    *folders, last = name.split("/")
    parts = [part for part in folders if part not in ("", ".")]
    if last not in ("", "."):
        parts.append(last)
        path = "/".join(parts)
        if path in zone_names():
            with _DATA.joinpath(*parts).open("rb") as file:
                return Zone(ZoneInfo.from_file(file, key=name), _history(path, name))
    raise ValueError(_why_not(name, parts))


def _why_not(name: str, parts: Sequence[str]) -> str:
    path = "/".join(parts)
    if "\0" in name:
        return "invalid argument"
    if path in _NOT_ZONES:
        return "malformed time zone information"
    if any("/".join(parts[:n]) in zone_names() for n in range(1, len(parts) + 1)):
        return "not a directory"
    if not parts or any(known.startswith(f"{path}/") for known in zone_names()):
        return "is a directory"
    return f"unknown time zone {name}"


def _history(path: str, name: str) -> ZoneInfo | None:
    with (files("reconciler.cron") / "history.zip").open("rb") as file, ZipFile(file) as archive:
        if path not in archive.namelist():
            return None
        return ZoneInfo.from_file(BytesIO(archive.read(path)), key=name)


@cache
def zone_names() -> frozenset[str]:
    """Return the name of every zone of the database."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def _load_utc() -> Zone:
    with _DATA.joinpath("UTC").open("rb") as file:
        return Zone(ZoneInfo.from_file(file, key="UTC"))


UTC = _load_utc()
