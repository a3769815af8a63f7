"""Package: what `pyflyte package` wrote, taken as it is."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reconciler.manifest.models.base import Manifest, Name, Part
from reconciler.manifest.models.code_bundle import Destination
from reconciler.manifest.models.values import EntityMetadata, State, Version


class PackageSpec(Part):
    source: Annotated[
        Name, Field(description="The archive or folder, relative to this manifest's file.")
    ]
    version: Version = "auto"
    activation: Annotated[
        dict[Name, State],
        Field(description="State by launch plan name; those not listed are left as they are."),
    ] = Field(default_factory=dict)
    # Packages of `pyflyte package` say the folder themselves; those of `serialize` leave it open.
    destination: Destination = "."


class Package(Manifest):
    """Every task, workflow and launch plan of one archive, under one version."""

    KIND: ClassVar[str] = "Package"

    kind: Literal["Package"]
    metadata: EntityMetadata
    spec: PackageSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place
