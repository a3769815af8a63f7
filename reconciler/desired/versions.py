"""The version that content has: a hash of all that is sent, the same in every environment.

What it leaves out is what an environment decides: where the thing itself is, and where code was
uploaded. Project and domain of what it refers to are those of the manifest's own words, however
the environment calls them, and blank as far as they are its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.identifier_pb2 import Identifier
from google.protobuf.message import Message

from reconciler.desired.code import by_digest
from reconciler.desired.entity import KINDS, Entity, Pointer
from reconciler.desired.stable import deterministic
from reconciler.model import Bundle, Kind, content_hash, identifiers

_Within = tuple[str, str]


class Spoken:
    """Where things are in the manifests' own words: of each place of the environment, its name.

    An environment that makes two places one has lost the difference: then the first by name.

    Attributes: `literally` if all is called what the manifests call it.
    """

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._words: dict[_Within, _Within] = {}
        self.literally = True
        for entity in entities:
            here = entity.place.project, entity.place.domain
            words = entity.said_in or here
            self._words[here] = min(words, self._words.get(here, words))
            self.literally = (
                self.literally and words == here and not any(map(_renamed, entity.pointers))
            )

    @property
    def decides(self) -> bytes:
        """All of this that decides about a version."""
        return b"" if self.literally else repr(sorted(self._words.items())).encode()

    def words(self, here: _Within) -> _Within:
        """The manifests' words for a place; the same, where they have none."""
        return self._words.get(here, here)


def content_version(entity: Entity, spec: Message, code: Sequence[Bundle], spoken: Spoken) -> str:
    """Name an entity by all that is sent of it.

    Args:
        spec: The whole spec, references bound, the entity's own version not known yet.
        code: The bundles whose addresses stand in `spec`.
        spoken: For what is inside of what it refers to.
    """
    blank: Any = type(spec)()
    blank.CopyFrom(spec)
    if isinstance(blank, TaskSpec | WorkflowSpec):
        blank.template.ClearField("id")
    own = entity.said_in or (entity.place.project, entity.place.domain)
    direct = {} if spoken.literally else _direct(entity)
    for identifier in identifiers(blank):
        words = identifier.project, identifier.domain
        if not spoken.literally:
            words = direct.get(_name(identifier)) or spoken.words(words)
        identifier.project, identifier.domain = (
            "" if said == mine else said for said, mine in zip(words, own, strict=True)
        )
    by_digest(blank, code)
    kind, name = entity.place.kind, entity.place.name
    return content_hash([kind.slug.encode(), name.encode(), deterministic(blank)])


def _renamed(pointer: Pointer) -> bool:
    return pointer.said_in not in (None, (pointer.place.project, pointer.place.domain))


def _direct(entity: Entity) -> Mapping[tuple[Kind | None, str, str, str], _Within]:
    """Of each thing that the entity itself refers to, where its own words say that it is."""
    found: dict[tuple[Kind | None, str, str, str], _Within] = {}
    for pointer in entity.pointers:
        if pointer.said_in is not None:
            place = pointer.place
            key = (place.kind, place.project, place.domain, place.name)
            found[key] = min(pointer.said_in, found.get(key, pointer.said_in))
    return found


def _name(identifier: Identifier) -> tuple[Kind | None, str, str, str]:
    kind = KINDS.get(identifier.resource_type)
    return kind, identifier.project, identifier.domain, identifier.name
