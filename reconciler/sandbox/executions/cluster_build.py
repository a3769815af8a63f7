"""What the cluster makes of a compiled workflow: whether it could be run at all.

There is no cluster here, but two things go wrong before one is asked: a label that no cluster
has, and a workflow the engine's own form cannot hold. Admin keeps the execution as failed, or
if it is of a single task, refuses the call.

Source: `flytepropeller/pkg/compiler/transformers/k8s`, `flyteadmin/pkg/workflowengine/impl`.
"""

from dataclasses import dataclass
from typing import Any

from flyteidl.core import execution_pb2

from reconciler.compiler import (
    CompilationError,
    CompileError,
    QuantityError,
    go_text,
    parse_quantity,
)

_START = "start-node"


@dataclass(frozen=True)
class Fault:
    """Why nothing would run.

    Attributes:
        code: Go's name of the gRPC code, `Unknown` for what is no error of Admin's.
    """

    code: str
    message: str

    def error(self) -> Any:
        """Return it as the error of an execution."""
        return execution_pb2.ExecutionError(
            code=self.code, message=self.message, kind=execution_pb2.ExecutionError.SYSTEM
        )


def submit(compiled: Any, *, label: str) -> Fault | None:
    """Tell what would keep a workflow from starting, None if nothing.

    Args:
        compiled: The CompiledWorkflowClosure.
        label: The execution's cluster label; the one cluster there is has none.
    """
    errors = _build(compiled)
    if errors:
        return Fault("Unknown", str(CompilationError(errors)))
    if label:
        text = f"execution cluster label {label} is not supported"
        return Fault("Internal", f"failed to create workflow in propeller {text}")
    return None


def _build(compiled: Any) -> tuple[CompileError, ...]:
    for workflow in (compiled.primary, *compiled.sub_workflows):
        for node in workflow.template.nodes:
            fault = _unreadable(node.task_node.overrides.resources)
            if fault:
                return _wrapped(CompileError("WorkflowBuildError", "", fault))
    primary = compiled.primary
    if not primary.connections.downstream[_START].ids:
        shown = go_text(primary.template.id)
        text = f"Can't find a node to start executing Workflow [{shown}]."
        return (CompileError("NoEntryNodeFound", shown, text),)
    return ()


def _unreadable(resources: Any) -> str:
    """Return what is wrong with the first unreadable override of a task's resources."""
    for entry in (*resources.requests, *resources.limits):
        try:
            parse_quantity(entry.value)
        except QuantityError as exc:
            return f"Failed to parse resource as a valid quantity.: {exc}"
    return ""


def _wrapped(error: CompileError) -> tuple[CompileError, ...]:
    """Return the error and, before it, the list with it: the engine's builder collects both."""
    return CompileError(error.code, "", str(CompilationError((error,)))), error
