"""What all versions of a name share: a description, and whether it is archived.

It is said in `metadata`, which is about the name, as `spec` is about one version of it.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from reconciler.manifest.models.base import Maybe, Part, Text
from reconciler.manifest.models.values import EntityMetadata

LONGEST = 300


def _fits(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"{len(text)} characters are more than the {LONGEST} that Admin takes")
    return text


class Named(Part):
    """What is said of a name; what is not stays as it is in Admin."""

    description: Annotated[
        Maybe[Annotated[Text, AfterValidator(_fits)]],
        Field(
            description="Of the name, whatever its version. It cannot be cleared in Admin again.",
            json_schema_extra={"maxLength": LONGEST},
        ),
    ] = None
    archived: Annotated[
        Maybe[bool],
        Field(description="Whether consoles hide the name. It keeps nothing from running."),
    ] = None


class NamedMetadata(EntityMetadata, Named):
    """Where a task, workflow or launch plan belongs, its name, and what is said of the name."""
