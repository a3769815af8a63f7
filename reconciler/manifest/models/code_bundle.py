"""CodeBundle: a folder of code, uploaded once for all tasks that run it."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from reconciler.manifest.models.base import (
    NAME_SCHEMA,
    DomainName,
    Manifest,
    Maybe,
    Name,
    Part,
    ProjectName,
    or_text,
)
from reconciler.manifest.models.values import EntityMetadata
from reconciler.model import describe_value

_UNITS = {
    "": 1,
    "B": 1,
    **{unit: 1000**power for power, unit in enumerate(("kB", "MB", "GB"), 1)},
    **{unit: 1024**power for power, unit in enumerate(("KiB", "MiB", "GiB"), 1)},
}
_NAMES = "|".join(unit for unit in _UNITS if unit)
_BYTES = rf"(?P<number>[0-9]{{1,18}}(?:\.[0-9]+)?) ?(?P<unit>{_NAMES})?"
# What JSON Schema's dialect knows has no names for groups.
_BYTES_SCHEMA = f"^{re.sub(r'[?]P<[a-z]+>', '', _BYTES)}$"


def _bytes(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    found = re.fullmatch(_BYTES, str(value)) if isinstance(value, str) or whole else None
    size = int(float(found[1]) * _UNITS[found[2] or ""]) if found else 0
    if not size:
        raise ValueError(f"expected a size such as 100MB or 64MiB, found {describe_value(value)}")
    return size


ByteSize = Annotated[
    int,
    PlainValidator(_bytes),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": _BYTES_SCHEMA,
            "minimum": 1,
            "maximum": 10**18 - 1,
            "examples": ["100MB", "64MiB"],
        }
    ),
]


def _no_negation(pattern: str) -> str:
    if pattern.startswith("!"):
        raise ValueError(f"what is left out goes under exclude: {pattern[1:]}")
    return pattern


Destination = Annotated[
    Name,
    Field(
        description="The folder in the container where the code is unpacked; it must be there. "
        "`.` is the one that the image starts in.",
        examples=["/root"],
    ),
]


class BundleReference(Part):
    """A CodeBundle of this set. A text alone is the name.

    `project` and `domain` default to those of the document that refers.
    """

    model_config = ConfigDict(json_schema_extra=or_text(NAME_SCHEMA))

    name: Name
    project: Maybe[ProjectName] = None
    domain: Maybe[DomainName] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if not isinstance(value, dict):
            raise ValueError("expected a name, or a mapping with name, project, domain")
        return value


class CodeBundleSpec(Part):
    source: Annotated[
        Name,
        Field(description="The folder, relative to this manifest's file.", examples=["../src"]),
    ]
    include: Annotated[
        tuple[
            Annotated[
                Name,
                AfterValidator(_no_negation),
                Field(json_schema_extra={"not": {"pattern": "^!"}}),
            ],
            ...,
        ],
        Field(
            strict=False,
            description="Take only what these patterns name, as in a .gitignore: `*.py` at any "
            "depth, `/conf/` from the source on. Without any, everything.",
        ),
    ] = ()
    exclude: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Leave out what these patterns name, as in a .gitignore."),
    ] = ()
    ignore_files: Annotated[
        tuple[Literal[".gitignore", ".dockerignore", ".flyteignore"], ...],
        Field(strict=False, description="Which ignore files count; all of them unless said."),
    ] = (".gitignore", ".dockerignore", ".flyteignore")
    destination: Destination = "."
    max_size: Annotated[
        ByteSize, Field(description="The most that the files may take together, uncompressed.")
    ] = 100_000_000


class CodeBundle(Manifest):
    """Code that tasks run (`bundle:`), named by its content and uploaded by apply."""

    KIND: ClassVar[str] = "CodeBundle"

    kind: Literal["CodeBundle"]
    metadata: EntityMetadata
    spec: CodeBundleSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place
