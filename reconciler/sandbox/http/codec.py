"""Three ways to put a message into an HTTP body, and which of them a request gets.

Source: `flyteadmin/pkg/server/service.go` (its marshalers) and grpc-gateway's
`marshaler_registry.go`.
"""

import re
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message

from reconciler.sandbox.http.exchange import Request
from reconciler.sandbox.http.reader import read_message
from reconciler.sandbox.http.tokens import PREFIX, ProtoJSONError
from reconciler.sandbox.http.writer import write_message
from reconciler.sandbox.json_scanner import JSONSyntaxError

JSON = "application/json"
BINARY = "application/octet-stream"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"\s*({_TOKEN}(?:/{_TOKEN})?)\s*(;.*)?", re.DOTALL)
_PARAMETER = re.compile(rf'\s*;\s*({_TOKEN})\s*=\s*(?:{_TOKEN}|"(?:[^"\\]|\\.)*")')


class BodyError(ValueError):
    """A body that is not the message it should be; the message is the gateway's."""


@dataclass(frozen=True)
class Codec:
    """One encoding: its content type, and how messages are written and read."""

    content_type: str
    proto_names: bool = False
    discard_unknown: bool = True

    def encode(self, message: Message) -> bytes:
        """Write a message.

        Raises:
            UnprintableError: JSON has no form for it.
        """
        if self.content_type == BINARY:
            return message.SerializeToString()
        return write_message(message, proto_names=self.proto_names)

    def decode(self, body: bytes, message: Message) -> None:
        """Read a message into `message`.

        Raises:
            BodyError: The body is something else.
        """
        if self.content_type == BINARY:
            try:
                message.ParseFromString(body)
            except DecodeError:
                text = f"{PREFIX}cannot parse invalid wire-format data"
                raise BodyError(text) from None
            return
        try:
            read_message(body, message, discard_unknown=self.discard_unknown)
        except (JSONSyntaxError, ProtoJSONError) as exc:
            raise BodyError(str(exc)) from None


_WILDCARD = Codec(JSON)
_BY_TYPE = {
    JSON: Codec(JSON, proto_names=True, discard_unknown=False),
    BINARY: Codec(BINARY),
}


def codecs_of(request: Request) -> tuple[Codec, Codec]:
    """Return how the request's body is read and how its answer is written.

    `Accept` counts only if it is a known type to the letter; `Content-Type` decides for both
    what `Accept` leaves open, whatever its letter case and parameters.
    """
    inbound = _WILDCARD
    for value in request.values("content-type"):
        found = _BY_TYPE.get(media_type(value))
        if found is not None:
            inbound = found
            break
    for value in request.values("accept"):
        if value in _BY_TYPE:
            return inbound, _BY_TYPE[value]
    return inbound, inbound


def media_type(value: str) -> str:
    """Return the type a header names; empty if Go would not take it for one."""
    found = _MEDIA_TYPE.fullmatch(value)
    if found is None:
        return ""
    rest = found[2] or ""
    seen: set[str] = set()
    while rest.strip(" \t;"):
        parameter = _PARAMETER.match(rest)
        if parameter is None or parameter[1].lower() in seen:
            return ""
        seen.add(parameter[1].lower())
        rest = rest[parameter.end() :]
    return found[1].lower()
