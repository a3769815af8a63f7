"""Projects, domains, and the attributes that count in them."""

from collections.abc import Iterator, Sequence
from typing import Any

from flyteidl.admin.matchable_resource_pb2 import (
    ListMatchableAttributesRequest,
    ListMatchableAttributesResponse,
)
from flyteidl.admin.project_attributes_pb2 import (
    ProjectAttributes,
    ProjectAttributesDeleteRequest,
    ProjectAttributesGetRequest,
    ProjectAttributesGetResponse,
    ProjectAttributesUpdateRequest,
)
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesDeleteRequest,
    ProjectDomainAttributesGetRequest,
    ProjectDomainAttributesGetResponse,
    ProjectDomainAttributesUpdateRequest,
)
from flyteidl.admin.project_pb2 import (
    Domain,
    GetDomainRequest,
    Project,
    ProjectGetRequest,
    ProjectListRequest,
    ProjectRegisterRequest,
    Projects,
)
from flyteidl.admin.workflow_attributes_pb2 import (
    WorkflowAttributes,
    WorkflowAttributesDeleteRequest,
    WorkflowAttributesGetRequest,
    WorkflowAttributesGetResponse,
    WorkflowAttributesUpdateRequest,
)

from reconciler.admin.client import fields
from reconciler.admin.client.base import Based, Source
from reconciler.admin.client.filters import spell
from reconciler.admin.client.ids import message_of
from reconciler.admin.client.sorts import Sort, sorted_by
from reconciler.admin.client.streaming import PAGE

_BY_ID = Sort("identifier")


class Places(Based):
    """Projects and domains; attributes of a project, of one of its domains, of a workflow there.

    A `resource_type` is a number of flyteidl's MatchableResource; `matching_attributes` are
    flyteidl's MatchingAttributes or flytekit's. An update replaces the row whole, but for plugin
    overrides; a delete takes the rows below it along.
    """

    def register_project(self, project: Any) -> None:
        """Make a project; flyteidl's message keeps all of it, labels too.

        Raises: AlreadyExistsError if there is one of that id, whatever it says.
        """
        self.calls.register_project(ProjectRegisterRequest(project=message_of(project)))

    def update_project(self, project: Any) -> None:
        """Set name, description, labels and state of a project.

        Admin leaves a name or description that is empty and labels that are absent, and sets the
        state always: begin with what `get_project` gives. Its domains, which are the server's,
        are not sent.
        """
        request = Project()
        request.CopyFrom(message_of(project))
        del request.domains[:]
        self.calls.update_project(request)

    def get_project(self, id: str, *, org: str = "") -> Project:
        """A project by its id."""
        return self.calls.get_project(ProjectGetRequest(id=id, org=org))

    def list_projects(self, project_list_request: ProjectListRequest | None = None) -> Projects:
        """A page of projects by Admin's own messages; all that are not archived without one."""
        return self.calls.list_projects(project_list_request or ProjectListRequest())

    def list_projects_paginated(
        self,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[Project], str]:
        """A page of projects, by id, and the token of the next."""
        return self._projects(filters, sort_by).page(limit, token)

    def iter_projects(
        self,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[Project]:
        """Every project but the archived ones, of which a filter by `state` asks."""
        return self._projects(filters, sort_by).every(page_size, limit)

    def get_domains(self) -> Sequence[Domain]:
        """The domains that every project has."""
        return list(self.calls.get_domains(GetDomainRequest()).domains)

    def update_project_attributes(self, project: str, matching_attributes: Any) -> None:
        """Set one type of attributes of a project."""
        attributes = ProjectAttributes(
            project=project, matching_attributes=message_of(matching_attributes)
        )
        self.calls.update_project_attributes(ProjectAttributesUpdateRequest(attributes=attributes))

    def get_project_attributes(
        self, project: str, resource_type: int
    ) -> ProjectAttributesGetResponse:
        """One type of attributes of a project, or what counts where it has none."""
        request = ProjectAttributesGetRequest(project=project, resource_type=resource_type)
        return self.calls.get_project_attributes(request)

    def delete_project_attributes(self, project: str, resource_type: int) -> None:
        """Remove one type of attributes of a project, of its domains and workflows."""
        request = ProjectAttributesDeleteRequest(project=project, resource_type=resource_type)
        self.calls.delete_project_attributes(request)

    def update_project_domain_attributes(
        self, project: str, domain: str, matching_attributes: Any
    ) -> None:
        """Set one type of attributes of a domain of a project."""
        attributes = ProjectDomainAttributes(
            project=project, domain=domain, matching_attributes=message_of(matching_attributes)
        )
        request = ProjectDomainAttributesUpdateRequest(attributes=attributes)
        self.calls.update_project_domain_attributes(request)

    def get_project_domain_attributes(
        self, project: str, domain: str, resource_type: int
    ) -> ProjectDomainAttributesGetResponse:
        """One type of attributes of a domain of a project, or what counts where it has none."""
        request = ProjectDomainAttributesGetRequest(
            project=project, domain=domain, resource_type=resource_type
        )
        return self.calls.get_project_domain_attributes(request)

    def delete_project_domain_attributes(
        self, project: str, domain: str, resource_type: int
    ) -> None:
        """Remove one type of attributes of a domain of a project, and of its workflows."""
        request = ProjectDomainAttributesDeleteRequest(
            project=project, domain=domain, resource_type=resource_type
        )
        self.calls.delete_project_domain_attributes(request)

    def update_workflow_attributes(
        self, project: str, domain: str, workflow: str, matching_attributes: Any
    ) -> None:
        """Set one type of attributes of a workflow."""
        attributes = WorkflowAttributes(
            project=project,
            domain=domain,
            workflow=workflow,
            matching_attributes=message_of(matching_attributes),
        )
        request = WorkflowAttributesUpdateRequest(attributes=attributes)
        self.calls.update_workflow_attributes(request)

    def get_workflow_attributes(
        self, project: str, domain: str, workflow: str, resource_type: int
    ) -> WorkflowAttributesGetResponse:
        """One type of attributes of a workflow, or what counts where it has none."""
        request = WorkflowAttributesGetRequest(
            project=project, domain=domain, workflow=workflow, resource_type=resource_type
        )
        return self.calls.get_workflow_attributes(request)

    def delete_workflow_attributes(
        self, project: str, domain: str, workflow: str, resource_type: int
    ) -> None:
        """Remove one type of attributes of a workflow."""
        request = WorkflowAttributesDeleteRequest(
            project=project, domain=domain, workflow=workflow, resource_type=resource_type
        )
        self.calls.delete_workflow_attributes(request)

    def list_matchable_attributes(self, resource_type: int) -> ListMatchableAttributesResponse:
        """Every row of one type of attributes there is, whosever it is."""
        request = ListMatchableAttributesRequest(resource_type=resource_type)
        return self.calls.list_matchable_attributes(request)

    def _projects(self, filters: Any, sort_by: Any) -> Source:
        listing = fields.PROJECTS
        request = ProjectListRequest(
            filters=spell(filters, listing), sort_by=sorted_by(sort_by, listing, _BY_ID)
        )
        return Source("projects", self.calls.list_projects, request, "projects", _key)


def _key(row: Any) -> str:
    id: str = row.id
    return id
