"""The workflow and the launch plan that a task gets when it is first launched alone.

Both are called `.flytegen.<task>`, have the task's version and live in its project; they are
kept for good, whatever becomes of the execution. What is there by that name is taken as it is.

Source: `flyteadmin/pkg/manager/impl/util/single_task_execution.go`.
"""

import unicodedata
from typing import Any

import grpc
from flyteidl.admin import common_pb2, launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2

from reconciler.sandbox.digest import digest
from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import Refusal, missing_entity
from reconciler.sandbox.executions.targets import Target, read_launch_plan
from reconciler.sandbox.services.launch_plans import insert_launch_plan
from reconciler.sandbox.services.named_entities import update_named_entity
from reconciler.sandbox.services.workflows import create_workflow
from reconciler.sandbox.validation import (
    LAUNCH_PLAN,
    WORKFLOW,
    check_project_and_domain,
    identifier_text,
)
from reconciler.sandbox.versions import find_version

PREFIX = ".flytegen."

_LONGEST_ID = 63  # bytes
_RETRIES = 3  # where the task says nothing


def find_task(call: Call, spec: Any) -> Target:
    """Return what is launched for a task, made now if this is the first time.

    Args:
        spec: The ExecutionSpec; its roles become the launch plan's if that is made now.

    Raises:
        Refusal: NOT_FOUND: there is no such task; or the workflow cannot be registered.
    """
    task_id = spec.launch_plan
    with call.store.read() as session:
        task = find_version(session, "tasks", task_id)
        if task is None:
            raise missing_entity("TASK", identifier_text(task_id))
        workflow = find_version(session, "workflows", _generated(task_id, WORKFLOW))
    if workflow is None:
        template = task_pb2.TaskClosure.FromString(task["closure"]).compiled_task.template
        workflow = _make_workflow(call, task_id, template)
    launch_plan_id = _generated(task_id, LAUNCH_PLAN)
    with call.store.read() as session:
        row = find_version(session, "launch_plans", launch_plan_id)
    if row is None:
        row = _make_launch_plan(call, spec, launch_plan_id, workflow)
    generated, expected = read_launch_plan(row)
    return Target(launch_plan_id, generated, expected, task_row=int(task["id"]), workflow=workflow)


def _generated(task_id: Any, kind: int) -> Any:
    return identifier_pb2.Identifier(
        resource_type=kind,
        project=task_id.project,
        domain=task_id.domain,
        name=f"{PREFIX}{task_id.name}",
        version=task_id.version,
        org=task_id.org,
    )


def _make_workflow(call: Call, task_id: Any, template: Any) -> Any:
    identifier = _generated(task_id, WORKFLOW)
    request = workflow_pb2.WorkflowCreateRequest(id=identifier)
    workflow = request.spec.template
    workflow.id.CopyFrom(identifier)
    workflow.interface.CopyFrom(template.interface)
    node_id = node_id_of(task_id.name)
    node = workflow.nodes.add(id=node_id)
    node.metadata.name = node_id
    if template.metadata.HasField("retries"):
        node.metadata.retries.CopyFrom(template.metadata.retries)
    else:
        node.metadata.retries.retries = _RETRIES
    node.inputs.extend(_bindings(template.interface.inputs, node_id=""))
    node.task_node.reference_id.CopyFrom(task_id)
    workflow.outputs.extend(_bindings(template.interface.outputs, node_id=node_id))
    try:
        create_workflow(call, request)
    except Refusal as refusal:
        if refusal.code != grpc.StatusCode.ALREADY_EXISTS:
            raise
    _hide(call, identifier)
    with call.store.read() as session:
        return find_version(session, "workflows", identifier)


def node_id_of(task_name: str) -> str:
    """Return the node's id: letters, numbers and dashes of the last 63 bytes of the name."""
    end = task_name.encode()[-_LONGEST_ID:].decode(errors="replace")
    return "".join(char for char in end if char == "-" or unicodedata.category(char)[0] in "LN")


def _bindings(variables: Any, *, node_id: str) -> list[Any]:
    return [
        literals_pb2.Binding(
            var=name,
            binding=literals_pb2.BindingData(
                promise={"node_id": node_id, "var": name},
            ),
        )
        for name in sorted(variables.variables)
    ]


def _make_launch_plan(call: Call, spec: Any, identifier: Any, workflow: Any) -> Any:
    """Insert the launch plan; the workflow it names is the task's own name, which is none."""
    with call.store.read() as session:
        check_project_and_domain(
            session, call.config, project=identifier.project, domain=identifier.domain
        )
    interface = interface_pb2.TypedInterface.FromString(workflow["typed_interface"])
    generated = _launch_plan_spec(spec, interface)
    closure = launch_plan_pb2.LaunchPlanClosure(expected_inputs=generated.default_inputs)
    if interface.HasField("outputs"):
        closure.expected_outputs.CopyFrom(interface.outputs)
    launch_plan = launch_plan_pb2.LaunchPlan(id=identifier, spec=generated, closure=closure)
    insert_launch_plan(
        call,
        launch_plan,
        workflow_row=int(workflow["id"]),
        digest=digest(launch_plan),
        now=call.now(),
    )
    _hide(call, identifier)
    with call.store.read() as session:
        return find_version(session, "launch_plans", identifier)


def _launch_plan_spec(spec: Any, interface: Any) -> Any:
    task_id = spec.launch_plan
    generated = launch_plan_pb2.LaunchPlanSpec(
        workflow_id=identifier_pb2.Identifier(
            resource_type=WORKFLOW,
            project=task_id.project,
            domain=task_id.domain,
            name=task_id.name,
            version=task_id.version,
            org=task_id.org,
        ),
        entity_metadata=launch_plan_pb2.LaunchPlanMetadata(),
        default_inputs=interface_pb2.ParameterMap(),
        fixed_inputs=literals_pb2.LiteralMap(),
        labels=common_pb2.Labels(),
        annotations=common_pb2.Annotations(),
    )
    for name, variable in interface.inputs.variables.items():
        parameter = generated.default_inputs.parameters[name]
        parameter.var.type.CopyFrom(variable.type)
        parameter.var.description = variable.description
        parameter.required = True
    for field in ("auth_role", "security_context"):
        if spec.HasField(field):
            getattr(generated, field).CopyFrom(getattr(spec, field))
    return generated


def _hide(call: Call, identifier: Any) -> None:
    """Mark a name as the system's own."""
    update_named_entity(
        call,
        common_pb2.NamedEntityUpdateRequest(
            resource_type=identifier.resource_type,
            id=common_pb2.NamedEntityIdentifier(
                project=identifier.project, domain=identifier.domain, name=identifier.name
            ),
            metadata=common_pb2.NamedEntityMetadata(state=common_pb2.SYSTEM_GENERATED),
        ),
    )
