"""Which RPC a method and a path mean: the `google.api.http` annotations of flyteidl.

The path is unescaped first and split afterwards, so an escaped slash splits a segment; variables
match exactly one segment, which may be empty.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2
from google.api import annotations_pb2
from google.protobuf import message_factory
from google.protobuf.message import Message

from reconciler.sandbox.http.prefixes import Prefixes

_SERVICES = (
    (admin_pb2, "AdminService"),
    (auth_pb2, "AuthMetadataService"),
    (identity_pb2, "IdentityService"),
    (dataproxy_pb2, "DataProxyService"),
    (signal_pb2, "SignalService"),
)
_VERBS = ("get", "put", "post", "delete", "patch")
_VARIABLE = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True)
class Route:
    """One way to call an RPC over HTTP.

    Attributes:
        verb: The HTTP method, in capitals.
        segments: The path's parts; `{a.b}` is a variable that fills the field of that name.
        body: Whether the request is read from the body.
        method: Full gRPC method, `/flyteidl.service.AdminService/GetTask`.
        summary: What flyteidl says about the RPC.
    """

    verb: str
    segments: tuple[str, ...]
    body: bool
    method: str
    request: type[Message]
    response: type[Message]
    summary: str = ""

    @functools.cached_property
    def variables(self) -> tuple[str, ...]:
        """The fields that the path fills, in its order."""
        return tuple(found[1] for found in map(_VARIABLE.fullmatch, self.segments) if found)

    @functools.cached_property
    def ignored(self) -> Prefixes:
        """The query parameters that lose against the path."""
        named = [(name.split("."), name.rpartition(".")[2]) for name in self.variables]
        return Prefixes([(parts, _camel_case(last)) for parts, last in named])

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """Return the path's variables, None if it is another path."""
        if len(parts) != len(self.segments):
            return None
        values: dict[str, str] = {}
        for segment, part in zip(self.segments, parts, strict=True):
            variable = _VARIABLE.fullmatch(segment)
            if variable:
                values[variable[1]] = part
            elif segment != part:
                return None
        return values


@dataclass(frozen=True)
class Found:
    """The outcome of a look-up.

    Attributes:
        route: None if the path is unknown, or known under other methods only.
        values: The path's variables.
        known: Whether any method is known for the path.
    """

    route: Route | None
    values: Mapping[str, str]
    known: bool


def find(verb: str, path: str, *, form: bool) -> Found:
    """Look a path up.

    Args:
        path: Unescaped, from its leading slash on.
        form: Whether this is a POST of a form, which may stand in for a GET.
    """
    parts = path[1:].split("/")
    candidates = [
        (route, values)
        for route in _by_length().get(len(parts), ())
        if (values := route.match(parts)) is not None
    ]
    wanted = (verb, "GET") if form else (verb,)
    for method in wanted:
        for route, values in candidates:
            if route.verb == method:
                return Found(route, values, True)
    return Found(None, {}, bool(candidates))


@functools.cache
def routes() -> tuple[Route, ...]:
    """Return every route of the five services."""
    return tuple(route for module, name in _SERVICES for route in _of_service(module, name))


@functools.cache
def _by_length() -> dict[int, list[Route]]:
    table: dict[int, list[Route]] = {}
    for route in routes():
        table.setdefault(len(route.segments), []).append(route)
    for found in table.values():
        # A literal beats a variable; among equals the last one entered, as in Go.
        found.sort(key=lambda route: [bool(_VARIABLE.fullmatch(s)) for s in route.segments])
    return table


def _of_service(module: Any, name: str) -> Iterator[Route]:
    service = module.DESCRIPTOR.services_by_name[name]
    for method in service.methods:
        rule = method.GetOptions().Extensions[annotations_pb2.http]
        for binding in (rule, *rule.additional_bindings):
            verb = binding.WhichOneof("pattern")
            if verb not in _VERBS:
                continue
            yield Route(
                verb=verb.upper(),
                segments=tuple(getattr(binding, verb)[1:].split("/")),
                body=bool(binding.body),
                method=f"/{service.full_name}/{method.name}",
                request=message_factory.GetMessageClass(method.input_type),
                response=message_factory.GetMessageClass(method.output_type),
                summary=_summary(method),
            )


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _summary(method: Any) -> str:
    for option, value in method.GetOptions().ListFields():
        if option.name == "openapiv2_operation":
            return str(value.description)
    return ""
