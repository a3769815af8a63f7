"""What the manifests refer to but do not declare: named here, read by others, bound in `bind`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from reconciler.desired.entity import ACTIVE, AUTO, LATEST, Entity, Place, Pointer
from reconciler.manifest import Backfill, CodeBundle, Domain, Manifest, Project
from reconciler.model import Needs, ResourceId


class Index:
    """The declared entities by name, to look references up in."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        self._by_place: defaultdict[Place, list[Entity]] = defaultdict(list)
        for entity in entities:
            # A switch says nothing of what it switches.
            if entity.is_switch:
                continue
            self._by_place[entity.place].append(entity)

    @property
    def entities(self) -> Iterator[Entity]:
        return (entity for found in self._by_place.values() for entity in found)

    def at(self, place: Place) -> Sequence[Entity]:
        return self._by_place.get(place, ())

    def declared(self, pointer: Pointer) -> Entity | None:
        """The one entity of the set that a pointer means, or None if it means none."""
        entities: Sequence[Entity] = self.at(pointer.place)
        if pointer.version is not None:
            entities = [entity for entity in entities if entity.version == pointer.version]
        return entities[0] if len(entities) == 1 else None

    def near(self, place: Place) -> str:
        """The declared name of the same kind that is most like this one, or nothing."""
        names = {other.name for other in self._by_place if other.kind is place.kind}
        return next(iter(get_close_matches(place.name, sorted(names), n=1)), "")


def needs_of(
    manifests: Sequence[Manifest], entities: Sequence[Entity], also: Iterable[Pointer] = ()
) -> Needs:
    """Name everything that must be read of Admin before the manifests can be bound.

    Args:
        also: What is referred to by none of the entities.
    """
    index = Index(entities)
    foreign = {
        pointer
        for pointer in (*(one for entity in entities for one in entity.pointers), *also)
        if not (pointer.version is None or pointer.word == AUTO)
        and index.declared(pointer) is None
    }
    return Needs(
        projects=frozenset(_projects(manifests, entities)),
        versions=frozenset(
            admin_id(pointer) for pointer in foreign if pointer.word not in (LATEST, ACTIVE)
        ),
        latest=frozenset(admin_id(pointer) for pointer in foreign if pointer.word == LATEST),
        active=frozenset(
            admin_id(pointer).activation for pointer in foreign if pointer.word == ACTIVE
        ),
        contents=frozenset(admin_id(pointer) for pointer in foreign if pointer.embeds),
    )


def admin_id(pointer: Pointer) -> ResourceId:
    """The id a pointer names in Admin; `latest` and `active` stand in for the version."""
    place = pointer.place
    return ResourceId(place.kind, place.project, place.domain, place.name, pointer.version or "")


def _projects(manifests: Sequence[Manifest], entities: Sequence[Entity]) -> set[str]:
    projects = {entity.place.project for entity in entities}
    for manifest in manifests:
        match manifest:
            case Project():
                projects.add(manifest.metadata.name)
            case Domain() | CodeBundle() | Backfill():
                projects.add(manifest.metadata.project)
    return projects
