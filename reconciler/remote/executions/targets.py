"""What is to be launched: found by name, id or object, registered first if it is a local one."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow
from flyteidl.core.identifier_pb2 import Identifier

from reconciler.errors import ExecutionError, NotFoundError
from reconciler.model import Kind, ResourceId
from reconciler.remote.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow, LazyEntity
from reconciler.remote.executions.inputs import Signature
from reconciler.remote.executions.models import as_message

_PREFIXES = {"task": Kind.TASK, "workflow": Kind.WORKFLOW, "launch_plan": Kind.LAUNCH_PLAN}


@dataclass(frozen=True, slots=True)
class Target:
    """A task or launch plan version, and what it takes.

    Attributes: `hints` the Python types of its inputs, and `output_hints` of its outputs, where
    a Python interface is at hand; `org` the organisation, which a ResourceId does not say, where
    Admin has some.
    """

    id: ResourceId
    signature: Signature
    hints: Mapping[str, Any] = field(default_factory=dict)
    output_hints: Mapping[str, Any] = field(default_factory=dict)
    org: str = ""

    @property
    def identifier(self) -> Identifier:
        """As Admin takes it."""
        found = self.id.to_identifier()
        found.org = self.org
        return found


def find_target(
    remote: Any,
    entity: Any,
    *,
    project: str | None,
    domain: str | None,
    name: str | None,
    version: str | None,
    register: Callable[[Any], Any],
) -> Target:
    """Return what `entity` means.

    Args:
        entity: A fetched entity, or a lazy one; an id of ours, Admin's or flytekit's; one of
            Admin's messages; flytekit's own task, workflow, launch plan or reference; or a text:
            the name of a launch plan, or one of `task:`, `workflow:` and `launch_plan:` and a
            name; each with `@VERSION` after it, or PROJECT/DOMAIN/ before it.
        name: Of what is registered instead of a local object, so that this is not.
        version: Of what is named without one; None for the active version of a launch plan, the
            latest of others and of those without an active one.
        register: Registers a local object and returns the entity.

    Raises:
        NotFoundError: There is no such version, or a workflow has no launch plan of its own.
        ExecutionError: It is nothing that can be launched.
    """
    find = _Finding(remote, project, domain, version)
    if isinstance(entity, LazyEntity):
        entity = entity.entity
    if isinstance(entity, FlyteTask | FlyteWorkflow | FlyteLaunchPlan):
        return find.of_entity(entity)
    if isinstance(entity, str):
        return find.of_name(entity)
    if isinstance(entity, ResourceId):
        return find.of_id(entity)
    if isinstance(entity, Task | Workflow | LaunchPlan):
        return find.of_message(entity)
    reference = _reference(entity)
    if reference is not None:
        return find.of_id(reference)
    kind = _local_kind(entity)
    if kind is not None:
        return find.of_name(f"{kind}:{name}") if name else find.of_entity(register(entity))
    identifier = as_message(entity, Identifier)
    if identifier is not None:
        return find.of_id(ResourceId.from_identifier(identifier))
    raise ExecutionError(f"a {type(entity).__name__} is nothing that can be launched")


@dataclass(frozen=True, slots=True)
class _Finding:
    remote: Any
    project: str | None
    domain: str | None
    version: str | None

    def of_entity(self, entity: Any) -> Target:
        interface = getattr(entity, "python_interface", None)
        if isinstance(entity, FlyteWorkflow):
            target = self._plan_of(entity.id)
        elif isinstance(entity, FlyteTask):
            signature = Signature.of_task(entity.interface)
            target = Target(entity.id, signature, org=entity.known_org)
        else:
            signature = Signature.of_launch_plan(entity.expected_inputs, entity.fixed_inputs)
            target = Target(entity.id, signature, org=entity.known_org)
        if interface is None:
            return target
        hints, output_hints = dict(interface.inputs), dict(interface.outputs)
        return replace(target, hints=hints, output_hints=output_hints)

    def of_id(self, id: ResourceId) -> Target:
        if id.kind is Kind.WORKFLOW:
            return self._plan_of(id)
        fetch = {
            Kind.TASK: self.remote.fetch_task,
            Kind.LAUNCH_PLAN: self.remote.fetch_launch_plan,
        }
        if id.kind not in fetch:
            raise ExecutionError(f"{id} is nothing that can be launched")
        return self.of_entity(fetch[id.kind](id.project, id.domain, id.name, id.version))

    def of_message(self, message: Any) -> Target:
        kinds = {Task: Kind.TASK, Workflow: Kind.WORKFLOW, LaunchPlan: Kind.LAUNCH_PLAN}
        id = ResourceId.from_identifier(message.id, kinds[type(message)])
        if id.kind is Kind.WORKFLOW:
            return self._plan_of(id)
        if id.kind is Kind.TASK:
            interface = message.closure.compiled_task.template.interface
            return Target(id, Signature.of_task(interface), org=message.id.org)
        closure, spec = message.closure, message.spec
        signature = Signature.of_launch_plan(closure.expected_inputs, spec.fixed_inputs)
        return Target(id, signature, org=message.id.org)

    def of_name(self, text: str) -> Target:
        prefix, colon, rest = text.partition(":")
        kind = _PREFIXES.get(prefix, Kind.LAUNCH_PLAN) if colon else Kind.LAUNCH_PLAN
        path = rest if colon and prefix in _PREFIXES else text
        path, _, version = path.partition("@")
        version = version or self.version or ""
        project, domain, name = self._placed(path)
        if version and version != "latest":
            return self.of_id(ResourceId(kind, project, domain, name, version))
        if kind is Kind.TASK:
            return self.of_entity(self.remote.fetch_task(project, domain, name))
        if kind is Kind.WORKFLOW:
            return self.of_entity(self.remote.fetch_workflow(project, domain, name))
        active = None
        if not version:
            active = self.remote.fetch_active_launchplan(project, domain, name)
        return self.of_entity(active or self.remote.fetch_launch_plan(project, domain, name))

    def _placed(self, path: str) -> tuple[str, str, str]:
        parts = path.split("/", 2)
        if len(parts) == 3 and all(parts):
            return parts[0], parts[1], parts[2]
        project, domain = self.remote._place(self.project, self.domain)
        return project, domain, path

    def _plan_of(self, id: ResourceId) -> Target:
        """A workflow runs by way of the launch plan that has its name and version."""
        try:
            plan = self.remote.fetch_launch_plan(id.project, id.domain, id.name, id.version)
        except NotFoundError as error:
            error.add_note(
                f"{id} has no launch plan of its own name and version; register one, or launch "
                "another launch plan of it"
            )
            raise
        return self.of_entity(plan)


def _reference(entity: Any) -> ResourceId | None:
    """The id that one of flytekit's reference entities stands for."""
    kit = sys.modules.get("flytekit.core.reference_entity")
    if kit is None or not isinstance(entity, kit.ReferenceEntity):
        return None
    identifier = as_message(entity.reference.id, Identifier)
    return ResourceId.from_identifier(identifier) if identifier is not None else None


def _local_kind(entity: Any) -> str | None:
    """Whether something is a task, workflow or launch plan of flytekit, in this process."""
    if "flytekit" not in sys.modules:
        return None
    from flytekit.core.base_task import PythonTask
    from flytekit.core.launch_plan import LaunchPlan as LocalPlan
    from flytekit.core.workflow import WorkflowBase

    kinds = {PythonTask: "task", WorkflowBase: "workflow", LocalPlan: "launch_plan"}
    return next((word for kind, word in kinds.items() if isinstance(entity, kind)), None)
