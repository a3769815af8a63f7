"""When a launch plan runs by itself, and who hears of how it went."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.cron import CronError, parse
from reconciler.manifest.models.base import Maybe, Name, Part, Text

_RECIPIENTS = ("email", "slack", "pagerDuty")


def _cron(text: str) -> str:
    try:
        parse(text)
    except CronError as error:
        raise ValueError(f"Invalid cron expression: {error}") from None
    return text


class Rate(Part):
    """Every so many minutes, hours or days, counted from the activation."""

    every: Annotated[int, Field(ge=1, le=2**32 - 1)]
    unit: Literal["minutes", "hours", "days"]


class Schedule(Part):
    """When it runs by itself: exactly one of cron and rate."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [w]} for w in ("cron", "rate")]}
    )

    cron: Annotated[
        Maybe[Annotated[Name, AfterValidator(_cron)]],
        Field(description='Five fields, or @daily and its like; "TZ=Europe/Rome 0 6 * * *".'),
    ] = None
    rate: Maybe[Rate] = None
    kickoff_input: Annotated[
        Maybe[Name], Field(description="The datetime input that receives the scheduled time.")
    ] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Schedule":
        if (self.cron is None) == (self.rate is None):
            raise ValueError("a schedule says one of cron and rate")
        return self


_Addresses = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]


class Notification(Part):
    """Who hears of the end of an execution: exactly one of email, slack and pagerDuty."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [w]} for w in _RECIPIENTS]}
    )

    phases: Annotated[
        tuple[Literal["succeeded", "failed", "timedOut", "aborted"], ...],
        Field(strict=False, min_length=1),
    ]
    email: Maybe[_Addresses] = None
    slack: Maybe[_Addresses] = None
    pager_duty: Maybe[_Addresses] = None
    template: Annotated[Text, Field(description="Of the message, where Admin has several.")] = ""

    @model_validator(mode="after")
    def _one_kind(self) -> "Notification":
        if sum(given is not None for given in (self.email, self.slack, self.pager_duty)) != 1:
            raise ValueError(f"a notification says one of {', '.join(_RECIPIENTS)}")
        return self
