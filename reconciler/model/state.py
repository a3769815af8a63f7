"""The two sides of a comparison: what the manifests want, and what Admin holds."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.model.backfill import Backfill
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.drawing import Spot
from reconciler.model.identity import ResourceId, Scope
from reconciler.model.resource import Resource


@dataclass(frozen=True, slots=True)
class DesiredState:
    """Everything the manifests declare, bound and canonical.

    `needs` maps an id to the ids of the set that must be there before it. Warnings are what lint
    found; errors never get this far. `unchecked` are the names that could not be bound without
    Admin: they refer to what only it holds, or to one of them that does.

    What is said of names for whoever judges a plan is beside the resources, and no part of any:
    `protected` are projects, domains, names of tasks, workflows and launch plans (named
    entities), and the activations of those launch plans; `renames` leads from the activation of
    a launch plan's old name, which nothing here declares, to that of its new one, which is.

    `backfills` are no resources: Admin holds nothing that could be compared with one, and nobody
    owns what they start. What they run is in `needs`, as far as the set declares it.
    """

    resources: Mapping[ResourceId, Resource]
    needs: Mapping[ResourceId, Collection[ResourceId]] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    unchecked: tuple[Spot, ...] = ()
    protected: frozenset[ResourceId] = frozenset()
    renames: Mapping[ResourceId, ResourceId] = field(default_factory=dict)
    backfills: tuple[Backfill, ...] = ()

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())

    def __len__(self) -> int:
        return len(self.resources)


@dataclass(frozen=True, slots=True)
class ObservedState:
    """What Admin answered about the ids that were asked for, and only about those.

    `beside` are rows of attributes that nobody asked for: Admin lists a type whole, and deleting
    one row may take others with it. `running` are the active versions, by activation and in order
    of creation, of those names whose active version is not the desired one. Of scopes in `unread`
    nothing is known, for the reason that stands there; nothing in them was `asked`.
    """

    resources: Mapping[ResourceId, Resource]
    asked: frozenset[ResourceId]
    beside: Mapping[ResourceId, Resource] = field(default_factory=dict)
    running: Mapping[ResourceId, tuple[Resource, ...]] = field(default_factory=dict)
    unread: Mapping[Scope, str] = field(default_factory=dict)

    def find(self, id: ResourceId) -> Resource | None:
        """Return what Admin holds under `id`, or None if it holds nothing.

        Raises: LookupError if nobody asked Admin about it, for then its absence means nothing.
        """
        if id not in self.asked:
            raise LookupError(f"{id} was not looked at")
        return self.resources.get(id)
