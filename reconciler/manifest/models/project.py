"""Project: the outermost place, mutable in Admin."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from reconciler.manifest.models.attributes import Attributes
from reconciler.manifest.models.base import Manifest, Maybe, Name, Part, Text
from reconciler.manifest.models.values import Labels, Protect

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"


def _project_id(name: str) -> str:
    if len(name) > 63 or not re.fullmatch(_LABEL, name):
        raise ValueError(
            f"{name!r} is no project id: 63 lower case letters, digits and `-` at most, "
            "a letter or digit first and last"
        )
    return name


def _at_most(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        size = len(text.encode())
        if size > limit:
            raise ValueError(f"{size} bytes are more than the {limit} that Admin takes")
        return text

    return AfterValidator(check)


class ProjectMetadata(Part):
    name: Annotated[
        str,
        AfterValidator(_project_id),
        Field(json_schema_extra={"pattern": f"^{_LABEL}$", "maxLength": 63}),
    ]


class ProjectSpec(Part):
    title: Annotated[
        Maybe[Annotated[Name, _at_most(64), Field(json_schema_extra={"maxLength": 64})]],
        Field(description="The name that people see; the project's id unless given."),
    ] = None
    description: Annotated[Text, _at_most(300), Field(json_schema_extra={"maxLength": 300})] = ""
    labels: Labels
    state: Literal["active", "archived"] = "active"
    protect: Protect = False
    attributes: Maybe[Attributes] = None


class Project(Manifest):
    """A project of Flyte."""

    KIND: ClassVar[str] = "Project"

    kind: Literal["Project"]
    metadata: ProjectMetadata
    spec: ProjectSpec = Field(default_factory=lambda: ProjectSpec.model_validate({}))

    @property
    def place(self) -> tuple[str, ...]:
        return (self.metadata.name,)
