"""What the workspace file may say about policies: which, with what, and who is exempt."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from reconciler.manifest.models.base import Maybe, Name, Part
from reconciler.model import parse_duration


def _as_date(value: Any) -> Any:
    """A day as YAML has it, or as a text."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _as_seconds(value: Any) -> Any:
    if isinstance(value, str):
        duration = parse_duration(value)
        return duration.seconds + duration.nanos / 1e9
    return value


Day = Annotated[
    date,
    BeforeValidator(_as_date),
    Field(strict=False, json_schema_extra={"type": "string", "format": "date"}),
]
Severity = Literal["deny", "require-approval", "warn"]


class ExemptionSpec(Part):
    """Objects that a policy is not held against."""

    object: Annotated[
        Name, Field(description="Glob of project/domain/name, of a name, or of an address.")
    ]
    reason: Annotated[Name, Field(description="Why; for the next reader.")]
    policy: Annotated[Name, Field(description="Glob of names of policies.")] = "*"
    until: Annotated[
        Maybe[Day], Field(description="The last day that it is good for; later plans warn.")
    ] = None


class PoliciesSpec(Part):
    """Some policies, and how they are taken here."""

    path: Annotated[
        Name,
        Field(
            description="A file, or a folder of *.yaml (CEL) and *.rego, relative to the "
            "workspace file."
        ),
    ]
    only: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Globs of names of policies; empty: all of them."),
    ] = ()
    with_: Annotated[
        dict[Name, Any],
        Field(alias="with", description="Parameters that they are given, `params` to them."),
    ] = Field(default_factory=dict)
    severity: Annotated[
        Maybe[Severity], Field(description="What all that they find is taken for.")
    ] = None
    timeout: Annotated[
        float,
        BeforeValidator(_as_seconds),
        Field(
            gt=0,
            description="How long each may take, such as 5s.",
            json_schema_extra={"type": ["number", "string"]},
        ),
    ] = 30.0
    exemptions: Annotated[
        tuple[ExemptionSpec, ...],
        Field(strict=False, description="What they are not held against, why and how long."),
    ] = ()


Policies = Annotated[tuple[PoliciesSpec, ...], Field(strict=False)]
