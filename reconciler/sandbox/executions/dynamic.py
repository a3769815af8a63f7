"""The workflow that a dynamic node made of itself, kept as an object of its own.

Source: `flyteadmin/pkg/manager/impl/node_execution_manager.go`.
"""

from typing import Any

from flyteidl.core import compiler_pb2
from google.protobuf.message import DecodeError

from reconciler.compiler import go_text
from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import internal
from reconciler.sandbox.executions.moments import given
from reconciler.sandbox.objects import BadReferenceError, ObjectError, StorageError
from reconciler.sandbox.wire import parse


def keep_closure(call: Call, event: Any) -> str:
    """Store the compiled workflow that a node event brings, unread; return its URL.

    Returns:
        Empty if the event brings none.

    Raises:
        Refusal: INTERNAL: the ids make no URL, there is no closure, or the store refuses.
    """
    if not event.task_node_metadata.HasField("dynamic_workflow"):
        return ""
    told = event.task_node_metadata.dynamic_workflow
    node_id, workflow_id = go_text(given(event, "id")), go_text(given(told, "id"))
    of = event.id.execution_id
    made = told.id
    try:
        url = call.objects.reference(
            *call.config.application.metadata_storage_prefix,
            *(of.project, of.domain, of.name, event.id.node_id),
            f"{made.project}_{made.domain}_{made.name}_{made.version}",
        )
    except BadReferenceError as exc:
        raise internal(
            "Failed to produce remote closure data reference for dynamic workflow yielded by "
            f"node id [{node_id}] with workflow id [{workflow_id}]; err: {exc}"
        ) from exc
    reason = _put(call, url, given(told, "compiled_workflow"))
    if reason:
        raise internal(
            f"Failed to upload dynamic workflow closure for node id [{node_id}] and workflow id "
            f"[{workflow_id}] with err: {reason}"
        )
    return url


def _put(call: Call, url: str, closure: Any | None) -> str:
    if closure is None:
        return "proto: Marshal called with nil"
    try:
        call.objects.put(url, closure.SerializeToString(deterministic=True))
    except (StorageError, ObjectError) as exc:
        return str(exc)
    return ""


def read_closure(call: Call, url: str) -> Any:
    """Return the CompiledWorkflowClosure at `url`.

    Raises:
        Refusal: INTERNAL: it cannot be read, or is too empty to be of use.
    """
    try:
        closure = parse(compiler_pb2.CompiledWorkflowClosure, call.objects.get(url))
    except (StorageError, DecodeError) as exc:
        raise internal(f"Unable to read WorkflowClosure from location {url} : {exc}") from exc
    for present, what in (
        (closure.HasField("primary"), "definition"),
        (closure.primary.HasField("template"), "template"),
    ):
        if not present:
            text = f"Empty primary workflow {what} in loaded dynamic workflow model."
            raise internal(text)
    return closure
