"""LaunchPlan: a workflow with inputs, a schedule, and whether it is active."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.cron import CronError, parse
from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Problem, Text, refuse
from reconciler.manifest.models.reference import Reference
from reconciler.manifest.models.values import EntityMetadata, Labels, State, Version

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

    @model_validator(mode="after")
    def _one_kind(self) -> "Notification":
        if sum(given is not None for given in (self.email, self.slack, self.pager_duty)) != 1:
            raise ValueError(f"a notification says one of {', '.join(_RECIPIENTS)}")
        return self


class LaunchPlanSpec(Part):
    version: Version = "auto"
    workflow: Reference
    inputs: Annotated[
        dict[str, Any], Field(description="Default inputs; an execution may override them.")
    ] = Field(default_factory=dict)
    fixed_inputs: Annotated[
        dict[str, Any], Field(description="Inputs that no execution can override.")
    ] = Field(default_factory=dict)
    schedule: Maybe[Schedule] = None
    labels: Labels
    annotations: dict[Text, Text] = Field(default_factory=dict)
    notifications: tuple[Notification, ...] = Field(default=(), strict=False)
    max_parallelism: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    state: Annotated[
        State,
        Field(
            description="Of the name: active means this version and no other, inactive none, "
            "unmanaged leaves it as it is."
        ),
    ] = "unmanaged"

    @model_validator(mode="after")
    def _default_or_fixed(self) -> "LaunchPlanSpec":
        problems = [
            Problem(
                f"input {name} is fixed and has a default too",
                ("inputs", name),
                hint="Admin would refuse every execution; keep one of them",
            )
            for name in self.inputs
            if name in self.fixed_inputs
        ]
        if problems:
            refuse(problems)
        return self


class LaunchPlan(Manifest):
    """One version of a launch plan, and the state of its name."""

    KIND: ClassVar[str] = "LaunchPlan"

    kind: Literal["LaunchPlan"]
    metadata: EntityMetadata
    spec: LaunchPlanSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place

    @property
    def own_version(self) -> str:
        return self.spec.version
