"""What others may use of a thing once it is bound: its id, its interface, its content."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.core.interface_pb2 import ParameterMap, TypedInterface, VariableMap
from flyteidl.core.tasks_pb2 import TaskTemplate

from reconciler.compiler import LaunchPlanInterface
from reconciler.desired.decompile import submitted_templates
from reconciler.model import Kind, Resource, ResourceId


@dataclass(frozen=True, slots=True)
class Bound:
    """A task, workflow or launch plan that references can be bound to, ours or Admin's.

    All but the id is read from the resource's messages when it is asked for: most things are
    never referred to, and many would take much memory.
    """

    resource: Resource

    @property
    def id(self) -> ResourceId:
        return self.resource.id

    @property
    def interface(self) -> TypedInterface:
        """What goes in and comes out; of a launch plan, as Admin will hold it."""
        resource = self.resource
        if resource.id.kind is Kind.LAUNCH_PLAN:
            closure = _closure(resource)
            return _as_interface(closure.expected_inputs, _outputs(closure))
        spec: Any = resource.request if resource.request is not None else resource.spec
        template = spec.primary.template if hasattr(spec, "primary") else spec.template
        found: TypedInterface = template.interface
        return found

    @property
    def template(self) -> Any:
        """A task's or workflow's own template."""
        return self.templates[0]

    @property
    def templates(self) -> tuple[Any, ...]:
        """A task's one template; or a workflow's, and those of the sub-workflows inside it.

        None of a workflow of which only existence was read.
        """
        resource = self.resource
        spec: Any = resource.request
        if resource.id.kind is Kind.TASK:
            spec = resource.spec
            return (spec.template,)
        if spec is not None:
            return (spec.template, *spec.sub_workflows)
        return tuple(submitted_templates(resource.spec)) if resource.complete else ()

    @property
    def tasks(self) -> tuple[TaskTemplate, ...]:
        """What the nodes of a workflow refer to, at any depth."""
        resource = self.resource
        if resource.id.kind is not Kind.WORKFLOW or not resource.complete:
            return ()
        closure: Any = resource.spec
        return tuple(task.template for task in closure.tasks)

    @property
    def as_interface(self) -> LaunchPlanInterface:
        """What the compiler asks of a launch plan."""
        closure = _closure(self.resource)
        return LaunchPlanInterface(
            id=self.id.to_identifier(),
            expected_inputs=closure.expected_inputs,
            expected_outputs=_outputs(closure),
        )


class Shelf(Mapping[bytes, Any]):
    """What the compiler looks up by `identity`, read only when it does."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self._held: dict[bytes, Any] = {}

    def put(self, key: bytes, held: Any) -> None:
        """Keep what `read` makes of `held`, under a key."""
        self._held[key] = held

    def __getitem__(self, key: bytes) -> Any:
        return self._read(self._held[key])

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def _closure(resource: Resource) -> Any:
    assert resource.id.kind is Kind.LAUNCH_PLAN, f"{resource.id} is no launch plan"
    launch_plan: Any = resource.spec
    return launch_plan.closure


def _outputs(closure: Any) -> VariableMap | None:
    return closure.expected_outputs if closure.HasField("expected_outputs") else None


def _as_interface(expected: ParameterMap, outputs: VariableMap | None) -> TypedInterface:
    interface = TypedInterface()
    interface.inputs.SetInParent()
    for name, parameter in expected.parameters.items():
        interface.inputs.variables[name].CopyFrom(parameter.var)
    if outputs is not None:
        interface.outputs.CopyFrom(outputs)
    return interface
