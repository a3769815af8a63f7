"""Ids and digests, packed: 30,000 of them have to fit into one request of Admin.

Sorted, an id shares most of its letters with the one before; digests do not compress and so stand
by themselves, as bytes.
"""

from collections.abc import Iterable, Iterator

from reconciler.admin.ledger import ledger_pb2 as pb
from reconciler.model import DIGEST_BYTES, Kind, Owned, ResourceId

_KINDS = {kind.slug: kind for kind in Kind}


def pack_ids(ids: Iterable[ResourceId]) -> pb.Ids:
    """Pack ids; they come back sorted as texts."""
    return _pack_texts(sorted(map(_text, ids)))


def unpack_ids(packed: pb.Ids) -> Iterator[ResourceId]:
    """Raises: ValueError for what `pack_ids` did not pack."""
    before = ""
    for shared, rest in zip(packed.shared, packed.rest, strict=True):
        before = before[:shared] + rest
        kind, project, domain, name, version, facet = before.split("\0")
        if kind not in _KINDS:
            raise ValueError(f"unknown kind {kind!r}")
        yield ResourceId(_KINDS[kind], project, domain, name, version, facet)


def pack_owned(many: Iterable[Owned]) -> pb.Owned:
    """Pack what is owned; it comes back sorted by the text of its ids."""
    rows = sorted((_text(owned.id), owned) for owned in many)
    return pb.Owned(
        ids=_pack_texts([text for text, _ in rows]),
        digests=b"".join(
            owned.digest for _, owned in rows if owned.id.kind is not Kind.ACTIVATION
        ),
        active=[owned.active for _, owned in rows if owned.id.kind is Kind.ACTIVATION],
    )


def unpack_owned(packed: pb.Owned) -> tuple[Owned, ...]:
    """Raises: ValueError for what `pack_owned` did not pack."""
    found = []
    active = iter(packed.active)
    at = 0
    for id in unpack_ids(packed.ids):
        if id.kind is Kind.ACTIVATION:
            found.append(Owned(id, active=next(active)))
            continue
        found.append(Owned(id, packed.digests[at : at + DIGEST_BYTES]))
        at += DIGEST_BYTES
    if at != len(packed.digests) or next(active, None) is not None:
        raise ValueError("digests and ids do not match")
    return tuple(found)


def _text(id: ResourceId) -> str:
    return "\0".join((id.kind.slug, id.project, id.domain, id.name, id.version, id.facet))


def _pack_texts(texts: list[str]) -> pb.Ids:
    packed = pb.Ids()
    before = ""
    for text in texts:
        shared = _shared(before, text)
        packed.shared.append(shared)
        packed.rest.append(text[shared:])
        before = text
    return packed


def _shared(one: str, other: str) -> int:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))
