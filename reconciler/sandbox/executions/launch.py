"""Launching: from a request to a row, with everything Admin leaves behind on the way.

The order is Admin's, and so are the traces of a launch that fails: inputs are written before
anything else is, tags before the execution, and neither is taken back. A name that is taken is
found out last, when the inputs of the execution that has it are already overwritten.

Source: `flyteadmin/pkg/manager/impl/execution_manager.go`, launchExecutionAndPrepareModel.
"""

from dataclasses import dataclass, replace
from typing import Any

from flyteidl.admin import execution_pb2, project_pb2
from flyteidl.core import identifier_pb2

from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import internal
from reconciler.sandbox.executions import content, phases
from reconciler.sandbox.executions.closures import namespace_of
from reconciler.sandbox.executions.cluster_build import Fault, submit
from reconciler.sandbox.executions.concurrency import check_concurrency
from reconciler.sandbox.executions.inputs import resolve_inputs
from reconciler.sandbox.executions.parents import Parent, inherit
from reconciler.sandbox.executions.principals import user_of
from reconciler.sandbox.executions.requests import check_request, new_name
from reconciler.sandbox.executions.settings import (
    Settings,
    check_cluster_pool,
    check_counts,
    gather,
)
from reconciler.sandbox.executions.single_task import find_task
from reconciler.sandbox.executions.tags import store_tags
from reconciler.sandbox.executions.targets import (
    Target,
    find_launch_plan,
    find_workflow,
    read_workflow,
)
from reconciler.sandbox.executions.workflow_events import error_columns
from reconciler.sandbox.store import Session
from reconciler.sandbox.times import to_timestamp
from reconciler.sandbox.validation import TASK, find_project
from reconciler.sandbox.versions import identifier_of


@dataclass(frozen=True)
class _Stored:
    """Where the inputs of an execution are."""

    inputs: str
    user_inputs: str


def launch(call: Call, request: Any, *, source: int | None = None) -> Any:
    """Launch what an ExecutionCreateRequest asks for; return the ExecutionCreateResponse.

    Args:
        request: Not changed.
        source: Row id of the execution that this one repeats.

    Raises:
        Refusal: Admin's, at the first step that fails.
    """
    request, given = _copy(request), dict(request.inputs.literals)
    with call.store.read() as session:
        check_request(session, call.config, request)
    target = _find(call, request)
    inputs = resolve_inputs(
        given, expected=target.expected, fixed=target.spec.fixed_inputs.literals
    )
    if target.workflow is None:
        with call.store.read() as session:
            target = replace(target, workflow=find_workflow(session, target.spec.workflow_id))
    execution_id = identifier_pb2.WorkflowExecutionIdentifier(
        project=request.project, domain=request.domain, name=request.name or new_name()
    )
    stored = _keep_inputs(call, execution_id, inputs, request.inputs)
    compiled = read_workflow(call, target.workflow)
    spec = request.spec
    spec.metadata.principal = user_of(call)
    if not target.is_task:
        spec.metadata.ClearField("artifact_ids")
    with call.store.read() as session:
        parent = inherit(session, spec)
        settings = _settle(session, call, request, target)
    fault = submit(compiled, label=spec.execution_cluster_label.value)
    if fault is not None and target.is_task:
        raise internal(fault.message)
    _complete(spec, execution_id, settings, target)
    if source is not None:
        parent = replace(parent, execution_row=source)
    if not target.is_task:
        store_tags(call, execution_id, spec)
    with call.store.write() as session:
        values = _row(call, execution_id, spec, target, fault)
        session.insert("executions", **values, **_links(target, parent, stored))
    return execution_pb2.ExecutionCreateResponse(id=execution_id)


def _copy(request: Any) -> Any:
    copied = execution_pb2.ExecutionCreateRequest()
    copied.CopyFrom(request)
    return copied


def _find(call: Call, request: Any) -> Target:
    wanted = request.spec.launch_plan
    if wanted.resource_type == TASK:
        return find_task(call, request.spec)
    with call.store.read() as session:
        return find_launch_plan(session, wanted)


def _keep_inputs(call: Call, execution_id: Any, inputs: Any, user_inputs: Any) -> _Stored:
    keys = (execution_id.project, execution_id.domain, execution_id.name)
    with call.store.write():  # both in one commit
        return _Stored(
            content.offload(call, inputs, *keys, content.INPUTS),
            content.offload(call, user_inputs, *keys, content.USER_INPUTS),
        )


def _settle(session: Session, call: Call, request: Any, target: Target) -> Settings:
    """Gather the settings; add the project's labels to the request's own, if it has any."""
    launch_plan = None if target.is_task else target.spec
    settings = gather(session, call.config, request, launch_plan, user=user_of(call))
    if not target.is_task:
        check_counts(settings, call.config)
    if settings.own_labels:
        labels = request.spec.labels.values
        for key, value in _project_labels(session, request.project).items():
            if key not in labels:
                labels[key] = value
    check_cluster_pool(session, request)
    if not target.is_task:
        check_concurrency(session, target.launch_plan_id, target.spec)
    return settings


def _project_labels(session: Session, project: str) -> dict[str, str]:
    row = find_project(session, project)
    if row is None or row["labels"] is None:
        return {}
    return dict(project_pb2.Project.FromString(row["labels"]).labels.values)


def _complete(spec: Any, execution_id: Any, settings: Settings, target: Target) -> None:
    """Write into the spec what Admin decides itself."""
    system = spec.metadata.system_metadata
    system.Clear()
    system.namespace = namespace_of(execution_id.project, execution_id.domain)
    spec.security_context.CopyFrom(settings.security_context)
    if not target.is_task:
        spec.max_parallelism = settings.max_parallelism


def _row(
    call: Call, execution_id: Any, spec: Any, target: Target, fault: Fault | None
) -> dict[str, Any]:
    now = call.now()
    phase = phases.WORKFLOW.Value("UNDEFINED" if fault is None else "FAILED")
    closure = execution_pb2.ExecutionClosure(
        phase=phase,
        created_at=to_timestamp(now),
        updated_at=to_timestamp(now),
        notifications=_notifications(spec, target),
        workflow_id=identifier_of(target.workflow, identifier_pb2.WORKFLOW),
        state_change_details=execution_pb2.ExecutionStateChangeDetails(
            state=execution_pb2.EXECUTION_ACTIVE,
            principal=spec.metadata.principal,
            occurred_at=to_timestamp(now),
        ),
    )
    columns: dict[str, Any] = {}
    if fault is not None:
        closure.error.CopyFrom(fault.error())
        columns = error_columns(closure.error)
    return {
        **columns,
        "created_at": now,
        "updated_at": now,
        "execution_project": execution_id.project,
        "execution_domain": execution_id.domain,
        "execution_name": execution_id.name,
        "phase": phases.name(phases.WORKFLOW, phase),
        "closure": closure.SerializeToString(deterministic=True),
        "spec": spec.SerializeToString(deterministic=True),
        "execution_created_at": now,
        "execution_updated_at": now,
        "mode": spec.metadata.mode,
        "user": spec.metadata.principal,
        "state": execution_pb2.EXECUTION_ACTIVE,
        "launch_entity": "task" if target.is_task else "launch_plan",
    }


def _notifications(spec: Any, target: Target) -> Any:
    """Return whom to tell: the request's list, nobody if it says so, else the launch plan's."""
    if spec.notifications.notifications:
        return spec.notifications.notifications
    if spec.disable_all:
        return []
    return target.spec.entity_metadata.notifications


def _links(target: Target, parent: Parent, stored: _Stored) -> dict[str, Any]:
    return {  # no link is 0, and sorts as that
        "launch_plan_id": target.launch_plan_row or 0,
        "workflow_id": int(target.workflow["id"]),
        "task_id": target.task_row or 0,
        "source_execution_id": parent.execution_row,
        "parent_node_execution_id": parent.node_row,
        "inputs_uri": stored.inputs,
        "user_inputs_uri": stored.user_inputs,
    }
