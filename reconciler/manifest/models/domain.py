"""Domain: one of the server's domains within a project. It must exist in Admin's configuration."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reconciler.manifest.models.attributes import PlacedAttributes
from reconciler.manifest.models.base import Manifest, Maybe, Name, Part
from reconciler.manifest.models.named_entity import Named
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import Protect


class DomainMetadata(Part):
    project: Name
    name: Name


class NamedWorkflow(Named):
    """A workflow's name: what is said of it, and its attributes."""

    attributes: Maybe[PlacedAttributes] = None


class DomainSpec(Part):
    """Settings of the domain, and what is said of names in it, whoever registers them."""

    attributes: Maybe[PlacedAttributes] = None
    protect: Protect = False
    tasks: Annotated[
        dict[Name, Named], Field(description="By name: description and archive state.")
    ] = Field(default_factory=dict)
    workflows: Annotated[
        dict[Name, NamedWorkflow],
        Field(description="By name: attributes, description and archive state."),
    ] = Field(default_factory=dict)
    launch_plans: Annotated[
        dict[Name, Named], Field(description="By name: description and archive state.")
    ] = Field(default_factory=dict)


class Domain(Manifest):
    """A domain within a project."""

    KIND: ClassVar[str] = "Domain"

    kind: Literal["Domain"]
    metadata: DomainMetadata
    spec: DomainSpec = Field(default_factory=unsaid(DomainSpec))

    @property
    def place(self) -> tuple[str, ...]:
        return (self.metadata.project, self.metadata.name)
