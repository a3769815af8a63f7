"""Matchable attributes: settings of a project, of one of its domains, or of a workflow in it.

Source: flyteadmin/pkg/manager/impl/resources/resource_manager.go,
validation/attributes_validator.go, repositories/gormimpl/resource_repo.go.
"""

from dataclasses import dataclass
from typing import Any

from flyteidl.admin import (
    matchable_resource_pb2,
    project_attributes_pb2,
    project_domain_attributes_pb2,
    project_pb2,
    workflow_attributes_pb2,
)

from reconciler.sandbox.attributes import find_row, type_name
from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import (
    Refusal,
    internal,
    invalid,
    invalid_value,
    missing,
    not_found,
)
from reconciler.sandbox.execution_config import fill_from_server
from reconciler.sandbox.store import Session
from reconciler.sandbox.validation import check_project_and_domain, find_project

PROJECT_PRIORITY, DOMAIN_PRIORITY, WORKFLOW_PRIORITY = 5, 10, 100

_PLUGIN_OVERRIDE = matchable_resource_pb2.PLUGIN_OVERRIDE
_EXECUTION_CONFIG = matchable_resource_pb2.WORKFLOW_EXECUTION_CONFIG

# Which member of MatchingAttributes says which type; a quality of service cannot be updated.
_TYPES = {
    "task_resource_attributes": matchable_resource_pb2.TASK_RESOURCE,
    "cluster_resource_attributes": matchable_resource_pb2.CLUSTER_RESOURCE,
    "execution_queue_attributes": matchable_resource_pb2.EXECUTION_QUEUE,
    "execution_cluster_label": matchable_resource_pb2.EXECUTION_CLUSTER_LABEL,
    "plugin_overrides": _PLUGIN_OVERRIDE,
    "workflow_execution_config": _EXECUTION_CONFIG,
    "cluster_assignment": matchable_resource_pb2.CLUSTER_ASSIGNMENT,
}

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@dataclass(frozen=True)
class _Key:
    """Whom attributes are for, and of which type they are."""

    project: str
    domain: str = ""
    workflow: str = ""
    resource_type: int = 0

    @property
    def columns(self) -> dict[str, str]:
        """The parts that are not empty: Admin's conditions leave the others out."""
        parts = {
            "project": self.project,
            "domain": self.domain,
            "workflow": self.workflow,
            "resource_type": type_name(self.resource_type),
        }
        return {name: value for name, value in parts.items() if value}

    def __str__(self) -> str:
        parts = (self.project, self.domain, self.workflow, "", type_name(self.resource_type))
        return f"{{{' '.join(parts)}}}"


@admin.handles("UpdateProjectAttributes")
def update_project_attributes(call: Call, request: Any) -> Any:
    """Write a project's row."""
    attributes = _attributes(request)
    with call.store.write() as session:
        _check_project(session, attributes.project)
        key = _Key(attributes.project, resource_type=_type(attributes, attributes.project))
        _write(call, session, key, PROJECT_PRIORITY, attributes.matching_attributes)
    return project_attributes_pb2.ProjectAttributesUpdateResponse()


@admin.handles("UpdateProjectDomainAttributes")
def update_project_domain_attributes(call: Call, request: Any) -> Any:
    """Write the row of a project's domain."""
    attributes = _attributes(request)
    with call.store.write() as session:
        check_project_and_domain(
            session, call.config, project=attributes.project, domain=attributes.domain
        )
        resource_type = _type(attributes, attributes.project, attributes.domain)
        key = _Key(attributes.project, attributes.domain, resource_type=resource_type)
        _write(call, session, key, DOMAIN_PRIORITY, attributes.matching_attributes)
    return project_domain_attributes_pb2.ProjectDomainAttributesUpdateResponse()


@admin.handles("UpdateWorkflowAttributes")
def update_workflow_attributes(call: Call, request: Any) -> Any:
    """Write a workflow's row; there need be no such workflow."""
    attributes = _attributes(request)
    ids = (attributes.project, attributes.domain, attributes.workflow)
    with call.store.write() as session:
        _check_workflow(call, session, attributes)
        key = _Key(*ids, _type(attributes, *ids))
        _write(call, session, key, WORKFLOW_PRIORITY, attributes.matching_attributes)
    return workflow_attributes_pb2.WorkflowAttributesUpdateResponse()


@admin.handles("GetProjectAttributes")
def get_project_attributes(call: Call, request: Any) -> Any:
    """Return a project's own row; execution settings never lack, the server's fill them up."""
    key = _Key(request.project, resource_type=request.resource_type)
    with call.store.read() as session:
        _check_project_exists(session, request.project)
        if not request.project:
            raise _unexpected(key)
        row = session.one(
            "SELECT * FROM resources WHERE project = ? AND domain = '' AND workflow = '' "
            "AND launch_plan = '' AND resource_type = ?",
            (request.project, type_name(request.resource_type)),
        )
    attributes = project_attributes_pb2.ProjectAttributes(project=request.project)
    if row is not None:
        attributes.matching_attributes.CopyFrom(_stored(row))
    elif request.resource_type != _EXECUTION_CONFIG:
        raise _missing(key)
    if request.resource_type == _EXECUTION_CONFIG:
        settings = attributes.matching_attributes.workflow_execution_config
        fill_from_server(settings, call.config.application)
        attributes.matching_attributes.workflow_execution_config.CopyFrom(settings)
    return project_attributes_pb2.ProjectAttributesGetResponse(attributes=attributes)


@admin.handles("GetProjectDomainAttributes")
def get_project_domain_attributes(call: Call, request: Any) -> Any:
    """Return the row of the domain, or failing that a less specific one."""
    key = _Key(request.project, request.domain, resource_type=request.resource_type)
    with call.store.read() as session:
        check_project_and_domain(
            session, call.config, project=request.project, domain=request.domain
        )
        row = _most_specific(session, key)
    return project_domain_attributes_pb2.ProjectDomainAttributesGetResponse(
        attributes=project_domain_attributes_pb2.ProjectDomainAttributes(
            project=row["project"], domain=row["domain"], matching_attributes=_stored(row)
        )
    )


@admin.handles("GetWorkflowAttributes")
def get_workflow_attributes(call: Call, request: Any) -> Any:
    """Return the row of the workflow, or failing that a less specific one."""
    key = _Key(request.project, request.domain, request.workflow, request.resource_type)
    with call.store.read() as session:
        _check_workflow(call, session, request)
        if not request.project:
            raise _unexpected(key)
        row = _most_specific(session, key)
    return workflow_attributes_pb2.WorkflowAttributesGetResponse(
        attributes=workflow_attributes_pb2.WorkflowAttributes(
            project=row["project"],
            domain=row["domain"],
            workflow=row["workflow"],
            matching_attributes=_stored(row),
        )
    )


@admin.handles("DeleteProjectAttributes")
def delete_project_attributes(call: Call, request: Any) -> Any:
    """Remove the rows of a project: its own, its domains' and its workflows'."""
    with call.store.write() as session:
        _check_project(session, request.project)
        _delete(session, _Key(request.project, resource_type=request.resource_type))
    return project_attributes_pb2.ProjectAttributesDeleteResponse()


@admin.handles("DeleteProjectDomainAttributes")
def delete_project_domain_attributes(call: Call, request: Any) -> Any:
    """Remove the rows of a domain: its own and its workflows'."""
    with call.store.write() as session:
        check_project_and_domain(
            session, call.config, project=request.project, domain=request.domain
        )
        key = _Key(request.project, request.domain, resource_type=request.resource_type)
        _delete(session, key)
    return project_domain_attributes_pb2.ProjectDomainAttributesDeleteResponse()


@admin.handles("DeleteWorkflowAttributes")
def delete_workflow_attributes(call: Call, request: Any) -> Any:
    """Remove the row of a workflow."""
    with call.store.write() as session:
        _check_workflow(call, session, request)
        key = _Key(request.project, request.domain, request.workflow, request.resource_type)
        _delete(session, key)
    return workflow_attributes_pb2.WorkflowAttributesDeleteResponse()


@admin.handles("ListMatchableAttributes")
def list_matchable_attributes(call: Call, request: Any) -> Any:
    """Return every row of a type, the most specific first."""
    known = matchable_resource_pb2.MatchableResource.values()
    if request.resource_type not in known:
        raise invalid_value("resource_type")
    with call.store.read() as session:
        rows = session.all(
            "SELECT * FROM resources WHERE resource_type = ? ORDER BY priority DESC",
            (type_name(request.resource_type),),
        )
    return matchable_resource_pb2.ListMatchableAttributesResponse(
        configurations=[
            matchable_resource_pb2.MatchableAttributesConfiguration(
                attributes=_stored(row),
                domain=row["domain"],
                project=row["project"],
                workflow=row["workflow"],
                launch_plan=row["launch_plan"],
            )
            for row in rows
        ]
    )


def _attributes(request: Any) -> Any:
    if not request.HasField("attributes"):
        raise missing("attributes")
    return request.attributes


def _type(attributes: Any, *ids: str) -> int:
    """Return the type that the set member says."""
    if not attributes.HasField("matching_attributes"):
        raise missing("matching_attributes")
    resource_type = _TYPES.get(attributes.matching_attributes.WhichOneof("target") or "")
    if resource_type is None:
        raise invalid(f"Unrecognized matching attributes type for request {'->'.join(ids)}")
    return int(resource_type)


def _check_project(session: Session, project: str) -> None:
    row = _find_project(session, project, "is registered")
    if row["state"] != project_pb2.Project.ACTIVE:
        raise invalid(f"project [{project}] is not active")


def _check_project_exists(session: Session, project: str) -> None:
    _find_project(session, project, "exists")


def _find_project(session: Session, project: str, verb: str) -> Any:
    try:
        row = find_project(session, project)
        reason = f"project [{project}] not found"
    except Refusal as exc:
        row, reason = None, exc.message
    if row is None:
        raise invalid(f"failed to validate that project [{project}] {verb}, err: [{reason}]")
    return row


def _check_workflow(call: Call, session: Session, holder: Any) -> None:
    check_project_and_domain(session, call.config, project=holder.project, domain=holder.domain)
    if not holder.workflow:
        raise missing("name")


def _write(call: Call, session: Session, key: _Key, priority: int, attributes: Any) -> None:
    if key.resource_type != _PLUGIN_OVERRIDE:
        _replace(call, session, key, priority, attributes.SerializeToString())
        return
    if not key.domain:
        raise _unexpected(key)
    condition = " AND ".join(f"{name} = ?" for name in key.columns)
    # The condition has no workflow where there is none: a workflow's row may be found, and is
    # then what the overrides of its domain are merged into.
    row = session.one(
        f"SELECT * FROM resources WHERE {condition} ORDER BY id LIMIT 1",
        tuple(key.columns.values()),
    )
    if row is None:
        _replace(call, session, key, priority, attributes.SerializeToString())
        return
    merged = _merged(_stored(row), attributes)
    session.update(
        "resources", row["id"], attributes=merged.SerializeToString(), updated_at=call.now()
    )


def _merged(before: Any, after: Any) -> Any:
    """Return both lists of plugin overrides, a task type's last entry taking all."""
    overrides = {}
    for attributes in (before, after):
        for override in attributes.plugin_overrides.overrides:
            overrides[override.task_type] = override
    merged = matchable_resource_pb2.MatchingAttributes()
    merged.plugin_overrides.overrides.extend(overrides.values())
    return merged


def _replace(call: Call, session: Session, key: _Key, priority: int, encoded: bytes) -> None:
    """Write over the row with this key, or insert one.

    Raises:
        Refusal: INVALID_ARGUMENT: only a domain's row may be without a project.
    """
    if not key.project and (key.workflow or not key.domain):
        never = "0001-01-01 00:00:00 +0000 UTC"
        parts = (key.project, key.domain, key.workflow, "", type_name(key.resource_type))
        raise invalid(
            f"missing and/or invalid parameters: {{0 {never} {never} <nil> {' '.join(parts)} "
            f"{priority} [{' '.join(map(str, encoded))}]}}"
        )
    condition = " AND ".join(f"{name} = ?" for name in key.columns)
    row = session.one(
        f"SELECT id FROM resources WHERE {condition} AND priority = ? ORDER BY id LIMIT 1",
        (*key.columns.values(), priority),
    )
    now = call.now()
    if row is not None:
        session.update("resources", row["id"], attributes=encoded, updated_at=now)
        return
    session.insert(
        "resources",
        created_at=now,
        updated_at=now,
        project=key.project,
        domain=key.domain,
        workflow=key.workflow,
        launch_plan="",
        resource_type=type_name(key.resource_type),
        priority=priority,
        attributes=encoded,
    )


def _delete(session: Session, key: _Key) -> None:
    condition = " AND ".join(f"{name} = ?" for name in key.columns)
    session.run(f"DELETE FROM resources WHERE {condition}", tuple(key.columns.values()))


def _most_specific(session: Session, key: _Key) -> Any:
    try:
        row = find_row(
            session,
            resource_type=key.resource_type,
            project=key.project,
            domain=key.domain,
            workflow=key.workflow,
        )
    except Refusal:  # a text that no row could hold is in no row
        row = None
    if row is None:
        raise _missing(key)
    return row


def _stored(row: Any) -> Any:
    return matchable_resource_pb2.MatchingAttributes.FromString(row["attributes"])


def _missing(key: _Key) -> Refusal:
    return not_found(
        f"Resource [{{Project:{key.project} Domain:{key.domain} Workflow:{key.workflow} "
        f"LaunchPlan: ResourceType:{type_name(key.resource_type)}}}] not found"
    )


def _unexpected(key: _Key) -> Refusal:
    return internal(f"unexpected error type for: missing and/or invalid parameters: {key}")
