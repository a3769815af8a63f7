"""What is ours: of each thing that we applied its identity and the digest we left it with.

Whatever is not in the inventory is someone else's, and stays as it is.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.model.canonical import is_content_hash
from reconciler.model.identity import ResourceId
from reconciler.model.kinds import Kind
from reconciler.model.plan import Action, Reason, Verb
from reconciler.model.resource import Resource

DIGEST_BYTES = 16

# A name of one kind: of its versions we own the one that we applied last, the rest is history.
Place = tuple[Kind, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Owned:
    """One thing that we applied.

    `digest` is 16 bytes over its content; of an activation it is empty, and `active` the version
    that we left active, "" for none.
    """

    id: ResourceId
    digest: bytes = b""
    active: str = ""

    @property
    def place(self) -> Place:
        return place_of(self.id)

    def is_as_left(self, found: Resource | None) -> bool:
        """Tell whether Admin holds exactly what we left there.

        A workflow of which only existence was read is the same if its version is its content.
        """
        if self.id.kind is Kind.ACTIVATION:
            active = found.active if found is not None else ()
            return tuple(active) == ((self.active,) if self.active else ())
        if found is None:
            return False
        if not found.complete:
            return is_content_hash(self.id.version)
        return found.digest[:DIGEST_BYTES] == self.digest


def place_of(id: ResourceId) -> Place:
    """The id without its version."""
    return id.kind, id.project, id.domain, id.name, id.facet


def owned_by(resource: Resource) -> Owned | None:
    """What we own once a resource is as desired; None of code bundles, which nobody owns, and of
    executions, which are their own memory."""
    if resource.id.kind in (Kind.BUNDLE, Kind.EXECUTION):
        return None
    if resource.id.kind is Kind.ACTIVATION:
        return Owned(resource.id, active=resource.active[0] if resource.active else "")
    return Owned(resource.id, resource.digest[:DIGEST_BYTES])


def claims_of(actions: Iterable[Action]) -> tuple[Owned, ...]:
    """What will be ours, or for a delete no longer, once these actions are done; by id.

    What is only forgotten is not claimed: nobody is kept from anything by it. Nor is what a
    backfill generates, which nobody declares.
    """
    found = {}
    for action in actions:
        if action.verb is Verb.FORGET or action.reason is Reason.GENERATED:
            continue
        if action.verb is Verb.DELETE:
            found[action.id] = Owned(action.id, bytes(DIGEST_BYTES))
        elif action.after is not None and (owned := owned_by(action.after)) is not None:
            found[action.id] = owned
    return tuple(found[id] for id in sorted(found))


def plan_digest(actions: Iterable[Action]) -> bytes:
    """A digest of a plan that was never saved: over what it does to what."""
    sha = hashlib.sha256()
    for action in actions:
        owned = owned_by(action.after) if action.after is not None else None
        content = (owned.digest + owned.active.encode()) if owned is not None else b""
        sha.update(f"{action.verb}\0{action.id.address}\0{len(content)}\0".encode() + content)
    return sha.digest()


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that is ours."""

    entries: Mapping[Place, Owned] = field(default_factory=dict)

    def find(self, id: ResourceId) -> Owned | None:
        """What we applied last under the id's name, whatever its version; None if never."""
        return self.entries.get(place_of(id))

    def __iter__(self) -> Iterator[Owned]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)
