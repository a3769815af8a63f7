"""Small real things that Admin accepts, each with the canonical spec it becomes there."""

from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanClosure, LaunchPlanSpec
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.compiler_pb2 import CompiledTask
from flyteidl.core.interface_pb2 import (
    Parameter,
    ParameterMap,
    TypedInterface,
    Variable,
    VariableMap,
)
from flyteidl.core.literals_pb2 import Binding, BindingData
from flyteidl.core.tasks_pb2 import Container, TaskTemplate
from flyteidl.core.types_pb2 import LiteralType, OutputReference, SimpleType
from flyteidl.core.workflow_pb2 import Node, TaskNode, WorkflowTemplate

from reconciler.compiler import compile_workflow
from reconciler.model import Kind, Resource, ResourceId

DOMAIN = "development"
DAY = Variable(type=LiteralType(simple=SimpleType.DATETIME), description="the day to load")
INTERFACE = TypedInterface(inputs=VariableMap(variables={"day": DAY}), outputs=VariableMap())


def a_task(
    project: str, name: str = "load", version: str = "v1", *, image: str = "acme/etl:1"
) -> Resource:
    """A container task with one input."""
    id = ResourceId(Kind.TASK, project, DOMAIN, name, version)
    template = TaskTemplate(
        id=id.to_identifier(),
        type="container",
        metadata={},
        interface=INTERFACE,
        container=Container(image=image, args=["load", "{{.inputs.day}}"]),
    )
    return Resource(id, spec=CompiledTask(template=template), request=TaskSpec(template=template))


def a_workflow(
    task: Resource, name: str = "daily", version: str = "v1", *, node: str = "n0"
) -> Resource:
    """A workflow that hands its one input to one task."""
    id = ResourceId(Kind.WORKFLOW, task.id.project, DOMAIN, name, version)
    day = BindingData(promise=OutputReference(node_id="start-node", var="day"))
    template = WorkflowTemplate(
        id=id.to_identifier(),
        interface=INTERFACE,
        nodes=[
            Node(
                id=node,
                task_node=TaskNode(reference_id=task.id.to_identifier()),
                inputs=[Binding(var="day", binding=day)],
            )
        ],
    )
    request = WorkflowSpec(template=template)
    assert isinstance(task.spec, CompiledTask)
    closure = compile_workflow(template, (), tasks=[task.spec.template], launch_plans=[])
    return Resource(id, spec=closure, request=request)


def a_launch_plan(
    workflow: Resource, name: str = "daily", version: str = "v1", *, parallelism: int = 0
) -> Resource:
    """A launch plan that asks for the workflow's one input."""
    id = ResourceId(Kind.LAUNCH_PLAN, workflow.id.project, DOMAIN, name, version)
    request = LaunchPlanSpec(workflow_id=workflow.id.to_identifier(), max_parallelism=parallelism)
    day = ParameterMap(parameters={"day": Parameter(var=DAY, required=True)})
    spec = LaunchPlan(
        id=id.to_identifier(),
        spec=request,
        closure=LaunchPlanClosure(expected_inputs=day, expected_outputs=VariableMap()),
    )
    spec.spec.default_inputs.CopyFrom(day)
    return Resource(id, spec=spec, request=request)
