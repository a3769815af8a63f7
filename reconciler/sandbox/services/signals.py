"""Signals: values that gate nodes wait for.

Two kinds of SetSignal end a real Admin's process: a plain value on a signal of empty type, and
on a list or map signal a list or map with an element that has no value. Here they are what they
ought to be, values that do not fit.

Source: `flyteadmin/pkg/manager/impl/signal_manager.go`, `validation/signal_validator.go`.
"""

from typing import Any

from flyteidl.admin import signal_pb2
from flyteidl.core import identifier_pb2, literals_pb2, types_pb2

from reconciler.compiler import CompilerPanicError, castable, go_text, literal_type
from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import Refusal, invalid, invalid_value, missing
from reconciler.sandbox.executions.ids import check_execution_id
from reconciler.sandbox.executions.inputs import check_literal_type
from reconciler.sandbox.executions.rows import execution_id_of
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.store import Session

signals = Table("flyteidl.service.SignalService")
TABLES = (signals,)

LISTING = Listing(ENTITIES["signal"], "ListSignals")


@signals.handles("GetOrCreateSignal")
def get_or_create_signal(call: Call, request: Any) -> Any:
    """Return the signal of this id and this very type; make it if there is none.

    The type is part of what is looked for but not of the key, so another type collides. No
    execution need exist.
    """
    signal_id = _checked_id(request)
    if not request.HasField("type"):
        raise missing("type")
    wanted = request.type.SerializeToString(deterministic=True)
    with call.store.write() as session:
        row = _find(session, signal_id)
        if row is None or bytes(row["type"]) != wanted:
            of, now = signal_id.execution_id, call.now()
            session.insert(
                "signals",
                created_at=now,
                updated_at=now,
                execution_project=of.project,
                execution_domain=of.domain,
                execution_name=of.name,
                signal_id=signal_id.signal_id,
                type=wanted,
            )
            row = _find(session, signal_id)
    return _to_signal(row)


@signals.handles("ListSignals")
def list_signals(call: Call, request: Any) -> Any:
    """Return the signals of an execution."""
    try:
        of = check_execution_id(request, "workflow_execution_id")
    except Refusal:
        raise missing("execution_id") from None
    if not request.limit:
        raise invalid_value("limit")
    with call.store.read() as session:
        page = list_rows(
            session,
            LISTING,
            request,
            equal={
                "signals.execution_project": of.project,
                "signals.execution_domain": of.domain,
                "signals.execution_name": of.name,
            },
            now=call.now(),
        )
    return signal_pb2.SignalList(signals=[_to_signal(row) for row in page.rows], token=page.token)


@signals.handles("SetSignal")
def set_signal(call: Call, request: Any) -> Any:
    """Give a signal a value that its type allows; again and again, if one likes."""
    signal_id = _checked_id(request)
    if not request.HasField("value"):
        raise missing("value")
    with call.store.write() as session:
        row = _existing(session, signal_id)
        _check_value(row, request.value)
        session.run(
            "UPDATE signals SET value = ?, updated_at = ? WHERE id = ?",
            (request.value.SerializeToString(deterministic=True), call.now(), row["id"]),
        )
    return signal_pb2.SignalSetResponse()


def _checked_id(request: Any) -> Any:
    if not request.HasField("id"):
        raise missing("id")
    if not request.id.HasField("execution_id"):
        raise missing("execution_id")
    if not request.id.signal_id:
        raise missing("signal_id")
    check_execution_id(request.id, "execution_id")
    return request.id


def _find(session: Session, signal_id: Any) -> Any | None:
    of = signal_id.execution_id
    return session.one(
        "SELECT * FROM signals WHERE execution_project = ? AND execution_domain = ? "
        "AND execution_name = ? AND signal_id = ?",
        (of.project, of.domain, of.name, signal_id.signal_id),
    )


def _existing(session: Session, signal_id: Any) -> Any:
    try:
        row = _find(session, signal_id)
        reason = "signal does not exist"
    except Refusal as refusal:
        row, reason = None, refusal.message
    if row is None:
        of = signal_id.execution_id
        key = f"{{{{{of.project} {of.domain} {of.name}}} {signal_id.signal_id}}}"
        raise invalid(f"failed to validate that signal [{key}] exists, err: [{reason}]")
    return row


def _check_value(row: Any, value: Any) -> None:
    """Check that the signal's type casts to the value's: the other way round than for inputs."""
    wanted = types_pb2.LiteralType.FromString(row["type"]) if row["type"] else None
    found = literal_type(value)
    check_literal_type(found, name="")
    try:
        fits = castable(wanted, found)
    except CompilerPanicError:
        fits = False
    if not fits:
        shown = " ".join(str(byte) for byte in bytes(row["type"]))
        raise invalid(
            f"requested signal value [{go_text(value)}] is not castable to existing signal type "
            f"[[{shown}]]"
        )


def _to_signal(row: Any) -> Any:
    signal = signal_pb2.Signal(
        id=identifier_pb2.SignalIdentifier(
            signal_id=row["signal_id"], execution_id=execution_id_of(row)
        )
    )
    if row["type"]:
        signal.type.MergeFromString(row["type"])
        signal.type.SetInParent()
    if row["value"] is not None:
        signal.value.CopyFrom(literals_pb2.Literal.FromString(row["value"]))
    return signal
