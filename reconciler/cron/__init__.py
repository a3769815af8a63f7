"""Admin's schedules: what parses, when it fires, what the executions are called.

Pure, and the one thing besides `compiler` that both sides of the wire share: the manifest side
validates and shows fire times with it, the embedded Admin refuses and schedules with it.

    >>> schedule = parse("TZ=America/New_York 30 2 * * *")
    >>> [to_rfc3339(t, load_zone("America/New_York"))
    ...  for t in upcoming(schedule, after=from_rfc3339("2026-03-07T00:00:00Z"), count=2)]
    ['2026-03-07T02:30:00-05:00', '2026-03-09T02:30:00-04:00']

Instants are integers, nanoseconds since 1970-01-01T00:00:00Z (`instants`). A schedule is one
of three things that share `text` and `next(after, zone)`: `FieldSchedule` and `EverySchedule`,
which `parse` gives, and `Rate`. Wherever a `zone` is an argument, it is the zone in which a
schedule without a zone prefix is read, UTC unless said.
"""

from reconciler.cron.catchup import Schedule, catch_up
from reconciler.cron.errors import (
    CronError,
    CronPanicError,
    CronSyntaxError,
    EndlessSearchError,
    NeverFiresError,
    RateUnitError,
)
from reconciler.cron.instants import (
    SECOND,
    from_datetime,
    from_rfc3339,
    to_datetime,
    to_rfc3339,
)
from reconciler.cron.names import execution_name, execution_names, execution_uuid, schedule_key
from reconciler.cron.next import Field, FieldSchedule
from reconciler.cron.parse import parse
from reconciler.cron.rate import EverySchedule, Rate, RateUnit
from reconciler.cron.slots import AnchorRequiredError, fire_times, never_fires, upcoming
from reconciler.cron.zones import UTC, Zone, load_zone, zone_names

__all__ = [
    "SECOND",
    "UTC",
    "AnchorRequiredError",
    "CronError",
    "CronPanicError",
    "CronSyntaxError",
    "EndlessSearchError",
    "EverySchedule",
    "Field",
    "FieldSchedule",
    "NeverFiresError",
    "Rate",
    "RateUnit",
    "RateUnitError",
    "Schedule",
    "Zone",
    "catch_up",
    "execution_name",
    "execution_names",
    "execution_uuid",
    "fire_times",
    "from_datetime",
    "from_rfc3339",
    "load_zone",
    "never_fires",
    "parse",
    "schedule_key",
    "to_datetime",
    "to_rfc3339",
    "upcoming",
    "zone_names",
]
