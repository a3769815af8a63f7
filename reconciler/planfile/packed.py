"""Messages of Flyte's inside of ours: only those that a plan can hold are unpacked."""

from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityMetadata
from flyteidl.admin.execution_pb2 import ExecutionCreateRequest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanSpec
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

_MESSAGES: dict[str, Any] = {
    message.DESCRIPTOR.full_name: message
    for message in (
        CompiledTask,
        CompiledWorkflowClosure,
        ExecutionCreateRequest,
        LaunchPlan,
        LaunchPlanSpec,
        MatchingAttributes,
        NamedEntityMetadata,
        Project,
        TaskSpec,
        WorkflowSpec,
    )
}


def pack(message: Message) -> AnyMessage:
    """Wrap a message; the same one is the same bytes."""
    packed = AnyMessage()
    packed.Pack(message, deterministic=True)
    return packed


def can_unpack(packed: AnyMessage) -> bool:
    """Tell whether a plan holds such messages itself; Flyte's own may hold others in turn."""
    return packed.TypeName() in _MESSAGES


def unpack(packed: AnyMessage) -> Message:
    """Unwrap a message.

    Raises: KeyError for a type that no plan holds; DecodeError for damage.
    """
    message: Message = _MESSAGES[packed.TypeName()]()
    message.ParseFromString(packed.value)
    return message
