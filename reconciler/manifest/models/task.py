"""Task: an interface and the container, pod or query that fulfils it."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Problem, Text, refuse
from reconciler.manifest.models.code_bundle import BundleReference
from reconciler.manifest.models.description import Description
from reconciler.manifest.models.kubernetes import (
    DataConfig,
    Env,
    ExtendedResources,
    JsonObject,
    Pod,
    Port,
    Resources,
)
from reconciler.manifest.models.named_entity import NamedMetadata
from reconciler.manifest.models.raw import RawTask
from reconciler.manifest.models.security import Secured
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import (
    PositiveDuration,
    Protect,
    Variables,
    Version,
)
from reconciler.manifest.suggest import did_you_mean

_TARGETS = ("container", "pod", "sql")


class Container(Part):
    image: Annotated[
        Name,
        Field(description="The image, best with a digest.", examples=["ghcr.io/acme/etl:1.4.0"]),
    ]
    command: tuple[str, ...] = Field(default=(), strict=False)
    args: Annotated[
        tuple[str, ...],
        Field(
            strict=False,
            description="Flyte fills in {{.input}}, {{.outputPrefix}}, {{.inputs.NAME}} …",
        ),
    ] = ()
    env: Env = ()
    resources: Resources = Field(default_factory=unsaid(Resources))
    ports: tuple[Port, ...] = Field(default=(), strict=False)
    data: Annotated[
        Maybe[DataConfig], Field(description="For raw containers: inputs and outputs as files.")
    ] = None
    architecture: Maybe[Literal["amd64", "arm64", "armV6", "armV7"]] = None


class Sql(Part):
    """A query. Who runs it is the task's type."""

    statement: Name
    dialect: Maybe[Literal["ansi", "hive", "other"]] = None


class Cache(Part):
    """Outputs are kept by the values of the inputs and this version."""

    version: Annotated[Name, Field(description="Change it to compute everything anew.")]
    serialize: Annotated[
        bool, Field(description="Of executions that ask for the same, only one runs.")
    ] = False
    ignore_inputs: Annotated[
        tuple[Name, ...], Field(strict=False, description="Inputs that make no difference.")
    ] = ()


class Runtime(Part):
    """What wrote the task's code: shown, and asked by some plugins."""

    type: Literal["flyteSdk", "other"] = "flyteSdk"
    version: Name
    flavor: Annotated[Text, Field(examples=["python"])] = ""


class TaskSpec(Secured):
    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [w]} for w in ("container", "pod", "type", "raw")],
            "not": {
                "anyOf": [
                    {"required": [a, b]} for n, a in enumerate(_TARGETS) for b in _TARGETS[n + 1 :]
                ]
            },
        }
    )

    version: Version = "auto"
    type: Annotated[
        Maybe[Name],
        Field(
            description="Admin's task type: who runs it. `container` for containers and pods, "
            "where nothing else is said.",
            examples=["container", "python-task", "spark", "sidecar"],
        ),
    ] = None
    type_version: Annotated[
        int, Field(ge=0, le=2**31 - 1, description="Of the type, for plugins that ask.")
    ] = 0
    inputs: Variables
    outputs: Variables
    container: Maybe[Container] = None
    pod: Maybe[Pod] = None
    sql: Maybe[Sql] = None
    bundle: Annotated[
        Maybe[BundleReference],
        Field(
            description="Code that is unpacked before the command runs, as flytekit's "
            "fast registration does; the image needs `pyflyte-fast-execute`."
        ),
    ] = None
    custom: Annotated[
        Maybe[JsonObject], Field(description="What a plugin wants to know, as it wants it.")
    ] = None
    config: Annotated[
        dict[Text, Text], Field(description="Settings that plugins read, all of them texts.")
    ] = Field(default_factory=dict)
    extended_resources: Maybe[ExtendedResources] = None
    retries: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    timeout: Maybe[PositiveDuration] = None
    cache: Maybe[Cache] = None
    interruptible: Annotated[
        Maybe[bool], Field(description="May run where machines can be taken away.")
    ] = None
    pod_template: Annotated[
        Text, Field(description="The name of a PodTemplate that the cluster holds.")
    ] = ""
    labels: Annotated[dict[Text, Text], Field(description="Of the task's pods.")] = Field(
        default_factory=dict
    )
    annotations: Annotated[dict[Text, Text], Field(description="Of the task's pods.")] = Field(
        default_factory=dict
    )
    deck: Annotated[Maybe[bool], Field(description="It writes a deck.")] = None
    tags: Annotated[dict[Text, Text], Field(description="For people and policies.")] = Field(
        default_factory=dict
    )
    deprecated: Annotated[
        Text, Field(description="Why nobody should use it any more; shown to who does.")
    ] = ""
    eager: Annotated[bool, Field(description="It starts executions of its own.")] = False
    runtime: Maybe[Runtime] = None
    description: Description
    protect: Protect = False
    raw: Maybe[RawTask] = None

    @model_validator(mode="after")
    def _is_runnable(self) -> "TaskSpec":
        problems = [*self._targets(), *self._bundled(), *self._ignored()]
        if problems:
            refuse(problems)
        return self

    def _targets(self) -> Iterator[Problem]:
        said = [target for target in _TARGETS if getattr(self, target) is not None]
        if len(said) > 1:
            yield Problem(f"a task says one of {', '.join(_TARGETS)}, found {' and '.join(said)}")
        elif self.type is None and said != ["container"] and said != ["pod"] and not self.raw:
            what = "a query" if said else "a task without container and pod"
            yield Problem(
                f"{what} says its type: who runs it",
                code="missing-field",
                hint="write container, pod, or a type that some plugin knows",
            )

    def _bundled(self) -> Iterator[Problem]:
        if self.bundle is None or self.pod is not None or self.raw is not None:
            return
        if self.container is None:
            yield Problem("a bundle needs a container or pod that runs its code", ("bundle",))
        elif not self.container.command and not self.container.args:
            hint = "write under container.args what is to be run"
            yield Problem("a bundle needs a command to run its code", ("bundle",), hint=hint)

    def _ignored(self) -> Iterator[Problem]:
        ignored = self.cache.ignore_inputs if self.cache else ()
        for index, name in enumerate(ignored):
            if name not in self.inputs:
                yield Problem(
                    f"there is no input {name}",
                    ("cache", "ignoreInputs", index),
                    code="unknown-input",
                    hint=did_you_mean(name, self.inputs),
                )


class Task(Manifest):
    """One version of a task."""

    KIND: ClassVar[str] = "Task"

    kind: Literal["Task"]
    metadata: NamedMetadata
    spec: TaskSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place

    @property
    def own_version(self) -> str:
        return self.spec.version
