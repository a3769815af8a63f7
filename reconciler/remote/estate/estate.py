"""What was read of one Admin: the values that the rest of this folder hands on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model import Kind, Resource, ResourceId, Scope

VERSIONED = (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN)


@dataclass(frozen=True, slots=True)
class Closure:
    """Versions and all that they refer to.

    Attributes:
        versions: Tasks, workflows (with their whole content) and launch plans.
        missing: What is referred to and is not there; of workflows, those inside of others that
            nobody registered.
        unreadable: Workflows that exist, and whose content Admin itself cannot give.
    """

    versions: Mapping[ResourceId, Resource]
    missing: frozenset[ResourceId] = frozenset()
    unreadable: frozenset[ResourceId] = frozenset()


@dataclass(frozen=True, slots=True)
class Estate:
    """All that was asked for of one Admin.

    Attributes:
        projects: admin.Project messages, archived ones too, by id.
        scopes: Each project and domain that was read.
        rows: Attributes.
        names: Named entities that are archived or described.
        closure: Versions.
        descriptions: DescriptionEntity messages of those versions that have one.
        active: By activation, the version that is active.
        archived: Projects in which nothing can be registered.
        remarks: What cannot be said as it is, a sentence each.
    """

    projects: tuple[Any, ...]
    scopes: tuple[Scope, ...]
    rows: tuple[Resource, ...]
    names: tuple[Resource, ...]
    closure: Closure
    descriptions: Mapping[ResourceId, Any] = field(default_factory=dict)
    active: Mapping[ResourceId, str] = field(default_factory=dict)
    archived: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    def within(self, projects: Collection[str]) -> "Estate":
        """What of it is in these projects."""
        versions = {id: one for id, one in self.closure.versions.items() if id.project in projects}
        return replace(
            self,
            projects=tuple(one for one in self.projects if one.id in projects),
            scopes=tuple(scope for scope in self.scopes if scope[0] in projects),
            rows=tuple(one for one in self.rows if one.id.project in projects),
            names=tuple(one for one in self.names if one.id.project in projects),
            closure=replace(self.closure, versions=versions),
            active={id: one for id, one in self.active.items() if id.project in projects},
            archived=self.archived.intersection(projects),
        )

    def counts(self) -> dict[str, int]:
        """How many there are of each, by a word for it."""
        found = {"projects": len(self.projects), "domains": len(self.scopes)}
        for kind in VERSIONED:
            word = f"{kind}s"
            found[word] = sum(1 for id in self.closure.versions if id.kind is kind)
        return {
            **found,
            "active": len(self.active),
            "attributes": len(self.rows),
            "names": len(self.names),
        }
