"""Answer what a running workflow waits for: seen first, checked, and then said."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from flyteidl.admin.signal_pb2 import Signal, SignalSetRequest
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from reconciler.compiler import castable, literal_type
from reconciler.errors import AdminError, SignalError
from reconciler.model import ExecutionId, describe
from reconciler.remote.executions.native import to_python
from reconciler.remote.executions.uploads import Uploads
from reconciler.remote.executions.values import to_literal

PAGE = 1000  # signals


def list_signals(
    remote: Any, id: ExecutionId, *, filters: Any = None, limit: int | None = None
) -> Iterator[Signal]:
    """Yield what an execution waits for, and what was answered, in the order of their gates."""
    found: Iterator[Signal] = remote._connection.client.iter_signals(
        id.to_identifier(), filters=filters, limit=limit, page_size=PAGE
    )
    return found


def set_signal(
    remote: Any, id: ExecutionId, signal_id: str, value: Any, *, overwrite: bool = False
) -> None:
    """Answer one signal.

    Args:
        value: A literal, or whatever its declared type can be made of.
        overwrite: Answer anew what was answered otherwise; what has read it does not notice.

    Raises: SignalError for a signal that is not there (yet), that was answered otherwise, or that
        takes no such value; nothing was sent.
    """
    known = {one.id.signal_id: one for one in list_signals(remote, id)}
    signal = known.get(signal_id)
    if signal is None:
        raise SignalError(_unknown(signal_id, id, known))
    literal = _literal(remote, id, signal, value)
    if signal.HasField("value") and not overwrite:
        if signal.value == literal:
            return
        raise SignalError(
            f"signal {signal_id} of {id} is answered already, with {_shown(signal.value)}"
        )
    request = SignalSetRequest(id=signal.id, value=literal)
    try:
        remote._connection.calls.set_signal(request)
    except AdminError as error:
        if not error.in_doubt:
            raise
        # Admin acted, perhaps, and the answer was lost.
        now = {one.id.signal_id: one.value for one in list_signals(remote, id)}
        if now.get(signal_id) != literal:
            raise


def decide(
    remote: Any, id: ExecutionId, signal_id: str, approved: bool, *, overwrite: bool = False
) -> None:
    """Approve or reject; else as `set_signal`."""
    set_signal(remote, id, signal_id, approved, overwrite=overwrite)


def _unknown(signal_id: str, id: ExecutionId, known: Mapping[str, Signal]) -> str:
    nearest = get_close_matches(signal_id, known, n=1)
    hint = f" (did you mean {nearest[0]}?)" if nearest else ""
    there = ", ".join(known) or "none yet"
    return (
        f"{id} waits for no signal {signal_id}{hint}; there are: {there}. A signal is there once "
        "the execution has come to its gate"
    )


def _literal(remote: Any, id: ExecutionId, signal: Signal, value: Any) -> Literal:
    uploads = Uploads()
    where = f"signal {signal.id.signal_id} of {id}"
    if signal.type.simple == SimpleType.BOOLEAN and not isinstance(value, bool | Literal):
        raise SignalError(f"{where}: an approval takes True or False")
    try:
        literal = to_literal(value, signal.type, where=where, uploads=uploads)
    except ValueError as error:
        raise SignalError(str(error)) from None
    if literal.scalar.WhichOneof("value") == "union":
        # Here Admin wants the declared type to fit the value's, not the other way round, and of
        # a variant alone the whole union never does.
        literal.scalar.union.type.CopyFrom(signal.type)
    uploads.settle(
        {"value": literal},
        upload=remote._uploaded,
        project=id.project,
        domain=id.domain,
        parallelism=1,
    )
    if not castable(signal.type, _type_of(literal)):
        raise SignalError(
            f"{where}: Admin takes no {_shown(literal)} for a {describe(signal.type)}; an empty "
            "list or map it takes for none"
        )
    return literal


def _type_of(literal: Literal) -> LiteralType | None:
    if literal.scalar.WhichOneof("value") == "union":
        return literal.scalar.union.type
    return literal_type(literal)


def _shown(literal: Literal) -> str:
    try:
        return repr(to_python(literal))
    except ValueError:
        return "something unreadable"
