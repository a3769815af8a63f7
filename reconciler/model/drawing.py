"""What refers to what, to be looked at: names and arrows, no versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.kinds import Kind


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One name in a drawing: a task, workflow or launch plan and where it lives."""

    rank: int
    project: str
    domain: str
    name: str

    @property
    def kind(self) -> Kind:
        return next(kind for kind in Kind if kind.rank == self.rank)

    @property
    def place(self) -> str:
        return f"{self.project}/{self.domain}"


def spot(kind: Kind, *, project: str, domain: str, name: str) -> Spot:
    """The name of a thing of one kind in a drawing."""
    return Spot(kind.rank, project, domain, name)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Names, and arrows from each that needs another to the one it needs; both sorted.

    `foreign` are those that only Flyte Admin holds; `states` are those of launch plans that are
    declared `active` or `inactive`.
    """

    spots: tuple[Spot, ...]
    arrows: tuple[tuple[Spot, Spot], ...]
    foreign: frozenset[Spot] = frozenset()
    states: Mapping[Spot, str] = field(default_factory=dict)

    def state(self, one: Spot) -> str:
        """`active`, `inactive`, or "" where nothing is declared."""
        return self.states.get(one, "")
