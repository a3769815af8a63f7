"""One entry of the log ↔ the task version that holds it.

A task may consist of nothing but its `custom`; there the entry lies as compressed protobuf in
base 64, for `custom` holds JSON only. Its digest is over the compressed bytes, exactly as stored.
"""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC

from flyteidl.admin.description_entity_pb2 import DescriptionEntity
from flyteidl.admin.task_pb2 import Task, TaskSpec
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import RuntimeMetadata, TaskMetadata, TaskTemplate
from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import Struct, Value

from reconciler.admin.ledger import ledger_pb2 as pb
from reconciler.admin.ledger.packing import pack_ids, pack_owned, unpack_ids, unpack_owned
from reconciler.errors import LedgerError
from reconciler.model import (
    PLAN_BYTES,
    Author,
    Begin,
    Body,
    End,
    Head,
    Hold,
    Inventory,
    Knock,
    Record,
    Release,
    Renewal,
    Unlock,
)

TASK_TYPE = "reconciler-ledger"
FORMAT = 1
_KEY = "entry"
_MAX_BYTES = 256 << 20  # what inflates beyond is no entry of ours


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that the log says up to an entry; the begin of the lock's holder by its serial only."""

    head: Head
    holder: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it is stored."""

    record: Record
    checkpoint: Checkpoint | None


def version_of(serial: int) -> str:
    """Zero-padded, so that versions sort as numbers do."""
    return f"{serial:010}"


def encode(
    body: Body, *, after: Head, nonce: bytes, tool_version: str, checkpoint: bool = False
) -> bytes:
    """The bytes of the entry that follows `after`; with a checkpoint if asked for."""
    entry = pb.Entry(
        format=FORMAT,
        serial=after.serial + 1,
        nonce=nonce,
        previous=after.digest,
        tool_version=tool_version,
    )
    _set_body(entry, body)
    if checkpoint:
        here = after.after(Record(after.serial + 1, body))
        entry.checkpoint.CopyFrom(_checkpoint(here))
    return zlib.compress(entry.SerializeToString(deterministic=True), 9)


def to_spec(content: bytes, record: Record) -> TaskSpec:
    """The task that holds an entry; its description reads like a line of a log."""
    text = base64.b64encode(content).decode()
    return TaskSpec(
        template=TaskTemplate(
            type=TASK_TYPE,
            metadata=TaskMetadata(runtime=RuntimeMetadata(version=str(FORMAT))),
            interface=TypedInterface(),
            custom=Struct(fields={_KEY: Value(string_value=text)}),
        ),
        description=DescriptionEntity(short_description=record.summary.replace("\0", " ")[:255]),
    )


def content_of(task: Task) -> bytes:
    """The stored bytes of an entry, to be compared.

    Raises: LedgerError for a task that holds none.
    """
    template = task.closure.compiled_task.template
    try:
        if template.type != TASK_TYPE:
            raise ValueError(f"its task type is {template.type!r}")
        return base64.b64decode(template.custom.fields[_KEY].string_value, validate=True)
    except ValueError as error:
        raise _unreadable(task, str(error)) from error


def decode(task: Task) -> Stored:
    """Read the entry that a task holds.

    Raises: LedgerError if it holds none, or one that a newer version wrote.
    """
    content = content_of(task)
    entry = pb.Entry()
    try:
        inflater = zlib.decompressobj()
        message = inflater.decompress(content, _MAX_BYTES)
        if not inflater.eof or inflater.unused_data:
            raise ValueError("it is cut short")
        entry.ParseFromString(message)
    except (zlib.error, DecodeError, ValueError) as error:
        raise _unreadable(task, str(error)) from error
    if entry.format != FORMAT:
        raise LedgerError(
            f"entry {task.id.version} of {task.id.name} was written by version "
            f"{entry.tool_version} of reconciler, in a format that this one cannot read; update it"
        )
    if version_of(entry.serial) != task.id.version:
        raise _unreadable(task, f"it calls itself {entry.serial}")
    try:
        body = _body(entry)
        checkpoint = _read_checkpoint(entry)
    except (ValueError, StopIteration) as error:
        raise _unreadable(task, str(error)) from error
    record = Record(
        entry.serial,
        body,
        digest=hashlib.sha256(content).digest(),
        previous=entry.previous,
        created_at=task.closure.created_at.ToDatetime(tzinfo=UTC),
        size=task.ByteSize(),
    )
    return Stored(record, checkpoint)


def _set_body(entry: pb.Entry, body: Body) -> None:
    match body:
        case Begin():
            entry.begin.CopyFrom(
                pb.Begin(
                    operation=body.operation,
                    plan=body.plan[:PLAN_BYTES],
                    saved=body.saved,
                    claims=pack_owned(body.claims),
                    actor=body.author.actor,
                    commit=body.author.commit,
                    run=body.author.run,
                    lease_seconds=body.lease,
                    takes_over=body.takes_over,
                    process=body.author.process,
                )
            )
        case Renewal():
            entry.renewal.begins = body.begins
            if body.claims is not None:
                entry.renewal.claims.CopyFrom(pack_owned(body.claims))
        case End():
            entry.end.CopyFrom(
                pb.End(
                    begins=body.begins,
                    operation=body.operation,
                    actor=body.actor,
                    counts=dict(body.counts),
                    incomplete=not body.complete,
                    gained=pack_owned(body.gained),
                    lost=pack_ids(body.lost),
                    idle=body.idle,
                )
            )
        case Unlock():
            entry.unlock.CopyFrom(
                pb.Unlock(begins=body.begins, actor=body.actor, reason=body.reason)
            )
        case Knock():
            entry.knock.actor = body.actor
        case Hold():
            entry.hold.CopyFrom(_hold(body))
        case Release():
            entry.release.CopyFrom(pb.Release(id=pack_ids([body.id]), actor=body.actor))


def _body(entry: pb.Entry) -> Body:
    match entry.WhichOneof("body"):
        case "begin":
            begin = entry.begin
            return Begin(
                begin.operation,
                begin.plan,
                unpack_owned(begin.claims),
                Author(begin.actor, begin.commit, begin.run, begin.process),
                begin.lease_seconds,
                saved=begin.saved,
                takes_over=begin.takes_over,
            )
        case "renewal":
            renewal = entry.renewal
            claims = unpack_owned(renewal.claims) if renewal.HasField("claims") else None
            return Renewal(renewal.begins, claims)
        case "end":
            end = entry.end
            return End(
                end.begins,
                end.operation,
                end.actor,
                counts=dict(end.counts),
                complete=not end.incomplete,
                gained=unpack_owned(end.gained),
                lost=tuple(unpack_ids(end.lost)),
                idle=end.idle,
            )
        case "unlock":
            return Unlock(entry.unlock.begins, entry.unlock.actor, entry.unlock.reason)
        case "knock":
            return Knock(entry.knock.actor)
        case "hold":
            return _read_hold(entry.hold)
        case "release":
            return Release(next(unpack_ids(entry.release.id)), entry.release.actor)
    raise ValueError("it says nothing")


def _hold(hold: Hold) -> pb.Hold:
    return pb.Hold(
        id=pack_ids([hold.id]),
        actor=hold.actor,
        reason=hold.reason,
        version=hold.version,
        until=hold.until,
    )


def _read_hold(hold: pb.Hold) -> Hold:
    (id,) = unpack_ids(hold.id)
    return Hold(id, hold.actor, hold.reason, hold.version, hold.until)


def _checkpoint(head: Head) -> pb.Checkpoint:
    return pb.Checkpoint(
        owned=pack_owned(head.inventory),
        loose=pack_owned(head.loose),
        plans=b"".join(sorted(head.plans)),
        commit=head.commit,
        holder=head.holder.serial if head.holder is not None else 0,
        holds=[_hold(hold) for hold in head.holds],
    )


def _read_checkpoint(entry: pb.Entry) -> Checkpoint | None:
    if not entry.HasField("checkpoint"):
        return None
    checkpoint = entry.checkpoint
    plans = checkpoint.plans
    head = Head(
        serial=entry.serial,
        inventory=Inventory({one.place: one for one in unpack_owned(checkpoint.owned)}),
        loose=unpack_owned(checkpoint.loose),
        plans=frozenset(plans[at : at + PLAN_BYTES] for at in range(0, len(plans), PLAN_BYTES)),
        commit=checkpoint.commit,
        checkpoint=entry.serial,
        holds=tuple(_read_hold(hold) for hold in checkpoint.holds),
    )
    return Checkpoint(head, checkpoint.holder)


def _unreadable(task: Task, why: str) -> LedgerError:
    return LedgerError(
        f"{task.id.project}/{task.id.domain}/{task.id.name}@{task.id.version} is no entry of a "
        f"ledger: {why}"
    )
