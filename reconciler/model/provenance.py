"""Where a value of a manifest came from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.model.resource import Origin


class Layer(StrEnum):
    """Who says a value; of several, the one further down in this list wins."""

    LANGUAGE = "language"  # nobody: it is what the manifest language takes
    DEFAULT = "default"
    MANIFEST = "manifest"
    OVERRIDE = "override"
    ENVIRONMENT = "environment"  # its name for a project or domain


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Something that was substituted into a value: `var.region`, and where its value was given."""

    name: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """One value of one document, and its whole story.

    `path` is dotted; `spelled` is the scalar as its author wrote it where that is not the value
    itself. A sensitive `value` is masked already.
    """

    path: str
    value: Any
    layer: Layer
    origin: Origin | None
    spelled: str = ""
    ingredients: tuple[Ingredient, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One document and where its values came from, in its own order."""

    label: str
    origin: Origin
    values: tuple[Provenance, ...]
