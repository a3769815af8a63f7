"""Projects, domains and their attributes: request in, answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.admin import rpc
from reconciler.admin.calls.call import Calling

if TYPE_CHECKING:  # what a command does not call, it does not load
    from flyteidl.admin.matchable_resource_pb2 import (
        ListMatchableAttributesRequest,
        ListMatchableAttributesResponse,
    )
    from flyteidl.admin.project_attributes_pb2 import (
        ProjectAttributesDeleteRequest,
        ProjectAttributesDeleteResponse,
        ProjectAttributesGetRequest,
        ProjectAttributesGetResponse,
        ProjectAttributesUpdateRequest,
        ProjectAttributesUpdateResponse,
    )
    from flyteidl.admin.project_domain_attributes_pb2 import (
        ProjectDomainAttributesDeleteRequest,
        ProjectDomainAttributesDeleteResponse,
        ProjectDomainAttributesGetRequest,
        ProjectDomainAttributesGetResponse,
        ProjectDomainAttributesUpdateRequest,
        ProjectDomainAttributesUpdateResponse,
    )
    from flyteidl.admin.project_pb2 import (
        GetDomainRequest,
        GetDomainsResponse,
        Project,
        ProjectGetRequest,
        ProjectListRequest,
        ProjectRegisterRequest,
        ProjectRegisterResponse,
        Projects,
        ProjectUpdateResponse,
    )
    from flyteidl.admin.workflow_attributes_pb2 import (
        WorkflowAttributesDeleteRequest,
        WorkflowAttributesDeleteResponse,
        WorkflowAttributesGetRequest,
        WorkflowAttributesGetResponse,
        WorkflowAttributesUpdateRequest,
        WorkflowAttributesUpdateResponse,
    )


class PlaceCalls(Calling):
    """Projects, domains and their attributes."""

    def register_project(self, request: ProjectRegisterRequest) -> ProjectRegisterResponse:
        """Make a project; one that is there is AlreadyExistsError, whatever it holds."""
        return self._call(rpc.REGISTER_PROJECT, request)

    def update_project(self, request: Project) -> ProjectUpdateResponse:
        """Set a project's state, and its name, description and labels where they are said."""
        return self._call(rpc.UPDATE_PROJECT, request)

    def get_project(self, request: ProjectGetRequest) -> Project:
        """One project, archived ones too."""
        return self._call(rpc.GET_PROJECT, request)

    def list_projects(self, request: ProjectListRequest) -> Projects:
        """Projects; the archived ones only where a filter asks for their state."""
        return self._call(rpc.LIST_PROJECTS, request)

    def get_domains(self, request: GetDomainRequest) -> GetDomainsResponse:
        """The domains that the server is configured for."""
        return self._call(rpc.GET_DOMAINS, request)

    def update_project_attributes(
        self, request: ProjectAttributesUpdateRequest
    ) -> ProjectAttributesUpdateResponse:
        """Set one type of attributes of a project, in place of what it had."""
        return self._call(rpc.UPDATE_PROJECT_ATTRIBUTES, request)

    def get_project_attributes(
        self, request: ProjectAttributesGetRequest
    ) -> ProjectAttributesGetResponse:
        """One type of attributes of a project."""
        return self._call(rpc.GET_PROJECT_ATTRIBUTES, request)

    def delete_project_attributes(
        self, request: ProjectAttributesDeleteRequest
    ) -> ProjectAttributesDeleteResponse:
        """Remove one type of attributes of a project, and of all that lies below it."""
        return self._call(rpc.DELETE_PROJECT_ATTRIBUTES, request)

    def update_project_domain_attributes(
        self, request: ProjectDomainAttributesUpdateRequest
    ) -> ProjectDomainAttributesUpdateResponse:
        """Set one type of attributes of a project in a domain."""
        return self._call(rpc.UPDATE_PROJECT_DOMAIN_ATTRIBUTES, request)

    def get_project_domain_attributes(
        self, request: ProjectDomainAttributesGetRequest
    ) -> ProjectDomainAttributesGetResponse:
        """One type of attributes of a project in a domain, or of what is above."""
        return self._call(rpc.GET_PROJECT_DOMAIN_ATTRIBUTES, request)

    def delete_project_domain_attributes(
        self, request: ProjectDomainAttributesDeleteRequest
    ) -> ProjectDomainAttributesDeleteResponse:
        """Remove one type of attributes of a project in a domain and below it."""
        return self._call(rpc.DELETE_PROJECT_DOMAIN_ATTRIBUTES, request)

    def update_workflow_attributes(
        self, request: WorkflowAttributesUpdateRequest
    ) -> WorkflowAttributesUpdateResponse:
        """Set one type of attributes of a workflow."""
        return self._call(rpc.UPDATE_WORKFLOW_ATTRIBUTES, request)

    def get_workflow_attributes(
        self, request: WorkflowAttributesGetRequest
    ) -> WorkflowAttributesGetResponse:
        """One type of attributes of a workflow, or else of what is above it."""
        return self._call(rpc.GET_WORKFLOW_ATTRIBUTES, request)

    def delete_workflow_attributes(
        self, request: WorkflowAttributesDeleteRequest
    ) -> WorkflowAttributesDeleteResponse:
        """Remove one type of attributes of a workflow."""
        return self._call(rpc.DELETE_WORKFLOW_ATTRIBUTES, request)

    def list_matchable_attributes(
        self, request: ListMatchableAttributesRequest
    ) -> ListMatchableAttributesResponse:
        """Every row of one type of attributes, of all projects."""
        return self._call(rpc.LIST_MATCHABLE_ATTRIBUTES, request)
