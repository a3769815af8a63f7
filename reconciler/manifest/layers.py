"""A document after others had their say: which layer each value comes from, and where it stands.

What a manifest says, what the workspace's defaults and an environment's overrides add to it, and
what was substituted for `${…}` end up in one value. Its positions stay those of the lines that
somebody wrote.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifest.models.base import Path, Positions
from reconciler.model import Origin


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a layered document that another document says: at `path` there.

    `layer` tells which: `default` or `override`.
    """

    places: Positions
    path: Path
    layer: str


@dataclass(frozen=True, slots=True)
class Substitution:
    """What was substituted in a scalar: names such as `var.region`."""

    names: tuple[str, ...]
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Layered:
    """A document with pieces of others laid over it, and with its references substituted.

    `overrides` are the environment's overrides that are about it, by their positions there.
    """

    base: Positions
    pieces: Mapping[Path, Piece] = field(default_factory=dict)
    substitutions: Mapping[Path, Substitution] = field(default_factory=dict)
    overrides: frozenset[int] = frozenset()

    def origin(self, path: Path) -> Origin:
        places, inner = self._said_by(path)
        return places.origin(inner)

    def value_origin(self, path: Path) -> Origin:
        places, inner = self._said_by(path)
        return places.value_origin(inner)

    def source(self, path: Path) -> str:
        if self.substituted(path) is not None:
            return ""
        places, inner = self._said_by(path)
        return places.source(inner)

    def spelled(self, path: Path) -> str:
        """The scalar as its author wrote it, references and all."""
        places, inner = self._said_by(path)
        return places.spelled(inner) if isinstance(places, Layered) else _spelled(places, inner)

    def layer(self, path: Path) -> str:
        """Which layer says the value at `path`: `manifest`, `default` or `override`."""
        piece = next((self.pieces[p] for p in _prefixes(path) if p in self.pieces), None)
        if piece is not None:
            return piece.layer
        return self.base.layer(path) if isinstance(self.base, Layered) else "manifest"

    def substituted(self, path: Path) -> Substitution | None:
        """What was substituted at `path` or around it."""
        own = (self.substitutions[p] for p in _prefixes(path) if p in self.substitutions)
        found = next(own, None)
        if found is not None:
            return found
        places, inner = self._said_by(path)
        return places.substituted(inner) if isinstance(places, Layered) else None

    @property
    def is_sensitive(self) -> bool:
        """Whether any value in it must not be shown."""
        if any(one.sensitive for one in self.substitutions.values()):
            return True
        layers = (self.base, *(piece.places for piece in self.pieces.values()))
        return any(layer.is_sensitive for layer in layers if isinstance(layer, Layered))

    def references(self) -> Iterator[tuple[str, Origin]]:
        """Yield every name that was substituted anywhere in the document, and where it stands."""
        for path, substitution in self.substitutions.items():
            for name in substitution.names:
                yield name, self.origin(path)
        for layer in (self.base, *(piece.places for piece in self.pieces.values())):
            if isinstance(layer, Layered):
                yield from layer.references()

    def _said_by(self, path: Path) -> tuple[Positions, Path]:
        for prefix in _prefixes(path):
            piece = self.pieces.get(prefix)
            if piece is not None:
                return piece.places, (*piece.path, *path[len(prefix) :])
        return self.base, path


def is_sensitive(places: Positions, path: Path) -> bool:
    """Tell whether the value at `path`, or around it, must not be shown."""
    found = places.substituted(path) if isinstance(places, Layered) else None
    return found is not None and found.sensitive


def _spelled(places: Positions, path: Path) -> str:
    # A value inside of what was substituted is spelled by the reference around it.
    return next((text for prefix in _prefixes(path) if (text := places.source(prefix))), "")


def _prefixes(path: Path) -> Iterator[Path]:
    """`path` itself and everything around it, innermost first."""
    return (path[:length] for length in range(len(path), -1, -1))


def at(value: Any, path: Path) -> Any:
    """The value at `path` inside `value`.

    Raises: KeyError if there is none.
    """
    for step in path:
        try:
            value = value[step]
        except (TypeError, IndexError):
            raise KeyError(step) from None
    return value
