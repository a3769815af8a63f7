"""What a message says without the values that may hold secrets.

Nobody marked what Admin holds as sensitive. So where it is kept outside of Admin, the values of
environment variables, inputs, plugin settings, cluster resources and the addresses of
notifications are emptied; their names stay. An outline is not what it is the outline of: it has
another digest, so whoever keeps one keeps the digest beside it.
"""

from typing import TypeVar

from flyteidl.admin.matchable_resource_pb2 import ClusterResourceAttributes
from flyteidl.core.literals_pb2 import BindingData, KeyValuePair, Literal
from flyteidl.core.tasks_pb2 import K8sPod, TaskTemplate
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value

Outlined = TypeVar("Outlined", bound=Message)

_RECIPIENTS = "recipients_email"


def outlined(message: Outlined) -> Outlined:
    """A copy of a message in which those values are empty."""
    copy = type(message)()
    copy.CopyFrom(message)
    _empty(copy)
    return copy


def _empty(message: Message) -> None:
    match message:
        case Literal():
            message.Clear()
            return
        case BindingData() if message.WhichOneof("value") in ("scalar", "collection", "map"):
            # What it is bound to may be a promise deep inside; that is lost with the rest.
            message.Clear()
            message.scalar.none_type.SetInParent()
            return
        case KeyValuePair():
            message.value = ""
            return
        case ClusterResourceAttributes():
            for name in message.attributes:
                message.attributes[name] = ""
            return
        case TaskTemplate():
            message.custom.Clear()
            for name in message.config:
                message.config[name] = ""
        case K8sPod():
            _empty_pod(message.pod_spec)
    for field, value in message.ListFields():
        if field.name == _RECIPIENTS:
            del value[:]
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            _empty_all(field, value)


def _empty_all(field: FieldDescriptor, value: object) -> None:
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        if entry.fields_by_name["value"].type == FieldDescriptor.TYPE_MESSAGE:
            for item in value.values():  # type: ignore[attr-defined]
                _empty(item)
    elif isinstance(value, Message):
        _empty(value)
    else:
        for item in value:  # type: ignore[attr-defined]
            _empty(item)


def _empty_pod(pod: Struct) -> None:
    for name, value in pod.fields.items():
        _empty_value(name, value)


def _empty_value(name: str, value: Value) -> None:
    if value.HasField("struct_value"):
        _empty_pod(value.struct_value)
    elif value.HasField("list_value"):
        for item in value.list_value.values:
            if name == "env" and "value" in item.struct_value.fields:
                item.struct_value.fields["value"].string_value = ""
            _empty_value(name, item)
