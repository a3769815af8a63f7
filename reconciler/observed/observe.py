"""Ask Admin about what is declared, and about nothing else: cost follows the manifests."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure

from reconciler.model import DesiredState, Kind, ObservedState, Resource, ResourceId
from reconciler.ports import Reader


def observe(
    desired: DesiredState, reader: Reader, *, also: Collection[ResourceId] = ()
) -> ObservedState:
    """Read what Admin holds under every id of `desired`, and which versions are active of `also`.

    Cost: lists filtered by name and version, some hundreds an answer. Lists leave a workflow's
        content out, so one call more for each that exists, unless its version is its own
        content's hash or a list told, by Admin's own digests, that it is what is declared. A
        list for each type of attributes that is declared anywhere, of all projects, for Admin's
        gets fall back to other levels.
    Raises: AdminError or UnreachableError if anything could not be read.
    """
    ids = frozenset(desired.resources) | frozenset(also)
    activations = [id for id in ids if id.kind is Kind.ACTIVATION]
    described = [id for id in ids if id.kind is Kind.NAMED_ENTITY]
    facets = {id.facet for id in ids if id.kind is Kind.ATTRIBUTES}
    projects = {id.project: id for id in ids if id.kind is Kind.PROJECT}
    domains = [id for id in ids if id.kind is Kind.DOMAIN]
    found: dict[ResourceId, Resource] = {}
    running: dict[ResourceId, tuple[Resource, ...]] = {}
    with ThreadPoolExecutor(max_workers=4, thread_name_prefix="observe") as pool:
        versions = pool.submit(reader.versions, [id for id in ids if id.kind.versioned])
        active = pool.submit(reader.active, activations)
        projects_found = pool.submit(reader.projects, projects)
        known = pool.submit(reader.domains) if domains else None
        shared = pool.submit(reader.named_entities, described) if described else None
        rows = dict(reader.attributes(facets)) if facets else {}
        found.update(versions.result())
        unread = [id for id in found if not _enough(found[id], desired)]
        if unread:
            found.update(_held(unread, found, desired, reader))
            found.update(reader.workflows([id for id in unread if not found[id].complete]))
        for id, launch_plans in active.result().items():
            names = tuple(sorted(launch_plan.id.version for launch_plan in launch_plans))
            found[id] = Resource(id, active=names)
            if launch_plans and names != _active(desired, id):
                running[id] = launch_plans
        found.update({projects[name]: one for name, one in projects_found.result().items()})
        if known:
            found.update({id: Resource(id) for id in domains if id.domain in known.result()})
        if shared:
            found.update(shared.result())
        found.update({id: row for id, row in rows.items() if id in ids})
    beside = {id: row for id, row in rows.items() if id not in ids}
    return ObservedState(resources=found, asked=ids, beside=beside, running=running)


def _enough(found: Resource, desired: DesiredState) -> bool:
    """A version that is its content's own hash is the same content, if it is there at all."""
    return found.complete or desired.resources[found.id].content_addressed


def _held(
    ids: Collection[ResourceId],
    found: Mapping[ResourceId, Resource],
    desired: DesiredState,
    reader: Reader,
) -> dict[ResourceId, Resource]:
    """Those workflows that are what they should be, but for the tasks in them: those are as found.

    Of tasks that run uploaded code only Admin knows how they read, and its lists say it.
    """
    expected = [_expected(desired.resources[id], found) for id in ids]
    held = frozenset(reader.holding({one.id: one.digest for one in expected}))
    return {one.id: one for one in expected if one.id in held}


def _expected(workflow: Resource, found: Mapping[ResourceId, Resource]) -> Resource:
    closure: Any = CompiledWorkflowClosure()
    closure.CopyFrom(workflow.spec)
    for task in closure.tasks:
        there = found.get(ResourceId.from_identifier(task.template.id, Kind.TASK))
        if there is not None and there.spec is not None:
            task.CopyFrom(there.spec)
    return Resource(workflow.id, spec=closure)


def _active(desired: DesiredState, id: ResourceId) -> tuple[str, ...]:
    """What is to be active, none where nothing is declared any more."""
    wanted = desired.resources.get(id)
    return wanted.active if wanted is not None else ()
