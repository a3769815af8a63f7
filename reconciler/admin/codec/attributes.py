"""Matchable attributes: one message, and three calls for it by level.

Source: admin-contract 8 (flyteadmin `pkg/manager/impl/resources/resource_manager.go`).
"""

from typing import Any

from flyteidl.admin.matchable_resource_pb2 import (
    MatchableAttributesConfiguration,
    MatchingAttributes,
)
from flyteidl.admin.project_attributes_pb2 import (
    ProjectAttributes,
    ProjectAttributesDeleteRequest,
    ProjectAttributesUpdateRequest,
)
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesDeleteRequest,
    ProjectDomainAttributesUpdateRequest,
)
from flyteidl.admin.workflow_attributes_pb2 import (
    WorkflowAttributes,
    WorkflowAttributesDeleteRequest,
    WorkflowAttributesUpdateRequest,
)

from reconciler.model import (
    ATTRIBUTE_FACETS,
    ATTRIBUTE_FIELDS,
    ATTRIBUTE_NUMBERS,
    Kind,
    Resource,
    ResourceId,
    normalised,
)


def to_update(resource: Resource) -> Any:
    """Return the update request of the row's level.

    Raises: ValueError unless `spec` holds attributes of the very type that the id says, for
        Admin goes by the message alone.
    """
    id, spec = resource.id, resource.spec
    if not isinstance(spec, MatchingAttributes):
        raise ValueError(f"{id} needs a spec of MatchingAttributes, not {type(spec).__name__}")
    if spec.WhichOneof("target") != ATTRIBUTE_FIELDS[id.facet]:
        raise ValueError(f"{id} cannot hold {spec.WhichOneof('target')}")
    if id.name:
        return WorkflowAttributesUpdateRequest(
            attributes=WorkflowAttributes(
                project=id.project, domain=id.domain, workflow=id.name, matching_attributes=spec
            )
        )
    if id.domain:
        return ProjectDomainAttributesUpdateRequest(
            attributes=ProjectDomainAttributes(
                project=id.project, domain=id.domain, matching_attributes=spec
            )
        )
    return ProjectAttributesUpdateRequest(
        attributes=ProjectAttributes(project=id.project, matching_attributes=spec)
    )


def to_delete(id: ResourceId) -> Any:
    """Return the delete request of the row's level; it takes the rows below with it."""
    number = ATTRIBUTE_NUMBERS[id.facet]
    if id.name:
        return WorkflowAttributesDeleteRequest(
            project=id.project, domain=id.domain, workflow=id.name, resource_type=number
        )
    if id.domain:
        return ProjectDomainAttributesDeleteRequest(
            project=id.project, domain=id.domain, resource_type=number
        )
    return ProjectAttributesDeleteRequest(project=id.project, resource_type=number)


def from_row(row: MatchableAttributesConfiguration) -> Resource | None:
    """Read a row of the list; None for one that no manifest can name.

    Those are rows of no project, which count for all of them, and rows of launch plans, which
    no call writes.
    """
    facet = ATTRIBUTE_FACETS.get(row.attributes.WhichOneof("target") or "")
    placed = row.project and (row.domain or not row.workflow)
    if facet is None or not placed or row.launch_plan:
        return None
    id = ResourceId(Kind.ATTRIBUTES, row.project, row.domain, row.workflow, facet=facet)
    return Resource(id, spec=normalised(row.attributes))
