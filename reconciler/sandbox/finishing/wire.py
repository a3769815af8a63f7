"""Ending an execution as a person says it: by its name, with plain values, wherever it is."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import yaml
from flyteidl.core import identifier_pb2
from flyteidl.service import admin_pb2
from google.protobuf import message_factory

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.finishing.errors import FinishError
from reconciler.sandbox.finishing.finish import Finished, Rpcs, finish, interface_of
from reconciler.sandbox.finishing.literals import placeholders, read_outputs

_SERVICE = admin_pb2.DESCRIPTOR.services_by_name["AdminService"]


class Wire:
    """Calls RPCs of AdminService over a channel.

    Args:
        timeout: Of one call, in seconds.
    """

    def __init__(self, channel: grpc.Channel, *, timeout: float = 30.0) -> None:
        self._channel, self._timeout = channel, timeout

    def __call__(self, name: str, request: Any) -> Any:
        """Call one and return its answer.

        Raises:
            FinishError: It was refused.
        """
        answer = message_factory.GetMessageClass(_SERVICE.methods_by_name[name].output_type)
        call = self._channel.unary_unary(
            f"/{_SERVICE.full_name}/{name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        try:
            return call(request, timeout=self._timeout)
        except grpc.RpcError as exc:
            raise FinishError(f"{name}: {exc.code().name}: {exc.details()}") from exc


class Within:
    """Calls RPCs of AdminService of an Admin in this process, past its bad days.

    Args:
        answer: Answers one, as `Admin.within` does.
    """

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self._answer = answer

    def __call__(self, name: str, request: Any) -> Any:
        """Call one and return its answer.

        Raises:
            FinishError: It was refused.
        """
        kind = message_factory.GetMessageClass(_SERVICE.methods_by_name[name].output_type)
        try:
            content = self._answer(f"/{_SERVICE.full_name}/{name}", request.SerializeToString())
        except Refusal as exc:
            raise FinishError(f"{name}: {exc}") from exc
        return kind.FromString(content)


def finish_at(endpoint: str, execution: str, **how: Any) -> Finished:
    """Drive an execution of the Admin at host:port, without TLS; otherwise as `finish_named`."""
    with grpc.insecure_channel(endpoint) as channel:
        return finish_named(Wire(channel), execution, **how)


def finish_named(
    rpcs: Rpcs,
    execution: str,
    *,
    now: int,
    outputs: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    error: str | None = None,
) -> Finished:
    """Drive an execution to its end.

    Args:
        execution: `project/domain/name`.
        now: When it all happens, in nanoseconds since 1970.
        outputs: Plain values by name, or the path of a file of them, in YAML or JSON; None: it
            ends with something of the right types.
        error: Makes it fail with this message.

    Raises:
        FinishError: There is no such execution, it is over already, the outputs are not those
            that its workflow declares, or Admin refuses.
    """
    project, _, rest = execution.partition("/")
    domain, _, name = rest.partition("/")
    if not name:
        raise FinishError(f"{execution!r} is no execution: expected project/domain/name")
    identifier = identifier_pb2.WorkflowExecutionIdentifier(
        project=project, domain=domain, name=name
    )
    literals = None
    if error is None:
        interface = interface_of(rpcs, identifier)
        if outputs is None:
            literals = placeholders(interface)
        else:
            values = outputs if isinstance(outputs, Mapping) else load_outputs(outputs)
            literals = read_outputs(interface, values)
    return finish(rpcs, identifier, now=now, outputs=literals, error=error)


def load_outputs(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read plain values by name from a file, in YAML or JSON.

    Raises:
        FinishError: It is not there, or holds something else.
    """
    try:
        values = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise FinishError(f"{path}: {exc}") from exc
    if not isinstance(values, dict):
        raise FinishError(f"{path}: expected outputs by name")
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """Return the value as JSON could have it: YAML knows times."""
    match value:
        case date():
            return value.isoformat()
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
    return value
