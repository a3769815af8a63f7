"""Defaults and overrides: which documents a rule is about, and how it is merged with them.

Mappings merge key by key; anything else replaces what is there, lists as a whole; null takes a key
away (RFC 7386). A default lies under what a document says, an override above it. The result is
validated as any manifest is, and what is wrong in it is told at the line of the rule.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any

from reconciler.manifest.layers import Layered, Piece
from reconciler.manifest.models.base import Path, Positions
from reconciler.model import Origin


@dataclass(frozen=True, slots=True)
class Matcher:
    """Which documents: each part is a list of globs, one of which must match; empty means any.

    `id` is matched against `project/domain/name` and `Kind/project/domain/name`; `labels` against
    the document's `spec.labels`, all of them.
    """

    id: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] | None = None

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Tell whether the rule is about a document, given as it was read."""
        kind = document.get("kind")
        if self.kind and not any_glob(self.kind, str(kind)):
            return False
        project, domain, name = place_of(document)
        parts = ((self.project, project), (self.domain, domain), (self.name, name))
        if not all(any_glob(globs, part) for globs, part in parts if globs):
            return False
        if self.id:
            path = "/".join(part for part in (project, domain, name) if part)
            if not (any_glob(self.id, path) or any_glob(self.id, f"{kind}/{path}")):
                return False
        return not self.labels or self._has_labels(document)

    def _has_labels(self, document: Mapping[str, Any]) -> bool:
        spec = document.get("spec")
        labels = spec.get("labels") if isinstance(spec, dict) else None
        return isinstance(labels, dict) and all(
            name in labels and any_glob(globs, str(labels[name]))
            for name, globs in (self.labels or {}).items()
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One default or override: what it is about, what it says, and where that stands.

    `origin` is where it says what it is about.
    """

    match: Matcher
    said: Mapping[str, Any]
    places: Positions
    path: Path
    layer: str
    origin: Origin | None = None


def place_of(document: Mapping[str, Any]) -> tuple[str, str, str]:
    """Project, domain and name of a document as it was read; "" where its kind has none."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return "", "", ""
    project, domain, name = (
        part if isinstance(part := metadata.get(key), str) else ""
        for key in ("project", "domain", "name")
    )
    match document.get("kind"):
        case "Project":
            return name, "", ""
        case "Domain":
            return project, name, ""
    return project, domain, name


def apply_rules(
    value: dict[str, Any],
    places: Positions,
    *,
    defaults: Sequence[Rule],
    overrides: Sequence[Rule],
) -> tuple[dict[str, Any], Positions]:
    """Merge the rules that match a document with it; of two that say the same, the later wins."""
    pieces: dict[Path, Piece] = {}
    merged = value
    for rule in reversed(defaults):
        if rule.match.matches(value):
            merged = _merge(merged, rule.said, (), rule.path, rule, pieces, above=False)
    matched: list[int] = []
    for number, rule in enumerate(overrides):
        if rule.match.matches(value):
            merged = _merge(merged, rule.said, (), rule.path, rule, pieces, above=True)
            matched.append(number)
    if merged is value:
        return value, places
    return merged, Layered(places, pieces, overrides=frozenset(matched))


def _merge(
    under: Any,
    said: Mapping[str, Any],
    path: Path,
    rule_path: Path,
    rule: Rule,
    pieces: dict[Path, Piece],
    *,
    above: bool,
) -> Any:
    merged = dict(under)
    for key, value in said.items():
        inner, rule_inner = (*path, key), (*rule_path, key)
        both_map = isinstance(value, dict) and isinstance(merged.get(key), dict)
        if both_map:
            merged[key] = _merge(merged[key], value, inner, rule_inner, rule, pieces, above=above)
        elif key in merged and not above:
            continue
        elif value is None:
            merged.pop(key, None)
        else:
            # What was said inside of it by another rule is gone.
            for gone in [p for p in pieces if p[: len(inner)] == inner]:
                del pieces[gone]
            pieces[inner] = Piece(rule.places, rule_inner, rule.layer)
            merged[key] = _without_nulls(value)
    return merged


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def any_glob(globs: Sequence[str], text: str) -> bool:
    """Tell whether one of `globs` matches `text`; case counts, and `*` takes `/` too."""
    return any(_compiled(glob).match(text) is not None for glob in globs)


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
