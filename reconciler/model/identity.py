"""Who a resource is: its kind, place, name and, where content is immutable, its version."""

from dataclasses import dataclass, replace
from functools import total_ordering

from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from reconciler.model.kinds import Kind

_RESOURCE_TYPES = {
    Kind.TASK: ResourceType.TASK,
    Kind.WORKFLOW: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN: ResourceType.LAUNCH_PLAN,
}
_KINDS = {number: kind for kind, number in _RESOURCE_TYPES.items()}

# A project and one of its domains; "" for what is of the whole project.
Scope = tuple[str, str]


@total_ordering
@dataclass(frozen=True, slots=True)
class ResourceId:
    """The identity of one resource.

    Shape: a project has only `project`; a domain `project` and `domain`; attributes as much of
        `project`, `domain` and (of a workflow) `name` as their level says, and a `facet`, their
        type; a named entity all but a version, and a `facet`, the kind that the name is of; an
        activation has no version; the rest have all four parts.
    Raises: ValueError for a part missing or too many, since Admin acts on some other row when
        sent an incomplete id (admin-contract: validation holes).
    """

    kind: Kind
    project: str
    domain: str = ""
    name: str = ""
    version: str = ""
    facet: str = ""

    def __post_init__(self) -> None:
        # What most ids are, in large sets by the ten thousand: a version of something.
        whole = self.version and self.name and self.domain and self.project
        if whole and self.kind.versioned and not self.facet:
            return
        if self.facet or self.kind.facets:
            self._check_facet()
        if self.kind is Kind.ATTRIBUTES:
            wanted = (True, bool(self.domain or self.name), bool(self.name), False)
        else:
            wanted = (
                True,
                self.kind is not Kind.PROJECT,
                self.kind not in (Kind.PROJECT, Kind.DOMAIN),
                self.kind.versioned,
            )
        parts = (self.project, self.domain, self.name, self.version)
        for label, part, needed in zip(
            ("project", "domain", "name", "version"), parts, wanted, strict=True
        ):
            if needed and not part:
                raise ValueError(f"a {self.kind} id needs a {label}")
            if part and not needed:
                raise ValueError(f"a {self.kind} id has no {label}, yet {part!r} was given")

    def _check_facet(self) -> None:
        facets = self.kind.facets
        if not facets:
            raise ValueError(f"a {self.kind} id has no facet, yet {self.facet!r} was given")
        if self.facet not in facets:
            raise ValueError(f"a {self.kind} id has a facet of {', '.join(facets)}")

    def __str__(self) -> str:
        if self.kind is Kind.ATTRIBUTES:
            level = "workflow" if self.name else "domain" if self.domain else "project"
            return f"{self.facet} of {level} {self._place}"
        if self.kind is Kind.NAMED_ENTITY:
            return f"name of {self.facet.replace('_', ' ')} {self._place}"
        return f"{self.kind} {self.path}"

    def __lt__(self, other: "ResourceId") -> bool:
        return self.sort_key < other.sort_key

    @property
    def path(self) -> str:
        """`project/domain/name@version#facet`, as far as the kind has these parts."""
        path = f"{self._place}@{self.version}" if self.version else self._place
        return f"{path}#{self.facet}" if self.facet else path

    @property
    def _place(self) -> str:
        return "/".join(part for part in (self.project, self.domain, self.name) if part)

    @property
    def scope(self) -> Scope:
        """Where it lies."""
        return self.project, self.domain

    @property
    def address(self) -> str:
        """The id as one word for machines: `launch_plan:project/domain/name@version`."""
        return f"{self.kind.slug}:{self.path}"

    @property
    def sort_key(self) -> tuple[int, str, str, str, str, str]:
        return (self.kind.rank, self.project, self.domain, self.name, self.version, self.facet)

    @property
    def activation(self) -> "ResourceId":
        """The activation that this launch plan version takes part in."""
        return ResourceId(Kind.ACTIVATION, self.project, self.domain, self.name)

    @property
    def named_entity(self) -> "ResourceId":
        """The name that this task, workflow or launch plan version is one of."""
        return ResourceId(
            Kind.NAMED_ENTITY, self.project, self.domain, self.name, facet=self.kind.slug
        )

    def at(self, version: str) -> "ResourceId":
        """The launch plan version that this activation would make active."""
        if self.kind is Kind.ACTIVATION:
            return ResourceId(Kind.LAUNCH_PLAN, self.project, self.domain, self.name, version)
        return replace(self, version=version)

    def to_identifier(self) -> Identifier:
        """The id as Admin's RPCs take it, its type always said (Admin never guesses on create)."""
        return Identifier(
            resource_type=_RESOURCE_TYPES[self.kind],
            project=self.project,
            domain=self.domain,
            name=self.name,
            version=self.version,
        )

    @staticmethod
    def from_identifier(identifier: Identifier, kind: Kind | None = None) -> "ResourceId":
        """Read Admin's identifier; `kind` decides where it carries no resource type.

        Raises: ValueError for a type that no kind has, or an incomplete id.
        """
        found = kind or _KINDS.get(identifier.resource_type)
        if found is None:
            raise ValueError(f"resource type {identifier.resource_type} names no kind")
        return ResourceId(
            found, identifier.project, identifier.domain, identifier.name, identifier.version
        )
