"""What the embedded Admin answers when it refuses, in one exception.

Handlers raise `Refusal`; whatever serves them (gRPC, the HTTP gateway, a test) turns it into
its own kind of answer. `transformed` is the last thing every refusal of AdminService and
SignalService passes: it keeps messages within what a header can carry.
"""

from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2

MAX_MESSAGE_BYTES = 32000  # longer ones lose their tail, and the details with it


class Refusal(Exception):
    """One gRPC error: the code, the message and the status details.

    Attributes:
        code: Never OK.
        message: As the client shall read it; empty for what would be a panic in Admin.
        details: Messages that travel, packed into Any, in `google.rpc.Status.details`.
    """

    def __init__(self, code: grpc.StatusCode, message: str, details: Iterable[Any] = ()) -> None:
        self.code = code
        self.message = message
        self.details: tuple[Any, ...] = tuple(details)
        super().__init__(f"{code.name}: {message}")

    def status(self) -> status_pb2.Status:
        """Return the whole refusal as the message that `grpc-status-details-bin` carries."""
        packed = []
        for detail in self.details:
            packed.append(any_pb2.Any())
            packed[-1].Pack(detail)
        return status_pb2.Status(code=self.code.value[0], message=self.message, details=packed)


class Panic(Exception):
    """A request on which Admin's handler would panic: INTERNAL, and not a word why.

    The text is for our own log only; the client gets an empty message.
    """


def invalid(message: str, *details: Any) -> Refusal:
    """Return an INVALID_ARGUMENT refusal."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message, details)


def missing(field: str) -> Refusal:
    """Return Admin's answer to a request without `field`."""
    return invalid(f"missing {field}")


def invalid_value(field: str) -> Refusal:
    """Return Admin's answer to a `field` whose value cannot be."""
    return invalid(f"invalid value for {field}")


def not_found(message: str) -> Refusal:
    """Return a NOT_FOUND refusal."""
    return Refusal(grpc.StatusCode.NOT_FOUND, message)


def internal(message: str) -> Refusal:
    """Return an INTERNAL refusal."""
    return Refusal(grpc.StatusCode.INTERNAL, message)


def database(message: str) -> Refusal:
    """Return what Admin makes of a database error it has no name for.

    Args:
        message: PostgreSQL's text, without its `ERROR:` and its SQLSTATE.
    """
    return Refusal(grpc.StatusCode.UNKNOWN, f"failed database operation with {message}")


def already_exists(constraint: str) -> Refusal:
    """Return what Admin makes of a violated unique constraint."""
    violation = f'duplicate key value violates unique constraint "{constraint}"'
    return Refusal(
        grpc.StatusCode.ALREADY_EXISTS, f"value with matching already exists ({violation})"
    )


def missing_entity(kind: str, identifier: str) -> Refusal:
    """Return Admin's answer when a single thing is not there.

    Args:
        kind: As Admin names it: TASK, WORKFLOW, LAUNCH_PLAN, `execution`, `node execution` …
        identifier: The id in Go's text form, without its resource type.
    """
    return not_found(f"missing entity of type {kind} with identifier {identifier}")


def transformed(refusal: Refusal) -> Refusal:
    """Return `refusal` with its message cut to 32000 bytes, without details if it was cut.

    A character cut in two becomes U+FFFD, once for each byte left of it, as Go's decoders
    read it.
    """
    encoded = refusal.message.encode()
    if len(encoded) <= MAX_MESSAGE_BYTES:
        return refusal
    return Refusal(refusal.code, _decode_cut(encoded[:MAX_MESSAGE_BYTES]))


def _decode_cut(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError as exc:
        return encoded[: exc.start].decode() + "\ufffd" * (len(encoded) - exc.start)
