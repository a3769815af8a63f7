"""Attributes that the manifests declare, at whichever level, as resources."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flyteidl.admin.matchable_resource_pb2 import (
    MatchingAttributes,
    PluginOverride,
    TaskResourceAttributes,
    WorkflowExecutionConfig,
)

from reconciler.desired.launch_plan import add_environment
from reconciler.desired.problems import Problems
from reconciler.desired.raw import merge_raw
from reconciler.desired.security import security_context
from reconciler.manifest import (
    Amounts,
    Attributes,
    Domain,
    Manifest,
    PlacedAttributes,
    Project,
    Workflow,
)
from reconciler.manifest import TaskResources as DeclaredTaskResources
from reconciler.manifest import WorkflowExecutionConfig as DeclaredConfig
from reconciler.model import Kind, Resource, ResourceId, normalised

_AMOUNTS = ("cpu", "gpu", "memory", "storage", "ephemeral_storage")
_IF_MISSING = {"fail": PluginOverride.FAIL, "useDefault": PluginOverride.USE_DEFAULT}
_TASK_RESOURCES = "taskResources"


@dataclass(frozen=True, slots=True)
class _Level:
    """Where attributes are said, and for what: a project, a domain or a workflow."""

    declared: Attributes
    manifest: Manifest
    path: tuple[str, ...]
    place: tuple[str, str, str]

    def id(self, facet: str) -> ResourceId:
        return ResourceId(Kind.ATTRIBUTES, *self.place, facet=facet)


def attributes(manifests: Sequence[Manifest], problems: Problems) -> tuple[Resource, ...]:
    """Return every row that `manifests` declare, those to be absent without a spec.

    Several documents may speak of one workflow, each of its versions and the domain; where they
    contradict each other is a problem.
    """
    found: dict[ResourceId, Resource] = {}
    for level in _levels(manifests):
        for resource in _rows(level, problems):
            other = found.setdefault(resource.id, resource)
            if other is not resource and other.spec != resource.spec:
                assert resource.origin is not None, "it was said somewhere"
                problems.error(
                    "contradictory-attributes",
                    f"{resource.id} are declared twice, not the same",
                    resource.origin,
                    hint=f"first: {other.origin}; say them once",
                )
    return tuple(found.values())


def limits_of(task: ResourceId, declared: Collection[ResourceId]) -> Iterator[ResourceId]:
    """The rows among `declared` that Admin holds a task to when it is registered."""
    for domain in ("", task.domain):
        id = ResourceId(Kind.ATTRIBUTES, task.project, domain, facet=_TASK_RESOURCES)
        if id in declared:
            yield id


def _levels(manifests: Sequence[Manifest]) -> Iterator[_Level]:
    for manifest in manifests:
        match manifest:
            case Project():
                if manifest.spec.attributes is not None:
                    place = (manifest.metadata.name, "", "")
                    yield _Level(manifest.spec.attributes, manifest, ("attributes",), place)
            case Domain():
                yield from _of_domain(manifest)
            case Workflow():
                if manifest.spec.attributes is not None:
                    at = manifest.metadata
                    place = (at.project, at.domain, at.name)
                    yield _Level(manifest.spec.attributes, manifest, ("attributes",), place)


def _of_domain(manifest: Domain) -> Iterator[_Level]:
    project, domain = manifest.metadata.project, manifest.metadata.name
    if manifest.spec.attributes is not None:
        place = (project, domain, "")
        yield _Level(manifest.spec.attributes, manifest, ("attributes",), place)
    for name, workflow in manifest.spec.workflows.items():
        if workflow.attributes is not None:
            path = ("workflows", name, "attributes")
            yield _Level(workflow.attributes, manifest, path, (project, domain, name))


def _rows(level: _Level, problems: Problems) -> Iterator[Resource]:
    for facet in level.declared.absent:
        origin = level.manifest.origin_of("spec", *level.path, facet)
        yield Resource(level.id(facet), origin=origin)
    for facet, message in _messages(level, problems):
        origin = level.manifest.origin_of("spec", *level.path, facet)
        _warn(level, facet, message, problems)
        yield Resource(level.id(facet), spec=normalised(message), origin=origin)


def _messages(level: _Level, problems: Problems) -> Iterator[tuple[str, MatchingAttributes]]:
    declared = level.declared
    if declared.task_resources is not None:
        message = MatchingAttributes()
        message.task_resource_attributes.CopyFrom(
            _task_resources(declared.task_resources, level, problems)
        )
        yield _TASK_RESOURCES, message
    if declared.cluster_resources is not None:
        message = MatchingAttributes()
        message.cluster_resource_attributes.SetInParent()
        message.cluster_resource_attributes.attributes.update(declared.cluster_resources)
        yield "clusterResources", message
    if declared.execution_queue is not None:
        message = MatchingAttributes()
        message.execution_queue_attributes.SetInParent()
        message.execution_queue_attributes.tags.extend(declared.execution_queue.tags)
        yield "executionQueue", message
    if declared.execution_cluster_label is not None:
        message = MatchingAttributes()
        message.execution_cluster_label.SetInParent()
        message.execution_cluster_label.value = declared.execution_cluster_label.value
        yield "executionClusterLabel", message
    if isinstance(declared, PlacedAttributes) and declared.plugin_overrides is not None:
        yield "pluginOverrides", _plugin_overrides(declared)
    if declared.workflow_execution_config is not None:
        message = MatchingAttributes()
        message.workflow_execution_config.CopyFrom(
            _execution_config(declared.workflow_execution_config, level, problems)
        )
        yield "workflowExecutionConfig", message
    if declared.cluster_assignment is not None:
        message = MatchingAttributes()
        message.cluster_assignment.SetInParent()
        message.cluster_assignment.cluster_pool_name = declared.cluster_assignment.pool
        yield "clusterAssignment", message


def _task_resources(
    declared: DeclaredTaskResources, level: _Level, problems: Problems
) -> TaskResourceAttributes:
    message = TaskResourceAttributes()
    _add_amounts(message.defaults, declared.defaults)
    _add_amounts(message.limits, declared.limits)
    path = ("spec", *level.path, _TASK_RESOURCES, "raw")
    merge_raw(message, declared.raw, level.manifest, path, problems)
    return message


def _add_amounts(message: Any, amounts: Amounts) -> None:
    for field in _AMOUNTS:
        value = getattr(amounts, field)
        if value is not None:
            message.SetInParent()
            setattr(message, field, value)


def _plugin_overrides(declared: PlacedAttributes) -> MatchingAttributes:
    message = MatchingAttributes()
    message.plugin_overrides.SetInParent()
    for task_type, override in (declared.plugin_overrides or {}).items():
        message.plugin_overrides.overrides.add(
            task_type=task_type,
            plugin_id=override.plugins,
            missing_plugin_behavior=_IF_MISSING[override.if_missing],
        )
    return message


def _execution_config(
    declared: DeclaredConfig, level: _Level, problems: Problems
) -> WorkflowExecutionConfig:
    message = WorkflowExecutionConfig(
        max_parallelism=declared.max_parallelism, overwrite_cache=declared.overwrite_cache
    )
    context = security_context(declared)
    if context is not None:
        message.security_context.CopyFrom(context)
    if declared.output_location:
        message.raw_output_data_config.output_location_prefix = declared.output_location
    if declared.labels:
        message.labels.values.update(declared.labels)
    if declared.annotations:
        message.annotations.values.update(declared.annotations)
    if declared.interruptible is not None:
        message.interruptible.value = declared.interruptible
    for variable in declared.env:
        message.envs.values.add(key=variable.name, value=variable.value)
    for environment in declared.execution_environments:
        add_environment(message.execution_env_assignments.add(), environment)
    path = ("spec", *level.path, "workflowExecutionConfig", "raw")
    merge_raw(message, declared.raw, level.manifest, path, problems)
    return message


def _warn(level: _Level, facet: str, message: MatchingAttributes, problems: Problems) -> None:
    """Say what is taken by Admin and surprises: limits that vanish, rows that nobody reads."""
    origin = level.manifest.origin_of("spec", *level.path, facet)
    limits = message.task_resource_attributes.limits
    if facet == _TASK_RESOURCES and not limits.ListFields():
        problems.warning(
            "no-limits",
            "taskResources without limits lift those of the server: any task may ask for anything",
            origin,
            hint="repeat the server's limits, or the ones you want",
        )
    if facet == "clusterAssignment" and level.place[2]:
        problems.warning(
            "without-effect",
            "Admin looks up the clusterAssignment of projects and domains only",
            origin,
            hint="say it for the domain, or as clusterPool of the launch plan",
        )
