"""Reads versions for people: one, the latest, the active one, all of a version."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntityIdentifier,
    ObjectGetRequest,
    ResourceListRequest,
    Sort,
)
from flyteidl.admin.launch_plan_pb2 import ActiveLaunchPlanRequest

from reconciler.errors import NotFoundError
from reconciler.model import Kind, ResourceId

LATEST = "latest"
_NEWEST = Sort(key="created_at", direction=Sort.DESCENDING)
_BY_NAME = Sort(key="name", direction=Sort.ASCENDING)
_PAGE = 500
_FIELDS = {Kind.TASK: "tasks", Kind.WORKFLOW: "workflows", Kind.LAUNCH_PLAN: "launch_plans"}


def fetch(calls: Any, id: ResourceId) -> Any:
    """The message of one version.

    Raises: NotFoundError if there is none.
    """
    request = ObjectGetRequest(id=id.to_identifier())
    get: Callable[[Any], Any] = {
        Kind.TASK: calls.get_task,
        Kind.WORKFLOW: calls.get_workflow,
        Kind.LAUNCH_PLAN: calls.get_launch_plan,
    }[id.kind]
    return get(request)


def fetch_latest(
    calls: Any, kind: Kind, *, project: str, domain: str, name: str
) -> tuple[ResourceId, Any]:
    """The version that was created last under a name; of those of one instant, any.

    Raises: NotFoundError if the name has none.
    """
    place = NamedEntityIdentifier(project=project, domain=domain, name=name)
    answer = _list(calls, kind)(ResourceListRequest(id=place, limit=1, sort_by=_NEWEST))
    rows = getattr(answer, _FIELDS[kind])
    if not rows:
        what = f"{kind} {project}/{domain}/{name}"
        raise NotFoundError(f"{what} has no version", method=f"List{kind}", subject=what)
    id = ResourceId.from_identifier(rows[0].id, kind)
    # Admin's lists leave a workflow's content out.
    return id, fetch(calls, id) if kind is Kind.WORKFLOW else rows[0]


def fetch_active(
    calls: Any, *, project: str, domain: str, name: str
) -> tuple[ResourceId, Any] | None:
    """The active version of a launch plan, None unless there is exactly one."""
    place = NamedEntityIdentifier(project=project, domain=domain, name=name)
    try:
        found = calls.get_active_launch_plan(ActiveLaunchPlanRequest(id=place))
    except NotFoundError:
        return None
    return ResourceId.from_identifier(found.id, Kind.LAUNCH_PLAN), found


def list_by_version(
    calls: Any, kind: Kind, *, project: str, domain: str, version: str, limit: int | None
) -> list[tuple[ResourceId, Any | None]]:
    """Everything of one kind and version, by name; of workflows only who they are.

    Raises: ValueError for a version that is empty, or that no filter can say.
    """
    if not version or set(version) & set("+;,()"):
        raise ValueError(f"{version!r} is no version to look for")
    rows = _rows(calls, kind, project, domain, f"eq(version,{version})")
    found: dict[ResourceId, Any | None] = {}
    for row in rows:
        id = ResourceId.from_identifier(row.id, kind)
        found.setdefault(id, None if kind is Kind.WORKFLOW else row)
        if limit is not None and len(found) >= limit:
            break
    return list(islice(found.items(), limit))


def _rows(calls: Any, kind: Kind, project: str, domain: str, filters: str) -> Iterator[Any]:
    place = NamedEntityIdentifier(project=project, domain=domain)
    token = ""
    while True:
        answer = _list(calls, kind)(
            ResourceListRequest(
                id=place, limit=_PAGE, token=token, filters=filters, sort_by=_BY_NAME
            )
        )
        yield from getattr(answer, _FIELDS[kind])
        token = answer.token
        if not token:
            return


def _list(calls: Any, kind: Kind) -> Callable[[ResourceListRequest], Any]:
    found: Callable[[ResourceListRequest], Any] = {
        Kind.TASK: calls.list_tasks,
        Kind.WORKFLOW: calls.list_workflows,
        Kind.LAUNCH_PLAN: calls.list_launch_plans,
    }[kind]
    return found
