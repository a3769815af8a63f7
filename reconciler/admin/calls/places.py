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
        return self._call(rpc.REGISTER_PROJECT, request)

    def update_project(self, request: Project) -> ProjectUpdateResponse:
        return self._call(rpc.UPDATE_PROJECT, request)

    def get_project(self, request: ProjectGetRequest) -> Project:
        return self._call(rpc.GET_PROJECT, request)

    def list_projects(self, request: ProjectListRequest) -> Projects:
        return self._call(rpc.LIST_PROJECTS, request)

    def get_domains(self, request: GetDomainRequest) -> GetDomainsResponse:
        return self._call(rpc.GET_DOMAINS, request)

    def update_project_attributes(
        self, request: ProjectAttributesUpdateRequest
    ) -> ProjectAttributesUpdateResponse:
        return self._call(rpc.UPDATE_PROJECT_ATTRIBUTES, request)

    def get_project_attributes(
        self, request: ProjectAttributesGetRequest
    ) -> ProjectAttributesGetResponse:
        return self._call(rpc.GET_PROJECT_ATTRIBUTES, request)

    def delete_project_attributes(
        self, request: ProjectAttributesDeleteRequest
    ) -> ProjectAttributesDeleteResponse:
        return self._call(rpc.DELETE_PROJECT_ATTRIBUTES, request)

    def update_project_domain_attributes(
        self, request: ProjectDomainAttributesUpdateRequest
    ) -> ProjectDomainAttributesUpdateResponse:
        return self._call(rpc.UPDATE_PROJECT_DOMAIN_ATTRIBUTES, request)

    def get_project_domain_attributes(
        self, request: ProjectDomainAttributesGetRequest
    ) -> ProjectDomainAttributesGetResponse:
        return self._call(rpc.GET_PROJECT_DOMAIN_ATTRIBUTES, request)

    def delete_project_domain_attributes(
        self, request: ProjectDomainAttributesDeleteRequest
    ) -> ProjectDomainAttributesDeleteResponse:
        return self._call(rpc.DELETE_PROJECT_DOMAIN_ATTRIBUTES, request)

    def update_workflow_attributes(
        self, request: WorkflowAttributesUpdateRequest
    ) -> WorkflowAttributesUpdateResponse:
        return self._call(rpc.UPDATE_WORKFLOW_ATTRIBUTES, request)

    def get_workflow_attributes(
        self, request: WorkflowAttributesGetRequest
    ) -> WorkflowAttributesGetResponse:
        return self._call(rpc.GET_WORKFLOW_ATTRIBUTES, request)

    def delete_workflow_attributes(
        self, request: WorkflowAttributesDeleteRequest
    ) -> WorkflowAttributesDeleteResponse:
        return self._call(rpc.DELETE_WORKFLOW_ATTRIBUTES, request)

    def list_matchable_attributes(
        self, request: ListMatchableAttributesRequest
    ) -> ListMatchableAttributesResponse:
        return self._call(rpc.LIST_MATCHABLE_ATTRIBUTES, request)
