"""LaunchPlan: a workflow with inputs, a schedule, and whether it is active.

Without a workflow it is the switch of a launch plan that others register.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Problem, Text, refuse
from reconciler.manifest.models.kubernetes import Env, JsonObject
from reconciler.manifest.models.named_entity import NamedMetadata
from reconciler.manifest.models.quality import QualityOfService
from reconciler.manifest.models.raw import RawLaunchPlan
from reconciler.manifest.models.reference import Reference
from reconciler.manifest.models.schedule import Notification, Schedule
from reconciler.manifest.models.security import Secured
from reconciler.manifest.models.values import Labels, Protect, State

# What a switch can say: nothing that would be registered.
_OF_SWITCHES = ("version", "state", "protect", "renamedFrom")
_UNSWITCHED = "a launch plan without a workflow switches what others register"


class Concurrency(Part):
    """How many executions may run at once, and what becomes of those beyond."""

    max: Annotated[int, Field(ge=0, le=2**31 - 1, description="0 for any number.")]
    behavior: Annotated[
        Maybe[Literal["skip"]], Field(description="skip: what is one too many does not run.")
    ] = None


class ExecutionEnvironment(Part):
    """Where some nodes run: a place that exists (`extant`), or one made by `spec`."""

    model_config = ConfigDict(
        json_schema_extra={"not": {"required": ["extant", "spec"]}},
    )

    nodes: Annotated[
        tuple[Name, ...], Field(strict=False, description="Which nodes; all unless said.")
    ] = ()
    task_type: Annotated[Text, Field(description="Only those of this type.")] = ""
    name: Text = ""
    type: Annotated[Text, Field(description="Which plugin makes it.")] = ""
    version: Text = ""
    extant: Maybe[JsonObject] = None
    spec: Maybe[JsonObject] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ExecutionEnvironment":
        if self.extant is not None and self.spec is not None:
            raise ValueError("an execution environment says one of extant and spec")
        return self


def _either(schema: dict[str, Any]) -> None:
    """A launch plan of a workflow, or the switch of one that others register."""
    schema["anyOf"] = [
        {
            "required": ["workflow"],
            "properties": {"version": {"not": {"enum": ["latest", "active"]}}},
        },
        {
            "required": ["state"],
            "propertyNames": {"enum": list(_OF_SWITCHES)},
            "anyOf": [
                {
                    "properties": {
                        "state": {"const": "active"},
                        "version": {"not": {"enum": ["auto", "active"]}},
                    },
                    "required": ["version"],
                },
                {
                    "properties": {
                        "state": {"const": "inactive"},
                        "version": {"not": {"enum": ["active", "latest"]}},
                    }
                },
            ],
        },
    ]


class LaunchPlanSpec(Secured):
    model_config = ConfigDict(json_schema_extra=_either)

    version: Annotated[
        Name,
        Field(
            description="auto: the hash of the content; else a fixed text. Without a workflow: "
            "the version to switch on, or latest."
        ),
    ] = "auto"
    workflow: Annotated[
        Maybe[Reference],
        Field(description="What it launches. Left out, others register this launch plan."),
    ] = None
    inputs: Annotated[
        dict[str, Any], Field(description="Default inputs; an execution may override them.")
    ] = Field(default_factory=dict)
    fixed_inputs: Annotated[
        dict[str, Any], Field(description="Inputs that no execution can override.")
    ] = Field(default_factory=dict)
    schedule: Maybe[Schedule] = None
    labels: Labels
    annotations: dict[Text, Text] = Field(default_factory=dict)
    env: Env = ()
    notifications: tuple[Notification, ...] = Field(default=(), strict=False)
    output_location: Annotated[
        Text,
        Field(
            description="Where outputs that are files go, such as s3://bucket/prefix.",
            examples=["s3://acme-results/weather"],
        ),
    ] = ""
    max_parallelism: Annotated[
        int, Field(ge=0, le=2**31 - 1, description="Nodes that run at once; 0 for Flyte's own.")
    ] = 0
    interruptible: Annotated[
        Maybe[bool], Field(description="Of all its tasks, whatever they say themselves.")
    ] = None
    overwrite_cache: Annotated[
        bool, Field(description="Compute everything anew, and keep that.")
    ] = False
    concurrency: Maybe[Concurrency] = None
    cluster_pool: Annotated[Text, Field(description="Which clusters may run it.")] = ""
    quality_of_service: Maybe[QualityOfService] = None
    execution_environments: tuple[ExecutionEnvironment, ...] = Field(default=(), strict=False)
    raw: Maybe[RawLaunchPlan] = None
    state: Annotated[
        State,
        Field(
            description="Of the name: active means this version and no other, inactive none, "
            "unmanaged leaves it as it is."
        ),
    ] = "unmanaged"
    protect: Protect = False
    renamed_from: Annotated[
        Maybe[Name],
        Field(
            description="What it was called before, in the same project and domain: that name is "
            "switched off first, then this one on.",
            examples=["weather.daily_v1"],
        ),
    ] = None

    @property
    def is_switch(self) -> bool:
        """True where others register it, and only which version is active is said here."""
        return self.workflow is None

    @model_validator(mode="after")
    def _is_whole(self) -> "LaunchPlanSpec":
        problems = [*(self._as_switch() if self.is_switch else self._as_launch_plan())]
        if problems:
            refuse(problems)
        return self

    def _as_launch_plan(self) -> Iterator[Problem]:
        if self.version in ("latest", "active"):
            message = "is a word for references: a version of one's own is auto or fixed"
            yield Problem(f"{self.version} {message}", ("version",))
        for name in self.inputs:
            if name in self.fixed_inputs:
                yield Problem(
                    f"input {name} is fixed and has a default too",
                    ("inputs", name),
                    hint="Admin would refuse every execution; keep one of them",
                )

    def _as_switch(self) -> Iterator[Problem]:
        fields = type(self).model_fields
        keys = {fields[name].alias or name for name in self.model_fields_set}
        said = sorted(keys.difference(_OF_SWITCHES))
        if said or self.state == "unmanaged":
            hint = f"{_UNSWITCHED}: it says version and state only" + (
                f", not {', '.join(said)}" if said else ""
            )
            yield Problem("workflow is missing", code="missing-field", hint=hint)
        elif self.version == "active":
            yield Problem("active is the version that is active already", ("version",))
        elif self.state == "active" and self.version == "auto":
            hint = "a version that others register, or latest"
            yield Problem(f"{_UNSWITCHED}: say the version", code="missing-field", hint=hint)
        elif self.state == "inactive" and self.version == "latest":
            yield Problem("inactive is the whole name, whatever its version", ("version",))


class LaunchPlan(Manifest):
    """One version of a launch plan, and the state of its name."""

    KIND: ClassVar[str] = "LaunchPlan"

    kind: Literal["LaunchPlan"]
    metadata: NamedMetadata
    spec: LaunchPlanSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place

    @property
    def own_version(self) -> str:
        return self.spec.version

    @property
    def identity(self) -> tuple[str, ...]:
        if self.spec.is_switch:
            return (f"{self.KIND} switch", *self.place)
        return super().identity
