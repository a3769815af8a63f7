"""Read what is behind a switch: what the active version runs, to tell what will be different.

Planning needs to know which versions are active, not what is in them; people do. This stage asks
for it, only for launch plans that change, so a plan without changes costs nothing more.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.errors import AdminError, UnreachableError
from reconciler.model import (
    Behind,
    DesiredState,
    Kind,
    ObservedState,
    Resource,
    ResourceId,
    identifiers,
)
from reconciler.ports import Reader

MOST_WORKFLOWS = 1000
"""Workflows read at most, a call each; beyond it effects tell of launch plans only."""


def behind(
    changing: Mapping[ResourceId, ResourceId | None],
    desired: DesiredState,
    observed: ObservedState,
    reader: Reader,
) -> Behind:
    """Read what is active under the names that change, and what is inside of it.

    Args:
        changing: Activation → the launch plan version that will be; None if none will.
        desired: What is in it need not be read.
        observed: What is active, as far as planning has asked.

    Cost: nothing if nothing changes. Else up to two lists for some hundreds of launch plans, a
        call for each workflow that is active and is to be another, and a list for the launch plans
        that those start.
    Shape: what could not be read is told in `unread`; no plan fails for its effects.
    """
    if not changing:
        return Behind()
    try:
        return _read(changing, desired, observed, reader)
    except (AdminError, UnreachableError, ValueError) as error:
        # A ValueError is of what no id can name, such as a reference without a version.
        return Behind(active=dict(observed.running), unread=(f"not compared: {error}",))


def _read(
    changing: Mapping[ResourceId, ResourceId | None],
    desired: DesiredState,
    observed: ObservedState,
    reader: Reader,
) -> Behind:
    active = {id: observed.running[id] for id in changing if id in observed.running}
    unasked = [id for id in changing if id not in desired.resources and id not in observed.asked]
    if unasked:
        active.update({id: found for id, found in reader.active(unasked).items() if found})
    wanted = {
        version
        for activation, version in changing.items()
        if version is not None and version not in desired.resources and active.get(activation)
    }
    resources: dict[ResourceId, Resource] = dict(reader.versions(wanted)) if wanted else {}
    known = {**desired.resources, **resources}
    pairs = [
        (found[-1], known.get(version))
        for activation, version in changing.items()
        if version is not None and (found := active.get(activation))
    ]
    workflows = _to_read(pairs, desired)
    some = set(islice(workflows, MOST_WORKFLOWS))
    if some:
        resources.update(reader.workflows(some))
    launched = _launched([*resources.values(), *_inside(pairs, desired)]) - known.keys()
    if launched:
        resources.update(reader.versions(launched))
    left = len(workflows) - len(some)
    unread = (f"{left} more workflows were not read, and so not compared",) if left else ()
    return Behind(active=active, resources=resources, unread=unread)


def _to_read(
    pairs: Iterable[tuple[Resource, Resource | None]], desired: DesiredState
) -> list[ResourceId]:
    """Workflows to be read: of each pair both, if they are two and no manifest declares them."""
    found: dict[ResourceId, None] = {}
    for before, after in pairs:
        ids = [_workflow(one) for one in (before, after) if one is not None]
        if len(set(ids)) == 2:
            found.update({id: None for id in ids if id not in desired.resources})
    return list(found)


def _inside(
    pairs: Iterable[tuple[Resource, Resource | None]], desired: DesiredState
) -> Iterable[Resource]:
    """The declared workflows of what will be active."""
    ids = {_workflow(after) for _, after in pairs if after is not None}
    return [desired.resources[id] for id in ids if id in desired.resources]


def _workflow(launch_plan: Resource) -> ResourceId:
    spec = launch_plan.spec
    assert isinstance(spec, LaunchPlan)
    return ResourceId.from_identifier(spec.spec.workflow_id, Kind.WORKFLOW)


def _launched(resources: Collection[Resource]) -> set[ResourceId]:
    return {
        ResourceId.from_identifier(identifier)
        for resource in resources
        if resource.id.kind is Kind.WORKFLOW and resource.spec is not None
        for identifier in identifiers(resource.spec)
        if identifier.resource_type == ResourceType.LAUNCH_PLAN
    }
