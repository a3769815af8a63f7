"""One document as read → the documents it stands for, as they are to be validated.

In this order: `forEach` makes the instances; references are replaced; the environment maps project
and domain; the place is held against the workspace's scopes; defaults go under and overrides over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifest.each import FIELD, instances
from reconciler.manifest.models.base import Positions
from reconciler.manifest.rules import Rule, any_glob, apply_rules, place_of
from reconciler.manifest.substitute import MARK, Known, substitute
from reconciler.model import Diagnostic, Sensitive

_NO_WORKSPACE = {
    "var": "variables are declared in reconciler.yaml, and there is none here",
    "env": "reconciler.yaml lists which environment variables may be read, and there is none here",
    "image": "images are declared in reconciler.yaml, and there is none here",
    "each": "each is known in documents with forEach",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a set of manifests: everything the workspace and environment say to them.

    `scopes` are (project glob, domain glob) pairs, one of which every document must lie in; empty
    means no limit. `projects` and `domains` map what manifests say to what is meant.
    """

    known: Known = field(default_factory=lambda: Known(hints=_NO_WORKSPACE))
    defaults: tuple[Rule, ...] = ()
    overrides: tuple[Rule, ...] = ()
    projects: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[tuple[str, str], ...] = ()
    sensitive: Sensitive = field(default_factory=Sensitive)

    @property
    def places(self) -> Mapping[str, Mapping[str, str]] | None:
        """The mapping of names as models take it, or None if names stay as they are."""
        if not self.projects and not self.domains:
            return None
        return {"projects": self.projects, "domains": self.domains}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be validated; `key` is its instance's, "" where there is no forEach.

    `said_in` are its project and domain as written, where the environment calls them otherwise.
    """

    value: Any
    places: Positions
    key: str = ""
    said_in: tuple[str, str] | None = None


def prepare(
    value: Any, places: Positions, text: str, setting: Setting, problems: list[Diagnostic]
) -> Iterator[Prepared]:
    """Yield what `value` stands for; what cannot be is told in `problems` and left out.

    Args:
        text: The document's own, to see at once that nothing in it needs to be replaced.
    """
    if not isinstance(value, dict):
        yield Prepared(value, places)
        return
    if MARK not in text and FIELD not in value:
        yield from _settled(value, places, "", setting, problems)
        return
    for instance in instances(value, places, setting.known, problems):
        found: list[Diagnostic] = []
        made, where = substitute(instance.value, instance.places, instance.known, found)
        problems += found
        if not found:
            yield from _settled(made, where, instance.key, setting, problems)


def _settled(
    value: dict[str, Any],
    places: Positions,
    key: str,
    setting: Setting,
    problems: list[Diagnostic],
) -> Iterator[Prepared]:
    mapped = _mapped(value, setting)
    said = None if mapped is value else place_of(value)
    if setting.scopes and not _in_scope(mapped, setting.scopes):
        problems.append(_out_of_scope(mapped, places, setting.scopes))
        return
    if setting.defaults or setting.overrides:
        mapped, places = apply_rules(
            mapped, places, defaults=setting.defaults, overrides=setting.overrides
        )
    yield Prepared(mapped, places, key, None if said is None else said[:2])


def _mapped(value: dict[str, Any], setting: Setting) -> dict[str, Any]:
    """The same document where the environment has it."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not (setting.projects or setting.domains):
        return value
    kind = value.get("kind")
    keys = {
        "project": setting.projects,
        "domain": setting.domains,
        "name": {"Project": setting.projects, "Domain": setting.domains}.get(str(kind), {}),
    }
    changed = {
        key: names[name]
        for key, names in keys.items()
        if isinstance(name := metadata.get(key), str) and name in names
    }
    return {**value, "metadata": {**metadata, **changed}} if changed else value


def _in_scope(value: Mapping[str, Any], scopes: tuple[tuple[str, str], ...]) -> bool:
    project, domain, _ = place_of(value)
    if not project:
        return True  # validation will say that it is missing
    # What is said of a project is about every domain of it.
    return any(
        any_glob((projects,), project)
        and (any_glob((domains,), domain) if domain else not domains.strip("*"))
        for projects, domains in scopes
    )


def _out_of_scope(
    value: Mapping[str, Any], places: Positions, scopes: tuple[tuple[str, str], ...]
) -> Diagnostic:
    project, domain, _ = place_of(value)
    said = ", ".join(f"{projects}/{domains}" for projects, domains in scopes)
    where = f"{project}/{domain}" if domain else f"project {project}, with all of its domains,"
    return Diagnostic(
        "out-of-scope",
        f"{where} is outside of what this workspace may touch",
        places.value_origin(("metadata", "project" if domain else "name")),
        f"its scopes are {said}",
    )
