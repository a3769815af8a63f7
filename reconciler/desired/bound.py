"""What others may use of a thing once it is bound: its id, its interface, its content."""

from dataclasses import dataclass
from typing import Any

from flyteidl.core.interface_pb2 import ParameterMap, TypedInterface, VariableMap
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import WorkflowTemplate

from reconciler.compiler import LaunchPlanInterface
from reconciler.desired.decompile import submitted_templates
from reconciler.model import Kind, Resource, ResourceId


@dataclass(frozen=True, slots=True)
class Bound:
    """A task, workflow or launch plan that references can be bound to.

    `own` is a task's or workflow's interface, and `templates` a task's one template, or a
    workflow's own and then those of the sub-workflows inside it; `expected` and `outputs` are a
    launch plan's, as Admin will hold them. `tasks` and
    `launch_plans` are what a workflow's nodes refer to, at any depth.
    """

    id: ResourceId
    own: TypedInterface | None = None
    templates: tuple[Any, ...] = ()
    expected: ParameterMap | None = None
    outputs: VariableMap | None = None
    tasks: tuple[TaskTemplate, ...] = ()
    launch_plans: tuple[LaunchPlanInterface, ...] = ()

    @property
    def interface(self) -> TypedInterface:
        if self.own is not None:
            return self.own
        # Few launch plans are ever referred to.
        assert self.expected is not None, f"{self.id} has no interface"
        return _as_interface(self.expected, self.outputs)

    @property
    def template(self) -> TaskTemplate | WorkflowTemplate:
        return self.templates[0]

    @property
    def as_interface(self) -> LaunchPlanInterface:
        """What the compiler asks of a launch plan."""
        assert self.expected is not None, f"{self.id} is no launch plan"
        return LaunchPlanInterface(
            id=self.id.to_identifier(),
            expected_inputs=self.expected,
            expected_outputs=self.outputs,
        )


def from_admin(resource: Resource) -> Bound:
    """Bind to what Admin holds. A workflow of which only existence was read has no templates."""
    spec: Any = resource.spec
    match resource.id.kind:
        case Kind.TASK:
            return Bound(resource.id, spec.template.interface, templates=(spec.template,))
        case Kind.WORKFLOW:
            interface = spec.primary.template.interface
            if not resource.complete:
                return Bound(resource.id, interface)
            return Bound(
                resource.id,
                interface,
                templates=tuple(submitted_templates(spec)),
                tasks=tuple(task.template for task in spec.tasks),
            )
        case Kind.LAUNCH_PLAN:
            return launch_plan_bound(resource.id, spec)
    raise AssertionError(f"nothing refers to a {resource.id.kind}")


def launch_plan_bound(id: ResourceId, launch_plan: Any) -> Bound:
    """Bind to a launch plan in the form that Admin will hold (`augment.augmented`)."""
    closure = launch_plan.closure
    outputs = closure.expected_outputs if closure.HasField("expected_outputs") else None
    return Bound(id, expected=closure.expected_inputs, outputs=outputs)


def _as_interface(expected: ParameterMap, outputs: VariableMap | None) -> TypedInterface:
    interface = TypedInterface()
    interface.inputs.SetInParent()
    for name, parameter in expected.parameters.items():
        interface.inputs.variables[name].CopyFrom(parameter.var)
    if outputs is not None:
        interface.outputs.CopyFrom(outputs)
    return interface
