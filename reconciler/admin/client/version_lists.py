"""Lists of tasks, workflows, launch plans, their names and descriptions."""

from collections.abc import Iterator
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntityIdentifier,
    NamedEntityIdentifierListRequest,
    ResourceListRequest,
)
from flyteidl.admin.description_entity_pb2 import DescriptionEntity, DescriptionEntityListRequest
from flyteidl.admin.launch_plan_pb2 import ActiveLaunchPlanListRequest, LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow

from reconciler.admin.client import fields
from reconciler.admin.client.base import Based, Source, by_id, typed
from reconciler.admin.client.filters import spell
from reconciler.admin.client.ids import LAUNCH_PLAN, TASK, WORKFLOW, name_id, place
from reconciler.admin.client.sorts import Sort, sorted_by
from reconciler.admin.client.streaming import PAGE

# The automatic number of a row: unique, ascending, never changed; so in order of creation.
_BY_ROW = Sort("id")
_BY_NAME = Sort("name")


class VersionLists(Based):
    """Pages with tokens, and iterators that give every row.

    A list of versions is of a project and domain, or of one name in it: any id that says so, or
    a tuple `(project, domain)` or `(project, domain, name)`. Filters are values (see `filters`)
    or Admin's own language; an order is a value (see `sorts`), and without one the first made
    comes first.
    """

    def list_tasks_paginated(
        self,
        identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[Task], str]:
        """A page of versions of tasks, and the token of the next."""
        return self._tasks(identifier, filters, sort_by).page(limit, token)

    def iter_tasks(
        self,
        identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[Task]:
        """Every version of the tasks of a place."""
        return self._tasks(identifier, filters, sort_by).every(page_size, limit)

    def list_workflows_paginated(
        self,
        identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[Workflow], str]:
        """A page of versions of workflows, without their closures, and the token of the next."""
        return self._workflows(identifier, filters, sort_by).page(limit, token)

    def iter_workflows(
        self,
        identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[Workflow]:
        """Every version of the workflows of a place; of their closures only the interface."""
        return self._workflows(identifier, filters, sort_by).every(page_size, limit)

    def list_launch_plans_paginated(
        self,
        identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[LaunchPlan], str]:
        """A page of versions of launch plans, and the token of the next."""
        return self._launch_plans(identifier, filters, sort_by).page(limit, token)

    def iter_launch_plans(
        self,
        identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[LaunchPlan]:
        """Every version of the launch plans of a place; `eq("state", "ACTIVE")` for the active."""
        return self._launch_plans(identifier, filters, sort_by).every(page_size, limit)

    def list_active_launch_plans_paginated(
        self,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        sort_by: Any = None,
    ) -> tuple[list[LaunchPlan], str]:
        """A page of the active launch plans, and the token of the next."""
        return self._active(project, domain, sort_by).page(limit, token)

    def iter_active_launch_plans(
        self,
        project: str,
        domain: str,
        *,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[LaunchPlan]:
        """Every active launch plan of a place."""
        return self._active(project, domain, sort_by).every(page_size, limit)

    def list_task_ids_paginated(
        self,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        sort_by: Any = None,
    ) -> tuple[list[NamedEntityIdentifier], str]:
        """A page of the names of tasks, and the token of the next."""
        return self._ids(self.calls.list_task_ids, project, domain, sort_by).page(limit, token)

    def iter_task_ids(
        self,
        project: str,
        domain: str,
        *,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[NamedEntityIdentifier]:
        """The name of every task, by name."""
        return self._ids(self.calls.list_task_ids, project, domain, sort_by).every(
            page_size, limit
        )

    def list_workflow_ids_paginated(
        self,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        sort_by: Any = None,
    ) -> tuple[list[NamedEntityIdentifier], str]:
        """A page of the names of workflows, and the token of the next."""
        return self._ids(self.calls.list_workflow_ids, project, domain, sort_by).page(limit, token)

    def iter_workflow_ids(
        self,
        project: str,
        domain: str,
        *,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[NamedEntityIdentifier]:
        """The name of every workflow, by name."""
        return self._ids(self.calls.list_workflow_ids, project, domain, sort_by).every(
            page_size, limit
        )

    def list_launch_plan_ids_paginated(
        self,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        sort_by: Any = None,
    ) -> tuple[list[NamedEntityIdentifier], str]:
        """A page of the names of launch plans, and the token of the next."""
        source = self._ids(self.calls.list_launch_plan_ids, project, domain, sort_by)
        return source.page(limit, token)

    def iter_launch_plan_ids(
        self,
        project: str,
        domain: str,
        *,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[NamedEntityIdentifier]:
        """The name of every launch plan, by name."""
        source = self._ids(self.calls.list_launch_plan_ids, project, domain, sort_by)
        return source.every(page_size, limit)

    def list_description_entities_paginated(
        self,
        resource_type: int,
        identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[DescriptionEntity], str]:
        """A page of what the versions of one name say about themselves."""
        source = self._descriptions(resource_type, identifier, filters, sort_by)
        return source.page(limit, token)

    def iter_description_entities(
        self,
        resource_type: int,
        identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[DescriptionEntity]:
        """What every version of one name says about itself."""
        source = self._descriptions(resource_type, identifier, filters, sort_by)
        return source.every(page_size, limit)

    def _tasks(self, identifier: Any, filters: Any, sort_by: Any) -> Source:
        request = _versions(fields.TASKS, identifier, filters, sort_by)
        return Source("tasks", self.calls.list_tasks, request, "tasks", by_id, typed(TASK))

    def _workflows(self, identifier: Any, filters: Any, sort_by: Any) -> Source:
        request = _versions(fields.WORKFLOWS, identifier, filters, sort_by)
        call = self.calls.list_workflows
        return Source("workflows", call, request, "workflows", by_id, typed(WORKFLOW))

    def _launch_plans(self, identifier: Any, filters: Any, sort_by: Any) -> Source:
        request = _versions(fields.LAUNCH_PLANS, identifier, filters, sort_by)
        call = self.calls.list_launch_plans
        return Source("launch plans", call, request, "launch_plans", by_id, typed(LAUNCH_PLAN))

    def _active(self, project: str, domain: str, sort_by: Any) -> Source:
        listing = fields.ACTIVE_LAUNCH_PLANS
        request = ActiveLaunchPlanListRequest(
            project=project, domain=domain, sort_by=sorted_by(sort_by, listing, _BY_ROW)
        )
        call = self.calls.list_active_launch_plans
        return Source(listing.what, call, request, "launch_plans", by_id, typed(LAUNCH_PLAN))

    def _ids(self, call: Any, project: str, domain: str, sort_by: Any) -> Source:
        order = sorted_by(sort_by, fields.IDS, _BY_NAME)
        request = NamedEntityIdentifierListRequest(project=project, domain=domain, sort_by=order)
        return Source("names", call, request, "entities", _name)

    def _descriptions(
        self, resource_type: int, identifier: Any, filters: Any, sort_by: Any
    ) -> Source:
        listing = fields.DESCRIPTIONS
        request = DescriptionEntityListRequest(
            resource_type=resource_type,
            id=name_id(identifier),
            filters=spell(filters, listing),
            sort_by=sorted_by(sort_by, listing, _BY_ROW),
        )
        call = self.calls.list_description_entities
        return Source(listing.what, call, request, "descriptionEntities", by_id)


def _versions(
    listing: fields.Listing, identifier: Any, filters: Any, sort_by: Any
) -> ResourceListRequest:
    return ResourceListRequest(
        id=place(identifier),
        filters=spell(filters, listing),
        sort_by=sorted_by(sort_by, listing, _BY_ROW),
    )


def _name(row: Any) -> tuple[str, str, str]:
    return row.project, row.domain, row.name
