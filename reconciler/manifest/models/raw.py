"""What has no words in the manifest language, given verbatim as protobuf JSON under `raw:`.

It is read as a message of its own and merged later into what the rest of the document says; `null`
takes a field away that would be sent out of habit. What a document must say elsewhere, and what
Admin never takes, is refused here with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.matchable_resource_pb2 import TaskResourceAttributes, WorkflowExecutionConfig
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message
from pydantic import PlainValidator, WithJsonSchema

from reconciler.manifest.models.base import Path, Problem, refuse
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import describe_value

# By the full name of the field; tests hold both lists to flyteidl's descriptors. What other parts
# of the document say, where it is the outermost message that would say it again:
SAID_ELSEWHERE: dict[str, str] = {
    "flyteidl.core.TaskTemplate.id": "metadata and version say it",
    "flyteidl.core.WorkflowTemplate.id": "metadata and version say it",
    "flyteidl.core.Node.id": "the node's own key says it",
    "flyteidl.admin.LaunchPlanSpec.workflow_id": "spec.workflow says it",
}
# And what Admin never takes.
REFUSED: dict[str, str] = {
    "flyteidl.admin.LaunchPlanMetadata.launch_conditions": "Admin refuses launch conditions",
    "flyteidl.core.Parameter.artifact_query": "Admin refuses artifact queries",
    "flyteidl.core.Parameter.artifact_id": "Admin wants a default, or required: true",
    "flyteidl.core.Operand.scalar": "Flyte's compiler refuses it; `primitive` says the same",
    "flyteidl.core.Identifier.org": "Admin keeps no organisations, and finds nothing by them",
}
_DEEPEST = 90
# Fields that name other things; their type of resource need not be written out.
_SLOTS = {
    "reference_id": ResourceType.TASK,
    "launchplan_ref": ResourceType.LAUNCH_PLAN,
    "sub_workflow_ref": ResourceType.WORKFLOW,
}


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it was given. `absent` are the paths, in proto's names, that are null."""

    message: Message
    absent: frozenset[tuple[str, ...]] = frozenset()

    @property
    def references(self) -> tuple[Identifier, ...]:
        """What it refers to, in the order of the fields; parts left blank mean this document's."""
        return tuple(references(self.message))


def references(message: Message) -> Iterator[Identifier]:
    """Every identifier by which a node names a task, workflow or launch plan."""
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else (value,):
            if isinstance(item, Identifier):
                if field.name in _SLOTS:
                    yield item
            else:
                yield from references(item)


def _reader(kind: type[Message]) -> Callable[[Any], Raw]:
    descriptor: Descriptor = kind.DESCRIPTOR  # type: ignore[assignment]
    name = descriptor.full_name

    def read(value: Any) -> Raw:
        if isinstance(value, Raw):
            return value
        if not isinstance(value, dict):
            raise ValueError(f"expected a mapping: {name} as protobuf JSON")
        problems = list(proto_problems(value, descriptor))
        if problems:
            refuse(problems)
        message = kind()
        try:
            ParseDict(value, message, max_recursion_depth=_DEEPEST)
        except ParseError as error:
            raise ValueError(f"not a {name}: {error}") from None
        except (RecursionError, OverflowError):
            raise ValueError(f"not a {name}: nested too deeply") from None
        _complete_types(message)
        return Raw(message, frozenset(_nulls(value, descriptor)))

    return read


def proto_problems(
    value: Mapping[str, Any], descriptor: Descriptor, path: Path = ()
) -> Iterator[Problem]:
    """Fields that do not exist or have no business here, messages and choices that are none.

    protobuf's own reader takes what is empty for a message, and a truth value for a choice.
    """
    for key, item in value.items():
        field = _field(descriptor, key)
        if field is None:
            known = [one.json_name for one in descriptor.fields]
            message = f"{descriptor.full_name} has no field {key}"
            yield Problem(message, (*path, key), "unknown-field", did_you_mean(key, known))
            continue
        reason = REFUSED.get(field.full_name) or (
            SAID_ELSEWHERE.get(field.full_name) if not path else None
        )
        if reason:
            yield Problem(f"{key} cannot be given raw: {reason}", (*path, key), "refused-field")
            continue
        if field.enum_type is not None:
            yield from _no_choices(item, (*path, key))
        for inner_path, inner, message_type in _inside(field, item, (*path, key)):
            if isinstance(inner, dict):
                yield from proto_problems(inner, message_type, inner_path)
            elif inner is not None:
                message = f"expected a mapping, found {describe_value(inner)}"
                yield Problem(message, inner_path, "wrong-type")


def _no_choices(item: Any, path: Path) -> Iterator[Problem]:
    """Values that are no choice, though Python can make a number of some of them."""
    items = [((*path, n), one) for n, one in enumerate(item)] if _is_list(item) else [(path, item)]
    for where, one in items:
        number = isinstance(one, int | float) and not isinstance(one, bool)
        # protobuf cuts off what does not fit, and makes another choice of it.
        if number and -(2**31) <= one < 2**31 and one == int(one):
            continue
        if not isinstance(one, str) and one is not None:
            message = f"expected one of several words, found {describe_value(one)}"
            yield Problem(message, where, "wrong-type")


def _nulls(
    value: Mapping[str, Any], descriptor: Descriptor, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    for key, item in value.items():
        field = _field(descriptor, key)
        assert field is not None, "unknown fields were refused before"
        if item is None:
            yield (*path, field.name)
        elif not field.is_repeated:
            for _, inner, message_type in _inside(field, item, ()):
                yield from _nulls(inner, message_type, (*path, field.name))


def _inside(
    field: FieldDescriptor, item: Any, path: Path
) -> Iterator[tuple[Path, Any, Descriptor]]:
    """What stands for a message in a field's JSON value, each with its path."""
    message_type = field.message_type
    if message_type is None:
        return
    items: list[tuple[Path, Any]] = [(path, item)]
    if message_type.GetOptions().map_entry:
        message_type = message_type.fields_by_name["value"].message_type
        items = [((*path, key), one) for key, one in item.items()] if _is_map(item) else []
    elif field.is_repeated:
        items = [((*path, n), one) for n, one in enumerate(item)] if _is_list(item) else []
    # Those of google.protobuf have a JSON of their own.
    if message_type is None or message_type.full_name.startswith("google.protobuf."):
        return
    for inner_path, one in items:
        yield inner_path, one, message_type


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _field(descriptor: Descriptor, key: str) -> FieldDescriptor | None:
    by_json_name = {field.json_name: field for field in descriptor.fields}
    found: FieldDescriptor | None = by_json_name.get(key) or descriptor.fields_by_name.get(key)
    return found


def _complete_types(message: Message) -> None:
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else (value,):
            if isinstance(item, Identifier):
                item.resource_type = item.resource_type or _SLOTS.get(field.name, 0)
            else:
                _complete_types(item)


def _schema(kind: type[Message]) -> WithJsonSchema:
    name = kind.DESCRIPTOR.full_name
    return WithJsonSchema(
        {
            "type": "object",
            "description": f"Anything of {name} that has no words here, as protobuf JSON; it is "
            "merged with the rest, and null takes away what is sent out of habit.",
            # The schema is written out where one is asked for.
            "x-message": name,
        }
    )


RawTask = Annotated[Raw, PlainValidator(_reader(TaskTemplate)), _schema(TaskTemplate)]
RawWorkflow = Annotated[Raw, PlainValidator(_reader(WorkflowTemplate)), _schema(WorkflowTemplate)]
RawNode = Annotated[Raw, PlainValidator(_reader(Node)), _schema(Node)]
RawLaunchPlan = Annotated[Raw, PlainValidator(_reader(LaunchPlanSpec)), _schema(LaunchPlanSpec)]
RawTaskResources = Annotated[
    Raw, PlainValidator(_reader(TaskResourceAttributes)), _schema(TaskResourceAttributes)
]
RawWorkflowExecutionConfig = Annotated[
    Raw, PlainValidator(_reader(WorkflowExecutionConfig)), _schema(WorkflowExecutionConfig)
]
