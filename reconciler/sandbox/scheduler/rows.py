"""The schedules as Admin keeps them: one row of `schedulable_entities` a launch plan version.

Activation writes rows and parses nothing; the scheduler reads them and finds out.

Source: flyteadmin/scheduler/dbapi/event_scheduler_impl.go, AddSchedule.
"""

from dataclasses import dataclass

from flyteidl.admin import schedule_pb2

from reconciler.cron import Rate, Schedule, parse, schedule_key


@dataclass(frozen=True, kw_only=True)
class ScheduleColumns:
    """What an activation stores of a launch plan's schedule.

    Attributes:
        cron_expression: The text as it is; empty for a rate.
        fixed_rate_value, unit: The rate; zeros for a cron.
        kickoff_time_input_arg: The input that gets the scheduled time; may be empty.
    """

    cron_expression: str = ""
    fixed_rate_value: int = 0
    unit: int = 0
    kickoff_time_input_arg: str = ""


@dataclass(frozen=True, kw_only=True)
class Row(ScheduleColumns):
    """One row of `schedulable_entities`.

    Attributes:
        active: Whether the launch plan version is.
        updated_at: The instant of the last activation or de-activation, in nanoseconds.
    """

    project: str
    domain: str
    name: str
    version: str
    active: bool
    updated_at: int

    @property
    def key(self) -> int:
        """The scheduler's own key; the snapshot knows the row by it."""
        return schedule_key(
            project=self.project, domain=self.domain, name=self.name, version=self.version
        )

    @property
    def label(self) -> str:
        """The row in words, for messages."""
        return f"{self.project}:{self.domain}:{self.name}:{self.version}"

    def schedule(self) -> Schedule:
        """Return what the row says; a cron text wins over a rate.

        Raises:
            CronSyntaxError: the text does not parse.
            CronPanicError: Admin's parser would crash.
        """
        if self.cron_expression:
            return parse(self.cron_expression)
        return Rate(self.fixed_rate_value, self.unit)


class UnknownScheduleError(ValueError):
    """The schedule is of a kind that the built-in scheduler does not take.

    That is the deprecated `cron_expression`, or none at all; Admin answers INTERNAL with this
    text.
    """

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"failed adding schedule for unknown schedule expression type {found}")


def columns_of(schedule: schedule_pb2.Schedule) -> ScheduleColumns:
    """Return what the activation of a launch plan with `schedule` stores.

    Raises:
        UnknownScheduleError: it is neither a rate nor a `cron_schedule`.
    """
    kickoff = schedule.kickoff_time_input_arg
    kind = schedule.WhichOneof("ScheduleExpression")
    if kind == "rate":
        return ScheduleColumns(
            fixed_rate_value=schedule.rate.value,
            unit=schedule.rate.unit,
            kickoff_time_input_arg=kickoff,
        )
    if kind == "cron_schedule":
        return ScheduleColumns(
            cron_expression=schedule.cron_schedule.schedule, kickoff_time_input_arg=kickoff
        )
    if kind == "cron_expression":
        raise UnknownScheduleError(f"&{{{schedule.cron_expression}}}")
    raise UnknownScheduleError("<nil>")


def is_empty(schedule: schedule_pb2.Schedule) -> bool:
    """Return whether an activation leaves `schedule` alone: no text and no rate, or rate 0.

    Source: flyteadmin/pkg/manager/impl/launch_plan_manager.go, isScheduleEmpty.
    """
    return not (schedule.cron_expression or schedule.cron_schedule.schedule or schedule.rate.value)
