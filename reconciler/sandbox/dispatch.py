"""Which function answers which RPC.

A file of `services/` makes one table for each gRPC service it serves and enters its functions:

    admin = Table("flyteidl.service.AdminService")

    @admin.handles("GetProject")
    def get_project(call: Call, request: project_pb2.ProjectGetRequest) -> project_pb2.Project:
        ...

Messages are decoded and encoded around it. `Call` is all the function may know of the world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.objects import ObjectStore
from reconciler.sandbox.store import Store


@dataclass(frozen=True)
class Call:
    """One RPC's surroundings.

    Attributes:
        method: The full method, `/flyteidl.service.AdminService/GetTask`.
        metadata: The request's headers, in order; names in lower case.
        now: Gives the time in microseconds since 1970 UTC, later at every call, so that rows
            written one after the other are in order of `created_at`.
        nanos: Gives the time in nanoseconds since 1970 UTC.
        objects: The object store: uploads, decks, whatever has a native URL.
    """

    store: Store
    config: SandboxConfig
    now: Callable[[], int]
    nanos: Callable[[], int]
    objects: ObjectStore
    method: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)  # what interceptors found: an identity


HandlerFunction = Callable[[Call, Any], Message]


@dataclass(frozen=True)
class Handler:
    """One RPC: its function and its message classes.

    Attributes:
        transformed: Whether refusals pass Admin's error transformer (§ `errors.transformed`).
    """

    function: HandlerFunction
    request: type[Message]
    response: type[Message]
    transformed: bool


class Table:
    """The handlers of one gRPC service, or some of them.

    Args:
        service: Full name, `flyteidl.service.AdminService`; its protobufs must be imported.
        transformed: Whether its refusals pass the error transformer: those of AdminService and
            SignalService do.
    """

    def __init__(self, service: str, *, transformed: bool = True) -> None:
        self.service = service
        self.transformed = transformed
        self.handlers: dict[str, Handler] = {}

    def handles(
        self, name: str, *, transformed: bool | None = None
    ) -> Callable[[HandlerFunction], HandlerFunction]:
        """Enter the decorated function as the answer to the RPC `name`."""
        pool = descriptor_pool.Default()
        method = pool.FindServiceByName(self.service).methods_by_name[name]

        def enter(function: HandlerFunction) -> HandlerFunction:
            self.handlers[name] = Handler(
                function,
                message_factory.GetMessageClass(method.input_type),
                message_factory.GetMessageClass(method.output_type),
                self.transformed if transformed is None else transformed,
            )
            return function

        return enter


def merge(tables: Sequence[Table]) -> dict[str, dict[str, Handler]]:
    """Return every handler by service and method name."""
    merged: dict[str, dict[str, Handler]] = {}
    for table in tables:
        methods = merged.setdefault(table.service, {})
        twice = methods.keys() & table.handlers.keys()
        if twice:
            raise ValueError(f"{table.service}: more than one answer to {', '.join(twice)}")
        methods.update(table.handlers)
    return merged
