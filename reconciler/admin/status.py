"""gRPC's errors translated into ours, once, where they come in."""

import re
from importlib import import_module
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from google.rpc.status_pb2 import Status

from reconciler.admin.raised import Metadata, as_rpc_error, keep_metadata, restated
from reconciler.config import Flow, Login
from reconciler.errors import (
    AbortedError,
    AdminError,
    AlreadyExistsError,
    CancelledError,
    DataLossError,
    DeadlineExceededError,
    FailedPreconditionError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
    UnreachableError,
)

CLASSES: dict[str, type[AdminError]] = {
    one.status: one
    for one in (
        AbortedError,
        AlreadyExistsError,
        CancelledError,
        DataLossError,
        DeadlineExceededError,
        FailedPreconditionError,
        InternalError,
        InvalidArgumentError,
        NotFoundError,
        OutOfRangeError,
        PermissionDeniedError,
        ResourceExhaustedError,
        UnauthenticatedError,
        UnavailableError,
        UnimplementedError,
        UnknownError,
    )
}
# Codes that may come from the way to Admin instead of from Admin, after the request went out.
_LOST = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL"})
# What comes with errors, and may be of a file that no call had a use for yet.
_DEFINED_IN = {
    "flyteidl.admin.CreateWorkflowFailureReason": "flyteidl.admin.workflow_pb2",
    "flyteidl.admin.EventFailureReason": "flyteidl.admin.event_pb2",
    "flyteidl.admin.InactiveProject": "flyteidl.admin.project_pb2",
    "google.rpc.RetryInfo": "google.rpc.error_details_pb2",
}
_DETAILS_KEY = "grpc-status-details-bin"
# How gRPC's core says that a request never left, since there was no connection to send it on.
_NO_CONNECTION = re.compile(
    r"failed to connect to all addresses(?:; last error: (?:[A-Z_]+: )?(?P<last>.*))?"
    r"|(?P<lookup>errors resolving .*|DNS resolution failed.*|Domain name not found.*)"
    r"|(?P<other>connections to all backends failing.*|empty address list.*)",
    re.DOTALL,
)
# What precedes the reason in those words: addresses, and whose lookup it was.
_NOISE = re.compile(
    r"ipv[46]:\S+ |(?i:failed to connect to remote host: )|errors resolving \S+ |"
    r"\[field:hostname lookup error:address lookup failed for \S+ "
)
# How a server takes plain text that it cannot read: it waits, answers something else or hangs up.
_HUNG_UP = re.compile(r"SETTINGS frame|Socket closed|Connection reset|Endpoint closing")
_OTHER_SERVICE = re.compile(
    r"Received http2 header with status: \d+|Trying to connect an http1"
    r"|unknown service flyteidl\.service\.AdminService"
)


def translate(
    error: grpc.RpcError, *, method: str, subject: str = "", request_id: str = ""
) -> AdminError:
    """Turn what gRPC raised into the class of its code, with all that came with it.

    Args:
        error: As a call on a channel raises it.
        method: The RPC, without its service.
        subject: What the call was about, for the message.
        request_id: What the call was marked with.
    """
    call: Any = error  # what a failed call raises is the call itself, too
    code, text = call.code().name, call.details() or ""
    metadata = tuple((key, value) for key, value in call.trailing_metadata() or ())
    found = as_rpc_error(CLASSES.get(code, UnknownError))(
        text,
        method=method,
        subject=subject,
        attached=_attached(metadata),
        request_id=request_id,
        in_doubt=code in _LOST and never_sent(text) is None,
    )
    keep_metadata(found, metadata)
    return found


def never_sent(text: str) -> str | None:
    """Return in a few words why a request never reached any Admin, or None if it may have.

    `text` is the message of an UNAVAILABLE or UNIMPLEMENTED answer.
    """
    if _OTHER_SERVICE.search(text):
        return "what answers there is no Flyte Admin, or not its gRPC port"
    found = _NO_CONNECTION.match(text)
    if found is None:
        return None
    reason = found["last"] or found["lookup"] or found["other"] or "no connection"
    if "WRONG_VERSION_NUMBER" in reason:
        return "it does not speak TLS (for plain text use http:// or `insecure: true`)"
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return "its TLS certificate is not trusted (see caCertFilePath)"
    return " ".join(_NOISE.sub("", reason).split()).rstrip("]")


def as_unreachable(error: AdminError, *, endpoint: str, insecure: bool) -> UnreachableError | None:
    """Return the one line about a server nobody could talk to, if that is what `error` means.

    Args:
        error: The last of a call.
        endpoint: Where it was sent.
        insecure: True if it was sent in plain text.
    """
    # UNKNOWN: a proxy that redirects to its login page.
    if not isinstance(error, UnavailableError | UnimplementedError | UnknownError):
        return None
    reason = never_sent(error.text)
    if reason is None:
        return None
    if insecure and _HUNG_UP.search(reason):
        reason = "it does not speak gRPC in plain text (for TLS use https:// or `insecure: false`)"
    return as_rpc_error(UnreachableError)(f"cannot reach Flyte Admin at {endpoint}: {reason}")


def refused_login(error: UnauthenticatedError, login: Login) -> AdminError:
    """Say beside Admin's words what was tried, and what else there is."""
    match login.flow:
        case Flow.NONE:
            tried = "no login is configured"
        case Flow.TOKEN:
            tried = "the token given was not accepted"
        case _:
            tried = f"authType {login.flow} gave nothing that was accepted"
    hint = ""
    if login.flow.needs_person:
        hint = (
            " (authType Pkce at a terminal; else ClientSecret, ClientAssertion, ExternalCommand, "
            "or a token in RECONCILER_TOKEN)"
        )
    text = f"{error.text or 'credentials are missing'}; {tried}{hint}"
    return restated(error, UnauthenticatedError, text, in_doubt=False)


def _attached(metadata: Metadata) -> tuple[Message, ...]:
    # Not by grpc_status: it refuses the whole when the message differs from the header's by one
    # character, and Admin cuts long messages in the middle of one.
    raw = next((value for key, value in metadata if key == _DETAILS_KEY), b"")
    try:
        status = Status.FromString(raw if isinstance(raw, bytes) else raw.encode())
        return tuple(_unpack(detail) for detail in status.details)
    except DecodeError:
        return ()


def _unpack(detail: AnyMessage) -> Message:
    name = detail.type_url.rpartition("/")[2]
    if name in _DEFINED_IN:
        import_module(_DEFINED_IN[name])
    try:
        descriptor = descriptor_pool.Default().FindMessageTypeByName(name)
    except KeyError:
        return detail  # a type we do not have stays packed
    message = message_factory.GetMessageClass(descriptor)()
    message.ParseFromString(detail.value)
    return message
