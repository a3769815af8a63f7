"""Matchable attributes: their types, and the one form in which two rows of them compare.

Admin keeps a row for each type and level: a project, a domain of it, a workflow name in that. The
levels never merge; the most specific row hides the others whole.

Source: admin-contract 8 (flyteadmin `pkg/manager/impl/resources/resource_manager.go`).
"""

from collections.abc import Mapping
from typing import Any

from flyteidl.admin import matchable_resource_pb2
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.model.identity import ResourceId
from reconciler.model.kinds import Kind
from reconciler.model.resource import Resource

PLUGIN_OVERRIDES = "pluginOverrides"

# By facet, in the order of Admin's numbers: the number that requests carry, and the member of
# MatchingAttributes that holds it. A quality of service is missing: Admin takes none.
ATTRIBUTE_NUMBERS: Mapping[str, int] = {
    "taskResources": matchable_resource_pb2.TASK_RESOURCE,
    "clusterResources": matchable_resource_pb2.CLUSTER_RESOURCE,
    "executionQueue": matchable_resource_pb2.EXECUTION_QUEUE,
    "executionClusterLabel": matchable_resource_pb2.EXECUTION_CLUSTER_LABEL,
    PLUGIN_OVERRIDES: matchable_resource_pb2.PLUGIN_OVERRIDE,
    "workflowExecutionConfig": matchable_resource_pb2.WORKFLOW_EXECUTION_CONFIG,
    "clusterAssignment": matchable_resource_pb2.CLUSTER_ASSIGNMENT,
}
ATTRIBUTE_FIELDS: Mapping[str, str] = {
    "taskResources": "task_resource_attributes",
    "clusterResources": "cluster_resource_attributes",
    "executionQueue": "execution_queue_attributes",
    "executionClusterLabel": "execution_cluster_label",
    PLUGIN_OVERRIDES: "plugin_overrides",
    "workflowExecutionConfig": "workflow_execution_config",
    "clusterAssignment": "cluster_assignment",
}
ATTRIBUTE_FACETS: Mapping[str, str] = {field: facet for facet, field in ATTRIBUTE_FIELDS.items()}


def normalised(attributes: MatchingAttributes) -> MatchingAttributes:
    """Return a copy whose plugin overrides stand in the order of their task types.

    Admin gives them back in any order; of a task type said twice, the order is kept.
    """
    copy = MatchingAttributes()
    copy.CopyFrom(attributes)
    if copy.HasField("plugin_overrides"):
        overrides = sorted(copy.plugin_overrides.overrides, key=lambda one: one.task_type)
        del copy.plugin_overrides.overrides[:]
        copy.plugin_overrides.overrides.extend(overrides)
    return copy


def by_task_type(canonical: dict[str, Any]) -> dict[str, Any]:
    """Return canonical attributes with plugin overrides as a mapping by task type.

    So that a difference names the task type. A list that says one twice stays a list.
    """
    overrides = canonical.get("pluginOverrides", {}).get("overrides", [])
    by_type = {one.get("taskType", ""): one for one in overrides}
    if not overrides or len(by_type) < len(overrides):
        return canonical
    plain = {
        task_type: {key: value for key, value in one.items() if key != "taskType"}
        for task_type, one in by_type.items()
    }
    return {"pluginOverrides": {"overrides": plain}}


def is_below(row: ResourceId, level: ResourceId) -> bool:
    """Tell whether a row of attributes is one that Admin's delete at `level` takes with it.

    Its statement leaves empty parts out: at a project it removes the rows of every domain and
    workflow there, at a domain those of every workflow; only of the one type.
    """
    if row.kind is not Kind.ATTRIBUTES or level.kind is not Kind.ATTRIBUTES or row == level:
        return False
    return (
        row.facet == level.facet
        and row.project == level.project
        and (not level.domain or row.domain == level.domain)
        and (not level.name or row.name == level.name)
    )


def must_drop(
    id: ResourceId, wanted: Resource | None, rows: Mapping[ResourceId, Resource]
) -> bool:
    """Tell whether a row has to be deleted on the way to what is wanted of it.

    For good if nothing is wanted. Plugin overrides also before they are written anew, where Admin
    would merge them into what is to go, or (as the oldest row of the domain is the one that it
    finds) into the row of a workflow. A domain's row that is there is always the oldest: were
    there a workflow's before it, it could not have come to be.

    Args:
        rows: Admin's rows, those below `id` among them.
    """
    found = rows.get(id)
    if wanted is None:
        return found is not None
    if id.facet != PLUGIN_OVERRIDES:
        return False
    if found is None:
        return any(is_below(row, id) for row in rows)
    return not _task_types(found) <= _task_types(wanted)


def _task_types(row: Resource) -> set[str]:
    spec: Any = row.spec
    return {override.task_type for override in spec.plugin_overrides.overrides}
