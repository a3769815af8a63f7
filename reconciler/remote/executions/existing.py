"""Whether an execution that has a name is the one that was to be launched under it.

Admin compares nothing: asked to create an execution whose name is taken, it overwrites the inputs
that are stored of the existing one and then says that it exists. So this is asked first.
"""

from collections.abc import Mapping
from typing import Any

from flyteidl.admin.execution_pb2 import Execution, ExecutionSpec, WorkflowExecutionGetDataRequest
from flyteidl.core.literals_pb2 import Literal, LiteralMap
from google.protobuf.message import Message

from reconciler.errors import ExecutionConflictError
from reconciler.model import ResourceId
from reconciler.remote.executions.data import data_of
from reconciler.remote.executions.native import to_python

# What Admin stores as it was sent. It resolves the security context and max_parallelism, and adds
# the project's labels.
_AS_SENT = (
    "annotations",
    "auth_role",
    "cluster_assignment",
    "disable_all",
    "envs",
    "execution_cluster_label",
    "execution_env_assignments",
    "interruptible",
    "notifications",
    "overwrite_cache",
    "quality_of_service",
    "raw_output_data_config",
    "tags",
)


def check_same(
    found: Execution, spec: ExecutionSpec, inputs: Mapping[str, Literal], remote: Any
) -> None:
    """Compare what exists with what was to be launched.

    Args:
        inputs: All that it would have: given ones, defaults and fixed ones.

    Raises: ExecutionConflictError naming all that differs.
    """
    name = f"execution {found.id.project}/{found.id.domain}/{found.id.name}"
    differences = []
    there = ResourceId.from_identifier(found.spec.launch_plan)
    wanted = ResourceId.from_identifier(spec.launch_plan)
    if there != wanted:
        differences.append(f"it runs {there}, not {wanted}")
    else:
        differences += _of_inputs(_inputs(found, remote), inputs)
    differences += _of_options(found.spec, spec)
    if differences:
        raise ExecutionConflictError(name, differences)


def _inputs(found: Execution, remote: Any) -> LiteralMap:
    request = WorkflowExecutionGetDataRequest(id=found.id)
    answer = remote._connection.calls.get_execution_data(request)
    return data_of(answer, remote._stored).inputs


def _of_inputs(found: LiteralMap, wanted: Mapping[str, Literal]) -> list[str]:
    there = found.literals
    if not there and wanted:
        # Admin's answer for what it cannot read, or would not, for its size.
        return ["its inputs cannot be read, so that nothing says that they are the same"]
    differences = []
    for name in sorted({*there, *wanted}):
        if name not in there:
            differences.append(f"input {name} is not among its inputs")
        elif name not in wanted:
            differences.append(f"input {name} is {_shown(there[name])} there, and not given here")
        elif not _alike(there[name], wanted[name]):
            differences.append(
                f"input {name} is {_shown(there[name])} there, {_shown(wanted[name])} here"
            )
    return differences


def _alike(one: Literal, other: Literal) -> bool:
    # A message is not equal to itself if a NaN is in it, but its bytes are.
    if one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True):
        return True
    if one.scalar.WhichOneof("value") not in ("binary", "generic"):
        return False
    try:  # a struct's keys come in any order
        return bool(to_python(one) == to_python(other))
    except ValueError:
        return False


def _shown(literal: Literal) -> str:
    try:
        text = repr(to_python(literal))
    except ValueError:
        text = "something unreadable"
    return text if len(text) <= 60 else f"{text[:59]}…"


def _of_options(found: ExecutionSpec, wanted: ExecutionSpec) -> list[str]:
    """Options that were set, and are set otherwise there."""
    said = {field.name: value for field, value in wanted.ListFields()}
    there = {field.name: value for field, value in found.ListFields()}
    differences = [
        name
        for name in _AS_SENT
        if name in said and not _is_empty(name, said[name]) and there.get(name) != said[name]
    ]
    labels = dict(wanted.labels.values)
    if labels and any(found.labels.values.get(key) != labels[key] for key in labels):
        differences.append("labels")
    return [f"its {name} differ" for name in differences]


def _is_empty(name: str, value: Any) -> bool:
    # A false `interruptible` is a message without fields, and says something all the same.
    return name != "interruptible" and isinstance(value, Message) and not value.ListFields()
