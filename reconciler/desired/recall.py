"""What binding gave before, found again by everything that decides it.

To build, check, compile and name what a manifest declares is most of the work of a plan, and from
one plan to the next most manifests stay as they are. So what was bound without a word about it is
kept under a key made of all that went into it: the manifest's own value with everything filled in,
where it lies and how it is meant, and the keys of what it refers to. Equal keys cannot give
anything else; whatever has no such key is bound anew. Who keeps it knows whether the program is
the same, for that decides too.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from reconciler.desired.bound import Bound
from reconciler.desired.entity import Entity, Pointer, RunsFrom
from reconciler.desired.member import Member
from reconciler.manifest import Task, Workflow
from reconciler.model import Kind, Packed, Resource, ResourceId

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an entity was bound to: its version, and the messages of its resource."""

    version: str
    spec: Packed
    request: Packed


class Recall(Protocol):
    """Keeps what was bound, for the very same program; forgetting costs only time."""

    def find(self, key: bytes, kind: Kind) -> Recalled | None:
        """Return what is kept under a key, exactly as it was kept, or nothing."""
        ...

    def keep(self, key: bytes, recalled: Recalled) -> None:
        """Keep what was bound without any problem."""
        ...


def key_of(
    entity: Entity,
    targets: Sequence[tuple[Pointer, Bound]],
    *,
    known: Mapping[Bound, bytes | None],
    ours: Container[ResourceId],
    words: bytes,
    code: RunsFrom | None,
) -> bytes | None:
    """Name all that decides what an entity is bound to; None where that cannot be said.

    Not of members of packages, of what is excused from a rule or names a code bundle that there
    is none, nor of what refers to such things, or takes a workflow of Admin's into itself.

    Args:
        known: The keys of what is bound already.
        ours: The ids of that; where Admin's thing has one of them, either could be meant inside.
        words: What places are called, where not as the manifests do.
        code: The bundle that it runs from.
    """
    source = entity.source
    if isinstance(source, Member) or entity.excuses or not source.digest:
        return None
    if isinstance(source, Task) and source.spec.bundle is not None and code is None:
        return None
    place = entity.place
    said = (
        (place.kind.slug, place.project, place.domain, place.name),
        entity.version,
        entity.kept,
        entity.content_addressed,
        entity.state,
        entity.said_in,
        (code.bundle.id, code.bundle.token, code.destination) if code else None,
    )
    sha = blake2b(repr(said).encode(), digest_size=KEY_BYTES)
    sha.update(source.digest)
    sha.update(words)
    for pointer, target in targets:
        if target in known:
            key = known[target]
        elif target.id in ours or (isinstance(source, Workflow) and not _is_leaf(target)):
            key = None
        else:
            key = _of_admin(target.resource)
        if key is None:
            return None
        id = target.id
        place_of = (id.kind.slug, id.project, id.domain, id.name, id.version)
        sha.update(repr((pointer.path, pointer.said_in, place_of)).encode())
        sha.update(key)
    return sha.digest()


def _is_leaf(target: Bound) -> bool:
    """Whether nothing inside of it is compiled with whoever refers to it."""
    return target.id.kind is not Kind.WORKFLOW


def _of_admin(resource: Resource) -> bytes:
    spec = resource.spec
    data = spec.SerializeToString(deterministic=True) if spec is not None else b""
    return blake2b(data, digest_size=KEY_BYTES, key=b"Admin").digest()
