"""One thing as wished for or as found: the same shape on both sides, so they compare."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from google.protobuf.message import Message

from reconciler.model.bundle import Bundle
from reconciler.model.canonical import object_hash, to_canonical
from reconciler.model.comparable import comparable
from reconciler.model.identity import ResourceId
from reconciler.model.packed import AtRest, Packed


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the manifests something was said: a file, a line and a column, from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True, eq=False)
class Resource:
    """Identity, canonical spec and digest of one resource.

    `spec` is the message that Admin itself compares, hence what both sides are brought to:

    ==============  ==========================================================================
    project         admin.Project without its domains
    task            core.CompiledTask, its template's id filled in
    workflow        core.CompiledWorkflowClosure
    launch plan     admin.LaunchPlan: id, augmented spec, closure with expected inputs, outputs
    attributes      admin.MatchingAttributes, as `attributes.normalised` leaves it; None where
                    the manifests want that there be no row
    named entity    admin.NamedEntityMetadata
    activation      `active` below says it; `spec` is None
    ==============  ==========================================================================

    `request` is what a create sends (TaskSpec, WorkflowSpec, LaunchPlanSpec, Project), known for
    desired resources only. Both messages are kept as bytes: what is given is copied, and what is
    read is nobody's to change. `complete` is False where only existence was read (Admin's lists
    carry no workflow content).
    """

    id: ResourceId
    spec: Message | None = None
    request: Message | None = None
    origin: Origin | None = None
    complete: bool = True
    # Versions of an activation: exactly one or none when desired, any number when observed.
    active: tuple[str, ...] = ()
    # Versions that are this content's own hash: existing means identical.
    content_addressed: bool = False
    # Code that it runs, directly or in the tasks inside it; tokens in `spec` and `request` stand
    # for their addresses. Known for desired resources only.
    bundles: tuple[Bundle, ...] = ()
    # Fields of `spec` about which the manifests say nothing, so that they stay as they are; for
    # kinds whose messages cannot tell that from a default. Known for desired resources only.
    unsaid: frozenset[str] = frozenset()
    # Whether values are left out of `spec` (see `outlined`): then only the digest tells equality.
    outline: bool = False
    # When Admin last switched it, in nanoseconds since 1970. Known for launch plans found only.
    since: int | None = None

    @property
    def at_rest(self) -> tuple[Packed, Packed] | None:
        """Both messages as they are kept; None if either is missing or could not be packed."""
        spec, request = self.__dict__["spec"], self.__dict__["request"]
        if isinstance(spec, Packed) and isinstance(request, Packed):
            return spec, request
        return None

    def is_alike(self, other: "Resource") -> bool:
        """Tell that both specs are equal without reading them; False where that does not show."""
        mine, theirs = self.__dict__["spec"], other.__dict__["spec"]
        return (
            isinstance(mine, Packed)
            and isinstance(theirs, Packed)
            and mine.kind is theirs.kind
            and mine.data == theirs.data
        )

    @cached_property
    def canonical(self) -> dict[str, Any]:
        """The spec as Admin's own comparison sees it: plain JSON values, defaults left out."""
        return to_canonical(self.spec) if self.spec is not None else {}

    @cached_property
    def digest(self) -> bytes:
        """Admin's digest of this resource, 32 bytes; equal digests are 'identical structure'."""
        # Without keeping the canonical form, for most digests are asked of what is as it was.
        spec = self.spec
        return object_hash(to_canonical(spec) if spec is not None else {})

    def known_by(self, digest: bytes) -> "Resource":
        """The same resource without its content, of which only Admin's digest is left."""
        known = replace(self, spec=None)
        known.__dict__["digest"] = digest  # where the cached property would keep it
        return known

    def outlined_by(self, spec: Message, digest: bytes) -> "Resource":
        """The same resource of which only an outline of its content and its digest are known."""
        known = replace(self, spec=spec, outline=True)
        known.__dict__["digest"] = digest
        return known

    def agrees_with(self, other: "Resource") -> bool:
        """Tell whether Admin, holding `other`, holds what this desired resource wants.

        By Admin's own digest, or else by all that does not depend on where code was uploaded or
        packaged (`comparable`).
        """
        if self.digest == other.digest:
            return True
        mine, theirs = (comparable(one.canonical, self.bundles) for one in (self, other))
        return object_hash(mine) == object_hash(theirs)


# Of a dataclass's field a descriptor would be the default, and the type that others read of it.
for _field in ("spec", "request"):
    setattr(Resource, _field, AtRest(_field))
