"""Fetch what is registered: one version, the latest, the active one; now or when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from reconciler.model import Kind, ResourceId
from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from flyteidl.admin.project_pb2 import Domain, Project

    from reconciler.remote.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow, LazyEntity


class Fetching(Connected):
    """One version, the latest or the active one, now or when it is needed.

    Of all methods: `project` and `domain` are the default ones unless said; no `version`, or
    `latest`, is the one that was created last, whatever its name.

    Raises: ValueError without a name; NotFoundError (flytekit's `FlyteEntityNotExistException`) if
        there is none; AdminError or UnreachableError.
    """

    def fetch_task(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> FlyteTask:
        """Fetch a task. Cost: one call."""
        return cast("FlyteTask", self._fetch(Kind.TASK, project, domain, name, version))

    def fetch_workflow(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> FlyteWorkflow:
        """Fetch a workflow; what it launches is fetched when it is asked about.

        Cost: one call, two for the latest.
        """
        return cast("FlyteWorkflow", self._fetch(Kind.WORKFLOW, project, domain, name, version))

    def fetch_launch_plan(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> FlyteLaunchPlan:
        """Fetch a launch plan, active or not; its workflow is fetched when it is asked about.

        Cost: one call.
        """
        return cast(
            "FlyteLaunchPlan", self._fetch(Kind.LAUNCH_PLAN, project, domain, name, version)
        )

    def fetch_active_launchplan(
        self, project: str | None = None, domain: str | None = None, name: str | None = None
    ) -> FlyteLaunchPlan | None:
        """Fetch the active version of a launch plan; None if none is, or (torn) several are.

        Cost: one call.
        """
        from reconciler.remote.entities.fetch import fetch_active

        project, domain = self._place(project, domain)
        found: Any = fetch_active(
            self._connection.calls, project=project, domain=domain, name=_named(name)
        )
        return None if found is None else self._entity(found[0], found[1])

    def list_projects(self, filters: Any = None, sort_by: Any = None) -> list[Project]:
        """Every project but the archived ones, of which a filter by `state` asks.

        `filters` and `sort_by` are as `AdminClient` takes them.
        """
        return list(self.client.iter_projects(filters=filters, sort_by=sort_by))

    def get_domains(self) -> list[Domain]:
        """The domains that every project has."""
        return list(self.client.get_domains())

    def fetch_task_lazy(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> LazyEntity[FlyteTask]:
        """A task that is fetched once something of it is asked."""
        return self._lazy(Kind.TASK, project, domain, name, version)

    def fetch_workflow_lazy(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> LazyEntity[FlyteWorkflow]:
        """A workflow that is fetched once something of it is asked."""
        return self._lazy(Kind.WORKFLOW, project, domain, name, version)

    def fetch_launch_plan_lazy(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> LazyEntity[FlyteLaunchPlan]:
        """A launch plan that is fetched once something of it is asked."""
        return self._lazy(Kind.LAUNCH_PLAN, project, domain, name, version)

    def list_tasks_by_version(
        self,
        version: str,
        project: str | None = None,
        domain: str | None = None,
        limit: int | None = None,
    ) -> list[FlyteTask]:
        """Every task of a version, by name.

        Args:
            limit: The most that are wanted; None for all, however many pages they take.
        """
        return self._listed(Kind.TASK, version, project, domain, limit)

    def list_workflows_by_version(
        self,
        version: str,
        project: str | None = None,
        domain: str | None = None,
        limit: int | None = None,
    ) -> list[FlyteWorkflow]:
        """Every workflow of a version, by name; each reads its content once it is asked for."""
        return self._listed(Kind.WORKFLOW, version, project, domain, limit)

    def list_launch_plans_by_version(
        self,
        version: str,
        project: str | None = None,
        domain: str | None = None,
        limit: int | None = None,
    ) -> list[FlyteLaunchPlan]:
        """Every launch plan of a version, by name."""
        return self._listed(Kind.LAUNCH_PLAN, version, project, domain, limit)

    def _fetch(
        self,
        kind: Kind,
        project: str | None,
        domain: str | None,
        name: str | None,
        version: str | None,
    ) -> Any:
        from reconciler.remote.entities.fetch import LATEST, fetch, fetch_latest

        project, domain = self._place(project, domain)
        calls = self._connection.calls
        if version is None or version == LATEST:
            id, message = fetch_latest(
                calls, kind, project=project, domain=domain, name=_named(name)
            )
        else:
            id = ResourceId(kind, project, domain, _named(name), version)
            message = fetch(calls, id)
        return self._entity(id, message)

    def _lazy(
        self,
        kind: Kind,
        project: str | None,
        domain: str | None,
        name: str | None,
        version: str | None,
    ) -> LazyEntity[Any]:
        from reconciler.remote.entities import LazyEntity
        from reconciler.remote.entities.fetch import LATEST

        project, domain = self._place(project, domain)
        name = _named(name)
        is_known = version is not None and version != LATEST
        id = ResourceId(kind, project, domain, name, version or "") if is_known else None
        return LazyEntity(name, lambda: self._fetch(kind, project, domain, name, version), id=id)

    def _listed(
        self, kind: Kind, version: str, project: str | None, domain: str | None, limit: int | None
    ) -> list[Any]:
        from reconciler.remote.entities.fetch import list_by_version

        project, domain = self._place(project, domain)
        found = list_by_version(
            self._connection.calls,
            kind,
            project=project,
            domain=domain,
            version=version,
            limit=limit,
        )
        return [self._entity(id, message) for id, message in found]

    def _entity(self, id: ResourceId, message: Any | None) -> Any:
        return self._entities()(id, message=message)

    def _entities(self) -> Any:
        """What makes entities that read the rest of themselves on this connection."""
        from reconciler.remote.entities.fetch import fetch
        from reconciler.remote.register.registrar import entity_maker

        def load(id: ResourceId) -> Any:
            return fetch(self._connection.calls, id)

        def refer(id: ResourceId) -> LazyEntity[Any]:
            return self._lazy(id.kind, id.project, id.domain, id.name, id.version)

        return entity_maker(load, refer)


def _named(name: str | None) -> str:
    if not name:
        raise ValueError("a name must be said")
    return name
