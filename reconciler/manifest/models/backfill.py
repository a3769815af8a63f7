"""Backfill: the slots of a launch plan's schedule that are to have run.

It says which slots, not which executions: whatever has run already, by the scheduler's hand or an
earlier apply's, is left alone, so that it can stay in the manifests.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from reconciler.cron import load_zone
from reconciler.manifest.models.base import (
    NAME_SCHEMA,
    Manifest,
    Maybe,
    Name,
    Part,
    Problem,
    Text,
    or_text,
    refuse,
)
from reconciler.manifest.models.reference import AnyVersion
from reconciler.manifest.models.values import MOST_LABELS, Labels, PositiveDuration
from reconciler.model import BACKFILL_LABEL, parse_datetime

# What a label's value may be: every execution of a backfill bears its name.
_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_MOST_NODES = 100


def _backfill_name(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise ValueError(
            f"{name!r} is no name of a backfill: 63 letters, digits, `-`, `_` and `.` at most, "
            "a letter or digit first and last"
        )
    return name


def _zone(name: str) -> str:
    try:
        load_zone(name)
    except ValueError as error:
        raise ValueError(f"{name!r} is no time zone: {error}") from None
    if not name:
        raise ValueError("a time zone has a name, such as UTC or Europe/Rome")
    return name


def _moment(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a time such as 2024-01-31 or 2024-01-31T06:00:00+01:00")
    parse_datetime(value)
    return value


TimeZone = Annotated[
    Name,
    AfterValidator(_zone),
    Field(json_schema_extra={"examples": ["UTC", "Europe/Rome"]}),
]
Moment = Annotated[
    str,
    PlainValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
            r"( ?([Zz]|[+-]\d\d:?\d\d))?)?\s*$",
        }
    ),
]


class BackfillMetadata(Part):
    """Where the launch plan lives and its executions run, and what this backfill is called."""

    project: Name
    domain: Name
    name: Annotated[
        Name,
        AfterValidator(_backfill_name),
        Field(json_schema_extra={"pattern": f"^{_NAME}$"}),
    ]


class BackfillTarget(Part):
    """The launch plan that runs, of the same project and domain. A text alone is the name."""

    model_config = ConfigDict(json_schema_extra=or_text(NAME_SCHEMA))

    name: Name
    version: Annotated[
        Maybe[AnyVersion],
        Field(
            description="active, latest or a version; left out, the one that these manifests "
            "declare, or else the active one."
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if not isinstance(value, dict):
            raise ValueError("expected a name, or a mapping with name and version")
        return value


class BackfillWindow(Part):
    """From one time up to, and without, another; or the last so many days."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["from", "to"], "not": {"required": ["last"]}},
                {
                    "required": ["last"],
                    "not": {"anyOf": [{"required": [w]} for w in ("from", "to", "inclusive")]},
                },
            ]
        }
    )

    from_: Annotated[
        Maybe[Moment],
        Field(
            alias="from",
            description="The first time that counts. A date alone is its midnight.",
            examples=["2024-01-01", "2024-01-01T06:00:00+01:00"],
        ),
    ] = None
    to: Annotated[
        Maybe[Moment],
        Field(
            description="The first time that no longer counts; of it nothing runs before its "
            "time has come.",
            examples=["2024-02-01"],
        ),
    ] = None
    last: Annotated[
        Maybe[PositiveDuration],
        Field(description="Everything that was due so long before now.", examples=["7d"]),
    ] = None
    inclusive: Annotated[bool, Field(description="Whether a slot right at `to` counts too.")] = (
        False
    )
    zone: Annotated[
        TimeZone, Field(description="Of times that are written without an offset.")
    ] = "UTC"

    @model_validator(mode="after")
    def _either(self) -> "BackfillWindow":
        said = [moment for moment in (self.from_, self.to) if moment is not None]
        if self.last is None and len(said) < 2:
            raise ValueError("a window says from and to, or last")
        if self.last is not None and (said or "inclusive" in self.model_fields_set):
            raise ValueError("a window says from and to, or last, and not both")
        if self.last is not None and not (self.last.seconds or self.last.nanos):
            raise ValueError("a window of no length holds nothing")
        return self


class GeneratedWorkflow(Part):
    """How strategy `workflow` builds what it runs."""

    parallel: Annotated[
        bool, Field(description="Run all nodes at once, instead of one after the other.")
    ] = False
    max_nodes: Annotated[
        int,
        Field(ge=1, le=_MOST_NODES, description="Slots of one workflow; Admin takes 100 nodes."),
    ] = _MOST_NODES
    on_failure: Annotated[
        Literal["failImmediately", "failAfterExecutableNodesComplete"],
        Field(description="What the first node that fails does to the others."),
    ] = "failImmediately"
    retries: Annotated[
        int, Field(ge=0, le=2**31 - 1, description="How often Flyte tries a node again.")
    ] = 0


class BackfillSpec(Part):
    launch_plan: BackfillTarget
    window: BackfillWindow
    scheduler_zone: Annotated[
        TimeZone,
        Field(
            description="In which Flyte's scheduler reads a schedule that names no zone: that of "
            "its own process."
        ),
    ] = "UTC"
    anchor: Annotated[
        Maybe[Moment],
        Field(
            description="One time at which a rate fires, for it has no grid of its own; left out, "
            "that of a scheduled execution is taken.",
            examples=["2024-01-01T00:00:00Z"],
        ),
    ] = None
    strategy: Annotated[
        Literal["executions", "workflow"],
        Field(
            description="executions: one for each slot, named as the scheduler names it; "
            "workflow: a generated one whose nodes are launch plans, so that Flyte orchestrates."
        ),
    ] = "executions"
    concurrency: Annotated[
        Maybe[Annotated[int, Field(ge=1, le=1000)]],
        Field(
            description="Executions that may be under way at once; 10, or 1 of generated "
            "workflows, unless said."
        ),
    ] = None
    order: Annotated[
        Literal["oldestFirst", "newestFirst"], Field(description="Which slots are begun first.")
    ] = "oldestFirst"
    on_failure: Annotated[
        Literal["continue", "stop"],
        Field(description="Whether other slots are begun once one has failed for good."),
    ] = "continue"
    retries: Annotated[
        int,
        Field(
            ge=0,
            le=99,
            description="How often a slot that failed is launched again, by a name of its own.",
        ),
    ] = 0
    satisfied_by: Annotated[
        Literal["anyVersion", "thisVersion"],
        Field(
            description="Whose runs count: those of every version of the launch plan, or of the "
            "one that is run."
        ),
    ] = "anyVersion"
    workflow: Annotated[
        Maybe[GeneratedWorkflow], Field(description="Of strategy workflow only.")
    ] = None
    inputs: Annotated[
        dict[str, Any],
        Field(description="The same for every slot; its time fills the schedule's own input."),
    ] = Field(default_factory=dict)
    labels: Labels
    annotations: dict[Text, Text] = Field(default_factory=dict)
    overwrite_cache: Annotated[
        bool, Field(description="Compute everything anew, and keep that.")
    ] = False
    max_parallelism: Annotated[
        int, Field(ge=0, le=2**31 - 1, description="Nodes that run at once; 0 for Flyte's own.")
    ] = 0
    interruptible: Annotated[
        Maybe[bool], Field(description="Of all its tasks, whatever they say themselves.")
    ] = None

    @model_validator(mode="after")
    def _fits_together(self) -> "BackfillSpec":
        problems = list(self._problems())
        if problems:
            refuse(problems)
        return self

    def _problems(self) -> Iterator[Problem]:
        if BACKFILL_LABEL in self.labels:
            message = "this label says which backfill started an execution"
            yield Problem(message, ("labels", BACKFILL_LABEL))
        if len(self.labels) >= MOST_LABELS:
            message = (
                f"{len(self.labels)} labels and that of the backfill are more than the "
                f"{MOST_LABELS} that Admin takes"
            )
            yield Problem(message, ("labels",))
        if self.strategy == "executions":
            if self.workflow is not None:
                message = "workflow is for strategy workflow only"
                yield Problem(message, ("workflow",), hint="say `strategy: workflow`")
            return
        if self.window.last is not None:
            hint = "use from and to, or strategy executions"
            message = "a window that moves would be another workflow at every apply"
            yield Problem(message, ("window", "last"), hint=hint)
        if self.retries:
            hint = "use workflow.retries, by which Flyte tries a node again"
            yield Problem("retries are for strategy executions", ("retries",), hint=hint)


class Backfill(Manifest):
    """The slots of a schedule in a window, each to run once."""

    KIND: ClassVar[str] = "Backfill"

    kind: Literal["Backfill"]
    metadata: BackfillMetadata
    spec: BackfillSpec

    @property
    def place(self) -> tuple[str, ...]:
        metadata = self.metadata
        return metadata.project, metadata.domain, metadata.name
