"""Our errors as gRPC's: what a call raises can be caught as either."""

import math
from functools import cache
from typing import Any, TypeVar

import grpc

from reconciler.errors import AdminError, ReconcilerError, revived

Metadata = tuple[tuple[str, str | bytes], ...]
Raised = TypeVar("Raised", bound=ReconcilerError)


class Answered(grpc.RpcError):
    """The part of an error of ours that lets it be handled as gRPC's own."""

    _metadata: Metadata = ()

    def code(self) -> grpc.StatusCode:
        """Its gRPC code; UNAVAILABLE where nobody was reached."""
        return grpc.StatusCode[getattr(self, "status", "UNAVAILABLE")]

    def details(self) -> str:
        """Admin's own words."""
        return getattr(self, "text", str(self))

    def trailing_metadata(self) -> Any:
        """What came with the answer: pairs of a key and a text, or bytes for keys in `-bin`."""
        return self._metadata

    def initial_metadata(self) -> Any:
        """Nothing: no Admin says anything that matters before an error."""
        return ()

    def debug_error_string(self) -> str:
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (type(self).__bases__[1], self.args, self.__dict__)


def as_rpc_error(kind: type[Raised]) -> type[Raised]:
    """The same class, under the same name, whose errors are gRPC's errors as well."""
    key: Any = kind
    made: type[Raised] = _made(key)
    return made


def keep_metadata(error: ReconcilerError, metadata: Metadata) -> None:
    """Remember what came with the answer, for `trailing_metadata`."""
    error.__dict__["_metadata"] = metadata


def restated(
    error: AdminError, kind: type[AdminError], text: str, *, in_doubt: bool | None = None
) -> AdminError:
    """The same refusal as another class or in other words."""
    found = as_rpc_error(kind)(
        text,
        method=error.method,
        subject=error.subject,
        attached=error.attached,
        request_id=error.request_id,
        in_doubt=error.in_doubt if in_doubt is None else in_doubt,
    )
    keep_metadata(found, error.__dict__.get("_metadata", ()))
    return found


def pause_asked_for(error: AdminError) -> float:
    """How many seconds a server, or a proxy before it, asks to be left alone; 0 if it does not.

    It says so by `retry-after` (seconds), by gRPC's own `grpc-retry-pushback-ms` (where less than
    none means for good), or by an attached RetryInfo.
    """
    pauses = [0.0]
    for key, value in error.__dict__.get("_metadata", ()):
        if key == "retry-after":
            pauses.append(_number(value))
        elif key == "grpc-retry-pushback-ms":
            pushback = _number(value) / 1000
            pauses.append(math.inf if pushback < 0 else pushback)
    for detail in error.attached:
        if detail.DESCRIPTOR.full_name == "google.rpc.RetryInfo":
            info: Any = detail
            pauses.append(info.retry_delay.ToTimedelta().total_seconds())
    return max(pauses)


def _number(value: str | bytes) -> float:
    try:
        found = float(value)
    except ValueError:  # a date is allowed there as well, and nobody sends one
        return 0.0
    return found if math.isfinite(found) else 0.0


@cache
def _made(kind: Any) -> Any:
    members = {"__doc__": kind.__doc__, "__module__": kind.__module__}
    return type(kind.__name__, (Answered, kind), members)


def _revived(kind: type[Raised], args: tuple[Any, ...], state: dict[str, Any]) -> Raised:
    return revived(as_rpc_error(kind), args, state)
