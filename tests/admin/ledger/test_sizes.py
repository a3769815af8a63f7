"""What a large estate takes in Admin: one entry, one list, and years of applies."""

import hashlib
import random
from dataclasses import replace

import pytest
from flyteidl.admin.task_pb2 import Task, TaskClosure
from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from reconciler.admin.ledger.codec import decode, encode, to_spec, version_of
from reconciler.admin.ledger.log import SPACING, WINDOW, back_to_checkpoint, is_due
from reconciler.admin.size import REQUEST_LIMIT
from reconciler.model import Body, Head, Record
from tests.admin.ledger.estate import begin, end, estate, names, owned

ENTITIES = 30_000


def a_row(content: bytes, record: Record) -> Task:
    """What Admin gives back for an entry."""
    id = Identifier(
        resource_type=ResourceType.TASK,
        project="platform",
        domain="production",
        name="reconciler.ledger.estate",
        version=version_of(record.serial),
    )
    spec = to_spec(content, record)
    task = Task(id=id, short_description=spec.description.short_description)
    task.closure.CopyFrom(TaskClosure())
    task.closure.compiled_task.template.CopyFrom(spec.template)
    task.closure.compiled_task.template.id.CopyFrom(id)
    return task


class Log:
    """Entries as they would be stored, without an Admin."""

    def __init__(self) -> None:
        self.head = Head()
        self.stored = 0
        self.rows: list[Task] = []

    def append(self, body: Body) -> int:
        """Store an entry; how many bytes it takes."""
        due = is_due(body, self.head)
        content = encode(
            body, after=self.head, nonce=bytes(range(16)), tool_version="1", checkpoint=due
        )
        record = Record(self.head.serial + 1, body, digest=hashlib.sha256(content).digest())
        row = a_row(content, record)
        self.head = self.head.after(record)
        if due:
            self.head = replace(self.head, checkpoint=record.serial)
        self.stored += row.ByteSize()
        self.rows = [row, *self.rows[: WINDOW - 1]]
        return int(row.ByteSize())


def test_a_large_estate_fits_into_one_request() -> None:
    """30,000 things owned: the entries of their first apply, and one that sums up."""
    everything = estate(ENTITIES)
    log = Log()

    first = log.append(begin(*everything))
    second = log.append(end(1, *everything))
    log.head = replace(log.head, checkpoint=-SPACING)
    summing_up = log.append(end(1))

    assert max(first, second, summing_up) < REQUEST_LIMIT / 2
    stored = decode(log.rows[0])
    assert stored.checkpoint is not None
    assert stored.checkpoint.head.inventory == log.head.inventory
    assert len(log.head.inventory) == ENTITIES


@pytest.mark.parametrize(
    ("entities", "applies"),
    [(600, 700), pytest.param(ENTITIES, 10_000, marks=pytest.mark.long)],
)
def test_years_of_applies_stay_small(entities: int, applies: int) -> None:
    """10,000 applies of 5 changes over 30,000 things take less than 100 MB, rows as Admin keeps
    them; and at any time one list of the newest entries is enough to know the head."""
    log = Log()
    log.append(begin(*estate(entities)))
    log.append(end(1, *estate(entities)))
    things = names(entities)
    rand = random.Random(7)
    for number in range(applies):
        some = rand.sample(things, 5)
        changed = [
            owned(kind, name, project=project, seed=str(number)) for kind, project, name in some
        ]
        log.append(begin(*changed))
        log.append(end(log.head.serial, *changed))
        if number % 331 == 0:
            assert back_to_checkpoint(log.rows) is not None
    per_entry = 500  # keys in three indexes, the row of the description, what PostgreSQL adds

    assert log.stored + per_entry * log.head.serial < 100e6 * applies / 10_000 + 4e6
    assert len(log.head.inventory) == entities
