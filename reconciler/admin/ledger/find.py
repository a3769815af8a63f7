"""Find the ledgers of an Admin, for whoever has nothing but its address."""

from collections.abc import Sequence
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityIdentifierListRequest, Sort
from flyteidl.admin.project_pb2 import GetDomainRequest, ProjectListRequest

from reconciler.admin.calls import AdminCalls
from reconciler.admin.paging import Page, read_all
from reconciler.admin.pool import Pool
from reconciler.admin.queries import PAGE
from reconciler.model import LEDGER_PREFIX

_BY_NAME = Sort(key="name", direction=Sort.ASCENDING)


def find_ledgers(calls: AdminCalls, pool: Pool) -> Sequence[tuple[str, str, str]]:
    """Return project, domain and workspace of each ledger, sorted.

    Cost: the names of all tasks, for Admin filters these lists by nothing but their place.
    """
    domains = [one.id for one in calls.get_domains(GetDomainRequest()).domains]
    projects = [one.id for one in calls.list_projects(ProjectListRequest()).projects]
    scopes = [(project, domain) for project in projects for domain in domains]
    found = pool.map(lambda scope: _workspaces(calls, *scope), scopes)
    return sorted(
        (*scope, workspace)
        for scope, workspaces in zip(scopes, found, strict=True)
        for workspace in workspaces
    )


def _workspaces(calls: AdminCalls, project: str, domain: str) -> list[str]:
    def fetch(limit: int, token: str) -> Page[Any]:
        request = NamedEntityIdentifierListRequest(
            project=project, domain=domain, limit=limit, token=token, sort_by=_BY_NAME
        )
        answer = calls.list_task_ids(request)
        return Page(answer.entities, answer.token)

    what = f"tasks of {project}/{domain}"
    rows = read_all(fetch, limit=PAGE, key=lambda row: row.name, what=what)
    return [
        row.name.removeprefix(LEDGER_PREFIX) for row in rows if row.name.startswith(LEDGER_PREFIX)
    ]
