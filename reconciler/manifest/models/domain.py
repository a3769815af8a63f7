"""Domain: one of the server's domains within a project. It must exist in Admin's configuration."""

from typing import ClassVar, Literal

from pydantic import Field

from reconciler.manifest.models.base import Manifest, Name, Part


class DomainMetadata(Part):
    project: Name
    name: Name


class DomainSpec(Part):
    """Nothing yet can be said of a domain but that it is used."""


class Domain(Manifest):
    """A domain within a project."""

    KIND: ClassVar[str] = "Domain"

    kind: Literal["Domain"]
    metadata: DomainMetadata
    spec: DomainSpec = Field(default_factory=DomainSpec)

    @property
    def place(self) -> tuple[str, ...]:
        return (self.metadata.project, self.metadata.name)
