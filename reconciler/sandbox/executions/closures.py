"""Rows of executions as the messages that clients read."""

from typing import Any

from flyteidl.admin import execution_pb2

from reconciler.sandbox.executions.rows import execution_id_of

_LISTED_BYTES = 100


def namespace_of(project: str, domain: str) -> str:
    """Return the Kubernetes namespace that Admin's default template gives."""
    return f"{project}-{domain}"


def to_execution(row: Any, *, listed: bool = False, namespace: str = "") -> Any:
    """Make the Execution of a row.

    Args:
        listed: Whether it is for a list, where messages of errors are cut and deprecated fields
            emptied.
        namespace: What to call the namespace of one that is stored without.
    """
    spec = execution_pb2.ExecutionSpec.FromString(row["spec"])
    if namespace and not spec.metadata.system_metadata.namespace:
        spec.metadata.system_metadata.namespace = namespace
    closure = execution_pb2.ExecutionClosure.FromString(row["closure"])
    if row["phase"] == "ABORTED" and not closure.HasField("abort_metadata"):
        closure.abort_metadata.cause = row["abort_cause"]
        closure.abort_metadata.SetInParent()
    if listed:
        trim_error(closure)
        spec.ClearField("inputs")
        closure.ClearField("computed_inputs")
    return execution_pb2.Execution(id=execution_id_of(row), spec=spec, closure=closure)


def trim_error(closure: Any) -> None:
    """Cut a closure's error message to 100 bytes; a character cut in two is dropped."""
    if closure.HasField("error"):
        encoded = closure.error.message.encode()
        closure.error.message = encoded[:_LISTED_BYTES].decode(errors="ignore")
