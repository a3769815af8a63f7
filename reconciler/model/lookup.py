"""What must be known of Admin before manifests can be bound, and what was found.

`needs` names it without asking; the answers come back in the same shape, so that binding is a
pure function of the manifests and of this.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconciler.model.identity import ResourceId, Scope
from reconciler.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Needs:
    """Ids to look up.

    `latest` are ids whose version is to be the last created (their own is a stand-in); `active`
    are activations, where the active version is meant; `contents` are those workflows, among the
    others, whose whole content is wanted, which costs a call each.
    """

    projects: frozenset[str] = frozenset()
    versions: frozenset[ResourceId] = frozenset()
    latest: frozenset[ResourceId] = frozenset()
    active: frozenset[ResourceId] = frozenset()
    contents: frozenset[ResourceId] = frozenset()

    @property
    def refers(self) -> bool:
        """Whether anything refers to what Admin holds, beyond living in its projects."""
        return bool(self.versions or self.latest or self.active)


@dataclass(frozen=True, slots=True)
class Found:
    """What Admin answered to `Needs`; what is missing here does not exist there.

    `latest` and `active` give what each resolved to, which is among `versions` too. Of scopes in
    `unread` nothing is known.
    """

    domains: tuple[str, ...] = ()
    projects: Mapping[str, Resource] = field(default_factory=dict)
    versions: Mapping[ResourceId, Resource] = field(default_factory=dict)
    latest: Mapping[ResourceId, ResourceId] = field(default_factory=dict)
    active: Mapping[ResourceId, tuple[ResourceId, ...]] = field(default_factory=dict)
    unread: Collection[Scope] = ()
