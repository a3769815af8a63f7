"""Names of things said elsewhere: in the same set, or in Admin already."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.manifest.models.base import (
    NAME_SCHEMA,
    DomainName,
    Maybe,
    Name,
    Part,
    ProjectName,
    or_text,
)


def _pinned(text: str) -> str:
    if text == "auto":
        raise ValueError(
            "auto is no version to refer to; leave it out to mean the one in this set"
        )
    return text


def _not_active(text: str) -> str:
    if text == "active":
        raise ValueError("only launch plans have an active version")
    return text


AnyVersion = Annotated[
    Name, AfterValidator(_pinned), Field(json_schema_extra={"not": {"enum": ["auto"]}})
]
_TaskVersion = Annotated[
    Name,
    AfterValidator(_pinned),
    AfterValidator(_not_active),
    Field(json_schema_extra={"not": {"enum": ["auto", "active"]}}),
]


class Reference(Part):
    """A name not yet bound. A text alone is the name.

    `project` and `domain` default to those of the document that refers; without `version` the
    thing is meant that this set declares.
    """

    model_config = ConfigDict(json_schema_extra=or_text(NAME_SCHEMA))

    name: Name
    version: Maybe[_TaskVersion] = None
    project: Maybe[ProjectName] = None
    domain: Maybe[DomainName] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if not isinstance(value, dict):
            raise ValueError("expected a name, or a mapping with name, version, project, domain")
        return value


class LaunchPlanReference(Reference):
    """A launch plan, whose version may also be `active`."""

    version: Maybe[AnyVersion] = None
