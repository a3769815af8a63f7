"""Manifests and what Admin holds → DesiredState, or every reason why not.

One pass in the order of dependencies: when a thing's turn comes, all that it refers to has its
version and its interface already, so its spec can be completed, checked by Admin's own compiler
and named by its content.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.desired.attributes import attributes, limits_of
from reconciler.desired.binder import Binder
from reconciler.desired.code import Bundles, Codes, folders
from reconciler.desired.entities import entities
from reconciler.desired.entity import NO_BACKFILLS, BoundBackfills, Entity, Pointer
from reconciler.desired.member import Fetched
from reconciler.desired.named_entities import named_entities
from reconciler.desired.needs import Index, needs_of
from reconciler.desired.places import check_places, places
from reconciler.desired.problems import Problems
from reconciler.desired.protected import protected
from reconciler.desired.recall import Recall
from reconciler.desired.renames import renames
from reconciler.errors import ManifestError
from reconciler.manifest import Backfill, Manifest
from reconciler.model import (
    CodeFolder,
    CycleError,
    DesiredState,
    Diagnostic,
    Found,
    Kind,
    Needs,
    Origin,
    Resource,
    ResourceId,
    in_order,
    without_collecting,
)

NOTHING: Fetched = MappingProxyType({})
_NOTHING_FOUND = Found()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a set of manifests declares, its packages read, nothing bound yet."""

    manifests: tuple[Manifest, ...]
    entities: tuple[Entity, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def backfills(self) -> tuple[tuple[Backfill, Pointer], ...]:
        """Each backfill, and the launch plan that it runs."""
        if not any(isinstance(manifest, Backfill) for manifest in self.manifests):
            return ()
        # Rarely is there any.
        from reconciler.desired.backfill import backfill_pointers

        return backfill_pointers(self.manifests, self.entities)

    @property
    def folders(self) -> frozenset[CodeFolder]:
        """The folders of code that must be read before `bind`."""
        return folders(self.manifests)


@without_collecting()
def declare(manifests: Sequence[Manifest], fetched: Fetched = NOTHING) -> Declaration:
    """Collect what `manifests` declare. Problems with packages are kept for `bind` to tell.

    Args:
        fetched: The files of what `sources` names.
    """
    problems = Problems()
    found = entities(manifests, problems, fetched)
    return Declaration(tuple(manifests), found, tuple(problems.found))


def needs(declaration: Declaration) -> Needs:
    """Name everything that must be read of Admin before `bind`."""
    pointers = [pointer for _, pointer in declaration.backfills]
    return needs_of(declaration.manifests, declaration.entities, pointers)


@without_collecting()
def bind(
    declaration: Declaration,
    found: Found | Callable[[], Found] | None,
    codes: Codes | None = None,
    recall: Recall | None = None,
) -> DesiredState:
    """Bind every reference, settle every version and complete every spec.

    Args:
        found: What Admin answered to `needs`; None to work offline, where things that refer to
            Admin's are left out and places are not checked. Where nothing refers to Admin's
            things (`Needs.refers`), it may be what gives the answer, which is asked in the end.
        codes: What each of `declaration.folders` holds, or why it holds no code; None to bind
            without looking, which is good for checks only.
        recall: What was bound before, and keeps what is bound now; None to bind all anew.

    Raises: ManifestError with every problem of the whole set, each at its file and line.
    """
    problems = Problems()
    problems.found += declaration.problems
    index = Index(declaration.entities)
    bundles = Bundles(declaration.manifests, codes, problems)
    looked_at = _NOTHING_FOUND if callable(found) else found
    binder = Binder(index, looked_at, bundles, problems, recall)
    for entity in _in_order(declaration.entities, index, problems):
        binder.bind(entity)
    binder.finish()
    bound = _backfills(declaration, binder, problems)
    rows = attributes(declaration.manifests, problems)
    names = named_entities(declaration.manifests, problems)
    renamed = renames(declaration.manifests, declaration.entities, problems)
    of_places = Problems()
    if found is not None:
        answer = found() if callable(found) else found
        check_places(declaration.manifests, declaration.entities, answer, of_places)
    if errors := (*of_places.errors, *problems.errors):
        raise ManifestError(_sorted(errors))
    declared = (*places(declaration.manifests), *rows, *binder.resources, *names)
    resources = {resource.id: resource for resource in declared}
    return DesiredState(
        resources=resources,
        needs={**_all_needs(resources, binder.needs), **bound.needs},
        warnings=problems.warnings,
        unchecked=tuple(
            dict.fromkeys((*(one.place.as_spot for one in binder.unchecked), *bound.unchecked))
        ),
        protected=protected(declaration.manifests),
        renames=renamed,
        backfills=bound.backfills,
    )


def _backfills(declaration: Declaration, binder: Binder, problems: Problems) -> BoundBackfills:
    found = declaration.backfills
    if not found:
        return NO_BACKFILLS
    from reconciler.desired.backfill import bind_backfills

    return bind_backfills(found, binder, problems)


def _all_needs(
    resources: Mapping[ResourceId, Resource], bound: Mapping[ResourceId, Collection[ResourceId]]
) -> dict[ResourceId, set[ResourceId]]:
    """What each resource refers to, and what else has to be there first: its project; the limits
    that a task is held to; of a name, its versions."""
    projects = {id.project: id for id in resources if id.kind is Kind.PROJECT}
    rows = {id for id in resources if id.kind is Kind.ATTRIBUTES}
    needs = {id: {*bound.get(id, ()), projects.get(id.project, id)} - {id} for id in resources}
    names = {id for id in resources if id.kind is Kind.NAMED_ENTITY}
    for id in resources:
        if rows and id.kind is Kind.TASK:
            needs[id].update(limits_of(id, rows))
        if names and id.kind.versioned and id.named_entity in names:
            needs[id.named_entity].add(id)
    return needs


def _in_order(declared: Sequence[Entity], index: Index, problems: Problems) -> Sequence[Entity]:
    needed = {
        entity: [
            other for pointer in entity.pointers if (other := index.declared(pointer)) is not None
        ]
        for entity in declared
    }
    try:
        return in_order(declared, needed, key=_place_in_apply)
    except CycleError as error:
        names = " → ".join(str(entity.place) for entity in error.cycle)
        for entity in error.cycle[:-1]:
            problems.error("cycle", f"refers to itself in a circle: {names}", entity.origin)
        return ()


def _place_in_apply(entity: Entity) -> tuple[int, str, str, str, str]:
    place = entity.place
    return (place.kind.rank, place.project, place.domain, place.name, entity.version)


def _sorted(problems: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each problem once, by file and line."""
    nowhere = Origin("")
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda one: ((one.origin or nowhere).file, (one.origin or nowhere).line),
        )
    )
