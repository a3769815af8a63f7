"""What a task or node asks of Kubernetes: resources, accelerators, memory, pods, environments."""

import math
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from reconciler.manifest.models.base import (
    NAME_SCHEMA,
    Maybe,
    Name,
    Part,
    Path,
    Problem,
    Text,
    or_text,
    refuse,
)
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import Quantity
from reconciler.model import describe_value

# Each level of a Struct is three of the hundred that a message may nest.
DEEPEST_STRUCT = 28
_WHOLE = 2**53


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
    storage: Maybe[Quantity] = None


class Resources(Part):
    """What is asked for, and what must not be exceeded."""

    requests: Amounts = Field(default_factory=unsaid(Amounts))
    limits: Amounts = Field(default_factory=unsaid(Amounts))


class Accelerator(Part):
    """The kind of accelerator a task needs. A text alone is the device."""

    model_config = ConfigDict(json_schema_extra=or_text(NAME_SCHEMA))

    device: Annotated[Name, Field(examples=["nvidia-tesla-a100"])]
    partition: Annotated[
        Maybe[Name], Field(description="A slice of the device.", examples=["1g.5gb"])
    ] = None
    unpartitioned: Annotated[
        Maybe[bool], Field(description="Only a device that is not sliced will do.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"device": value}
        if not isinstance(value, dict):
            raise ValueError("expected a device, or a mapping with device and partition")
        return value

    @model_validator(mode="after")
    def _whole_or_slice(self) -> "Accelerator":
        if self.partition is not None and self.unpartitioned is not None:
            raise ValueError("an accelerator says one of partition and unpartitioned")
        return self


class SharedMemory(Part):
    """A file system in memory that all processes of the task share."""

    mount_path: Annotated[Text, Field(description="Where; /dev/shm unless said.")] = ""
    mount_name: Annotated[Text, Field(description="The volume's name.")] = ""
    size_limit: Maybe[Quantity] = None


class ExtendedResources(Part):
    accelerator: Maybe[Accelerator] = None
    shared_memory: Maybe[SharedMemory] = None


def env_name(name: str) -> str:
    if not name or "=" in name or "\0" in name:
        raise ValueError(f"{name!r} cannot name an environment variable")
    return name


EnvName = Annotated[
    str, AfterValidator(env_name), Field(json_schema_extra={"pattern": "^[^=\\u0000]+$"})
]


class EnvVar(Part):
    name: EnvName
    value: str


def _env_entries(value: Any) -> Any:
    """A mapping as the list it means: sorted, for the order of its keys means nothing."""
    if not isinstance(value, dict):
        return value
    problems = []
    for name, text in value.items():
        try:
            env_name(name)
        except ValueError as error:
            problems.append(Problem(str(error), (name,)))
        if not isinstance(text, str):
            problems.append(_no_text(text, (name,)))
    if problems:
        refuse(problems)
    return [EnvVar(name=name, value=text) for name, text in sorted(value.items())]


def _no_text(value: Any, path: Path) -> Problem:
    quoted = str(value).lower() if isinstance(value, bool) else value
    hint = f'a text that looks like this needs quotes: "{quoted}"'
    return Problem(
        f"expected a text, found {describe_value(value)}",
        path,
        "wrong-type",
        hint if isinstance(value, bool | int | float) else "",
    )


Env = Annotated[
    tuple[EnvVar, ...],
    BeforeValidator(_env_entries),
    Field(strict=False),
    WithJsonSchema(
        {
            "description": "Environment variables: a mapping of name and value, or a list of "
            "{name, value} where their order counts.",
            "anyOf": [
                {
                    "type": "object",
                    "propertyNames": {"pattern": "^[^=\\u0000]+$"},
                    "additionalProperties": {"type": "string"},
                },
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": {"type": "string", "pattern": "^[^=\\u0000]+$"},
                            "value": {"type": "string"},
                        },
                        "required": ["name", "value"],
                        "additionalProperties": False,
                    },
                },
            ],
        }
    ),
]


def _struct(value: dict[str, Any]) -> dict[str, Any]:
    problems: list[Problem] = []
    _check(value, (), problems)
    if problems:
        refuse(problems)
    return value


def _check(value: Any, path: Path, problems: list[Problem]) -> None:
    if len(path) > DEEPEST_STRUCT:
        problems.append(Problem(f"nested deeper than the {DEEPEST_STRUCT} levels that fit", path))
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(item, (*path, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, (*path, index), problems)
    elif isinstance(value, float) and not math.isfinite(value):
        problems.append(Problem("JSON has no such number", path))
    elif isinstance(value, int) and abs(value) > _WHOLE and int(float(value)) != value:
        # Every number of a Struct is a double.
        problems.append(Problem(f"{value} cannot be kept exactly; write it as a text", path))


# Anything that JSON can say; numbers are doubles on the wire.
JsonObject = Annotated[
    dict[str, Any],
    AfterValidator(_struct),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]


class Port(Part):
    """A port that the container listens on. A number alone is the port."""

    model_config = ConfigDict(
        json_schema_extra=or_text({"type": "integer", "minimum": 1, "maximum": 65535})
    )

    port: Annotated[int, Field(ge=1, le=65535)]
    name: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"port": value}
        if not isinstance(value, dict):
            raise ValueError("expected a port, or a mapping with port and name")
        return value


class DataConfig(Part):
    """Lets Flyte bring inputs to a raw container as files, and take its outputs from there."""

    enabled: bool = True
    input_path: Text = ""
    output_path: Text = ""
    format: Literal["json", "yaml", "proto"] = "json"
    download: Maybe[Literal["eager", "stream", "never"]] = None
    upload: Maybe[Literal["onExit", "eager", "never"]] = None


class Pod(Part):
    """A Kubernetes pod of one's own; its spec is verbatim."""

    spec: Annotated[
        JsonObject,
        Field(
            description="A Kubernetes PodSpec.",
            min_length=1,
            json_schema_extra={"minProperties": 1},
        ),
    ]
    primary_container: Annotated[
        Text, Field(description="The container whose end is the task's end.")
    ] = ""
    labels: dict[Text, Text] = Field(default_factory=dict)
    annotations: dict[Text, Text] = Field(default_factory=dict)
    data: Maybe[DataConfig] = None
