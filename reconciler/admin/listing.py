"""Lists for people: what Admin holds in whole projects, not what a manifest asks for."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyteidl.admin.launch_plan_pb2 import LaunchPlan

    from reconciler.admin.connection import Connection


def list_launch_plans(
    connection: "Connection",
    *,
    project: str | None,
    domain: str | None,
    active_only: bool,
) -> "Sequence[LaunchPlan]":
    """List the launch plans of one or all projects and domains, sorted by place and name.

    Shape: of each name the active versions (more than one where Admin's state is torn); unless
        `active_only`, also the newest version of names that have none active.
    Cost: a list a project-domain, and with inactive ones a call for each of their names.
    """
    # Loading gRPC takes a while, and whoever only names this room should not pay for it.
    from flyteidl.admin.project_pb2 import ProjectListRequest

    client = connection.client
    domains = [domain] if domain else [one.id for one in client.get_domains().domains]
    projects = (
        [project]
        if project
        else [one.id for one in client.list_projects(ProjectListRequest()).projects]
    )
    scopes = [(project, domain) for project in projects for domain in domains]
    answers = connection.map(lambda scope: _active(client, *scope), scopes)
    found = [plan for answer in answers for plan in answer]
    if not active_only:
        names = connection.map(lambda scope: _names(client, *scope), scopes)
        switched_on = {(plan.id.project, plan.id.domain, plan.id.name) for plan in found}
        rest = [
            (*scope, name)
            for scope, some in zip(scopes, names, strict=True)
            for name in some
            if (*scope, name) not in switched_on
        ]
        for newest in connection.map(lambda place: _newest(client, *place), rest):
            found += newest
    return sorted(found, key=lambda plan: (plan.id.project, plan.id.domain, plan.id.name))


def _active(client: Any, project: str, domain: str) -> "list[LaunchPlan]":
    from flyteidl.admin.common_pb2 import NamedEntityIdentifier, ResourceListRequest

    from reconciler.admin.paging import BY_ID, Page, read_all
    from reconciler.admin.queries import PAGE

    place = NamedEntityIdentifier(project=project, domain=domain)

    def fetch(limit: int, token: str) -> "Page[LaunchPlan]":
        request = ResourceListRequest(
            id=place, limit=limit, token=token, filters="eq(state,1)", sort_by=BY_ID
        )
        answer = client.list_launch_plans(request)
        return Page(answer.launch_plans, answer.token)

    what = f"active launch plans of {project}/{domain}"
    return read_all(fetch, limit=PAGE, key=_row_key, what=what)


def _names(client: Any, project: str, domain: str) -> list[str]:
    from flyteidl.admin.common_pb2 import NamedEntityIdentifierListRequest, Sort

    from reconciler.admin.paging import Page, read_all
    from reconciler.admin.queries import PAGE

    by_name = Sort(key="name", direction=Sort.ASCENDING)

    def fetch(limit: int, token: str) -> "Page[Any]":
        request = NamedEntityIdentifierListRequest(
            project=project, domain=domain, limit=limit, token=token, sort_by=by_name
        )
        answer = client.list_launch_plan_ids(request)
        return Page(answer.entities, answer.token)

    what = f"launch plans of {project}/{domain}"
    key: Callable[[Any], str] = lambda row: row.name  # noqa: E731
    return [row.name for row in read_all(fetch, limit=PAGE, key=key, what=what)]


def _newest(client: Any, project: str, domain: str, name: str) -> "Sequence[LaunchPlan]":
    from flyteidl.admin.common_pb2 import NamedEntityIdentifier, ResourceListRequest, Sort

    request = ResourceListRequest(
        id=NamedEntityIdentifier(project=project, domain=domain, name=name),
        limit=1,
        sort_by=Sort(key="created_at", direction=Sort.DESCENDING),
    )
    plans: Sequence[LaunchPlan] = client.list_launch_plans(request).launch_plans
    return plans


def _row_key(row: Any) -> tuple[str, str]:
    return row.id.name, row.id.version
