"""Task: an interface and the container that fulfils it."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Problem, Text, refuse
from reconciler.manifest.models.values import (
    EntityMetadata,
    PositiveDuration,
    Quantity,
    Variables,
    Version,
)
from reconciler.manifest.suggest import did_you_mean


def _whole(text: str) -> str:
    if not text.lstrip("+").isdigit():
        raise ValueError(f"a number of GPUs is whole, not {text}")
    return text


class Amounts(Part):
    """Kubernetes quantities, each as it will be sent."""

    cpu: Maybe[Quantity] = None
    memory: Maybe[Quantity] = None
    gpu: Maybe[
        Annotated[
            Quantity,
            AfterValidator(_whole),
            WithJsonSchema(
                {"type": ["string", "integer"], "pattern": r"^\+?[0-9]+$", "minimum": 0}
            ),
        ]
    ] = None
    ephemeral_storage: Maybe[Quantity] = None


class Resources(Part):
    requests: Amounts = Field(default_factory=Amounts)
    limits: Amounts = Field(default_factory=Amounts)


def _env_name(name: str) -> str:
    if not name or "=" in name or "\0" in name:
        raise ValueError(f"{name!r} cannot name an environment variable")
    return name


EnvName = Annotated[
    str, AfterValidator(_env_name), Field(json_schema_extra={"pattern": "^[^=\\u0000]+$"})
]


class Container(Part):
    image: Annotated[Name, Field(description="The image, best with a tag or digest.")]
    command: tuple[str, ...] = Field(default=(), strict=False)
    args: tuple[str, ...] = Field(default=(), strict=False)
    env: dict[EnvName, str] = Field(default_factory=dict)
    resources: Resources = Field(default_factory=Resources)


class Cache(Part):
    """Outputs are kept by the values of the inputs and this version."""

    version: Name
    serialize: bool = False
    ignore_inputs: tuple[Name, ...] = Field(default=(), strict=False)


class TaskSpec(Part):
    version: Version = "auto"
    type: Annotated[Name, Field(description="Admin's task type: who runs it.")] = "container"
    inputs: Variables
    outputs: Variables
    container: Container
    retries: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    timeout: Maybe[PositiveDuration] = None
    cache: Maybe[Cache] = None
    interruptible: Maybe[bool] = None
    description: Text = ""

    @model_validator(mode="after")
    def _ignores_what_is_there(self) -> "TaskSpec":
        ignored = self.cache.ignore_inputs if self.cache else ()
        problems = [
            Problem(
                f"there is no input {name}",
                ("cache", "ignoreInputs", index),
                code="unknown-input",
                hint=did_you_mean(name, self.inputs),
            )
            for index, name in enumerate(ignored)
            if name not in self.inputs
        ]
        if problems:
            refuse(problems)
        return self


class Task(Manifest):
    """One version of a task."""

    KIND: ClassVar[str] = "Task"

    kind: Literal["Task"]
    metadata: EntityMetadata
    spec: TaskSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place

    @property
    def own_version(self) -> str:
        return self.spec.version
