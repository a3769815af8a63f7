"""Protobuf bytes as Go's decoder would take or refuse them."""

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from reconciler.sandbox.errors import internal

M = TypeVar("M", bound=Message)


def decode(message: type[M], payload: bytes) -> M:
    """Decode a request.

    Raises:
        Refusal: INTERNAL, in the words of Go's gRPC.
    """
    try:
        return message.FromString(payload)
    except DecodeError:
        raise internal(
            "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data"
        ) from None
