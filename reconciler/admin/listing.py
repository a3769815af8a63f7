"""Lists for people: what Admin holds in whole projects, not what a manifest asks for."""

from collections.abc import Sequence
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntityIdentifier,
    NamedEntityIdentifierListRequest,
    ResourceListRequest,
    Sort,
)
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.project_pb2 import GetDomainRequest, ProjectListRequest

from reconciler.admin.calls import AdminCalls
from reconciler.admin.paging import BY_ID, Page, read_all
from reconciler.admin.pool import Pool
from reconciler.admin.queries import PAGE

_BY_NAME = Sort(key="name", direction=Sort.ASCENDING)
_NEWEST = Sort(key="created_at", direction=Sort.DESCENDING)


def list_launch_plans(
    calls: AdminCalls,
    pool: Pool,
    *,
    project: str | None,
    domain: str | None,
    active_only: bool,
) -> Sequence[LaunchPlan]:
    """List the launch plans of one or all projects and domains, sorted by place and name.

    Shape: of each name the active versions (more than one where Admin's state is torn); unless
        `active_only`, also the newest version of names that have none active.
    Cost: a list a project-domain, and with inactive ones a call for each of their names.
    """
    domains = (
        [domain] if domain else [one.id for one in calls.get_domains(GetDomainRequest()).domains]
    )
    projects = (
        [project]
        if project
        else [one.id for one in calls.list_projects(ProjectListRequest()).projects]
    )
    scopes = [(project, domain) for project in projects for domain in domains]
    answers = pool.map(lambda scope: _active(calls, *scope), scopes)
    found = [plan for answer in answers for plan in answer]
    if not active_only:
        names = pool.map(lambda scope: _names(calls, *scope), scopes)
        switched_on = {(plan.id.project, plan.id.domain, plan.id.name) for plan in found}
        rest = [
            (*scope, name)
            for scope, some in zip(scopes, names, strict=True)
            for name in some
            if (*scope, name) not in switched_on
        ]
        for newest in pool.map(lambda place: _newest(calls, *place), rest):
            found += newest
    return sorted(found, key=lambda plan: (plan.id.project, plan.id.domain, plan.id.name))


def _active(calls: AdminCalls, project: str, domain: str) -> list[LaunchPlan]:

    place = NamedEntityIdentifier(project=project, domain=domain)

    def fetch(limit: int, token: str) -> Page[LaunchPlan]:
        request = ResourceListRequest(
            id=place, limit=limit, token=token, filters="eq(state,1)", sort_by=BY_ID
        )
        answer = calls.list_launch_plans(request)
        return Page(answer.launch_plans, answer.token)

    what = f"active launch plans of {project}/{domain}"
    return read_all(fetch, limit=PAGE, key=_row_key, what=what)


def _names(calls: AdminCalls, project: str, domain: str) -> list[str]:

    def fetch(limit: int, token: str) -> Page[Any]:
        request = NamedEntityIdentifierListRequest(
            project=project, domain=domain, limit=limit, token=token, sort_by=_BY_NAME
        )
        answer = calls.list_launch_plan_ids(request)
        return Page(answer.entities, answer.token)

    what = f"launch plans of {project}/{domain}"
    rows = read_all(fetch, limit=PAGE, key=lambda row: row.name, what=what)
    return [row.name for row in rows]


def _newest(calls: AdminCalls, project: str, domain: str, name: str) -> Sequence[LaunchPlan]:

    request = ResourceListRequest(
        id=NamedEntityIdentifier(project=project, domain=domain, name=name),
        limit=1,
        sort_by=_NEWEST,
    )
    plans: Sequence[LaunchPlan] = calls.list_launch_plans(request).launch_plans
    return plans


def _row_key(row: Any) -> tuple[str, str]:
    return row.id.name, row.id.version
