"""Admin's scheduler for the embedded Admin: fires active schedules, on any clock.

    port ──▶ Scheduler ◀── SimulatedClock.drive(…).advance(…)   or   RealClock(…)

`Scheduler` is the engine and knows neither store nor clock; the Admin it works for is a `Port`.
`columns_of` and `is_empty` say what an activation writes for it to find.
"""

from reconciler.sandbox.scheduler.calls import ExecutionRefused, attempts, execution_request
from reconciler.sandbox.scheduler.clock import Driven, RealClock, SimulatedClock
from reconciler.sandbox.scheduler.engine import Failure, Port, Scheduler
from reconciler.sandbox.scheduler.rows import (
    Row,
    ScheduleColumns,
    UnknownScheduleError,
    columns_of,
    is_empty,
)

__all__ = [
    "Driven",
    "ExecutionRefused",
    "Failure",
    "Port",
    "RealClock",
    "Row",
    "ScheduleColumns",
    "Scheduler",
    "SimulatedClock",
    "UnknownScheduleError",
    "attempts",
    "columns_of",
    "execution_request",
    "is_empty",
]
