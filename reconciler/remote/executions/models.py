"""flytekit's models as the messages that they stand for, without loading flytekit."""

from typing import Any, TypeVar

from google.protobuf.message import Message

Kind = TypeVar("Kind", bound=Message)


def as_message(value: Any, kind: type[Kind]) -> Kind | None:
    """`value` if it is such a message, or the message of flytekit's model of one; else None."""
    if isinstance(value, kind):
        return value
    if hasattr(value, "to_flyte_idl"):
        told = value.to_flyte_idl()
        if isinstance(told, Message) and told.DESCRIPTOR.full_name == kind.DESCRIPTOR.full_name:
            return kind.FromString(told.SerializeToString())
    return None
