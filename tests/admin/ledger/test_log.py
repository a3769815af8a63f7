"""The ledger as it lies in Admin: one task, put away, summed up, and safe from lost answers."""

import base64
from collections.abc import Iterator

import pytest
from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ARCHIVED,
    NamedEntityGetRequest,
    NamedEntityIdentifier,
    ResourceListRequest,
)
from flyteidl.admin.task_pb2 import TaskCreateRequest
from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from reconciler.admin import Connection, connect
from reconciler.admin.ledger import AdminLedger
from reconciler.admin.ledger.log import SPACING
from reconciler.config import Config
from reconciler.errors import LedgerError, LedgerMovedError
from reconciler.model import Head, Kind
from reconciler.ports import Ledger
from reconciler.sandbox import Sandbox, parse_faults
from tests.admin.ledger.estate import begin, end, estate, owned

TASK = owned(Kind.TASK, "etl.extract")
HOME = {"project": "flytesnacks", "domain": "production"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(data=":memory:") as running:
        yield running


@pytest.fixture
def connection(sandbox: Sandbox) -> Iterator[Connection]:
    config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
    with connect(config, rand=lambda: 0.0) as opened:
        yield opened


@pytest.fixture
def ledger(connection: Connection) -> Ledger:
    return connection.ledger(**HOME, workspace="etl")


def test_the_entity_is_archived_and_described(connection: Connection, ledger: Ledger) -> None:
    """It is in nobody's way in the console, and says what it is."""
    ledger.append(begin(TASK), ledger.head())

    place = NamedEntityIdentifier(**HOME, name="reconciler.ledger.etl")
    request = NamedEntityGetRequest(resource_type=ResourceType.TASK, id=place)
    metadata = connection.calls.get_named_entity(request).metadata

    assert metadata.state == NAMED_ENTITY_ARCHIVED
    assert "workspace etl" in metadata.description


def test_descriptions_read_like_a_log(connection: Connection, ledger: Ledger) -> None:
    """Any console shows who did what, in order of their versions."""
    ledger.append(end(1, TASK), ledger.append(begin(TASK), ledger.head()))

    place = NamedEntityIdentifier(**HOME, name="reconciler.ledger.etl")
    found = connection.calls.list_tasks(ResourceListRequest(id=place, limit=10)).tasks

    assert {task.id.version: task.short_description for task in found} == {
        "0000000001": "#1 apply begun by alice: 1 claimed",
        "0000000002": "#2 apply by alice: 1 registered",
    }
    assert {task.closure.compiled_task.template.type for task in found} == {"reconciler-ledger"}


def test_the_head_is_one_call_whatever_the_history(connection: Connection, ledger: Ledger) -> None:
    """Past several entries that sum up, it is still one list."""
    head = ledger.head()
    for number in range(SPACING + 5):
        thing = owned(Kind.TASK, f"etl.step_{number % 7}", seed=str(number))
        head = ledger.append(
            begin(thing) if head.holder is None else end(head.serial, thing), head
        )
    before = connection.calls.counts

    again = ledger.head()

    assert connection.calls.counts - before == {"ListTasks": 1}
    assert again.checkpoint > 0
    assert (again.serial, again.digest) == (head.serial, head.digest)
    assert again.inventory == head.inventory
    assert again.plans == head.plans
    assert len(ledger.records()) == SPACING + 5


def test_a_reader_cannot_append(connection: Connection) -> None:
    """Planning is handed one on which no mutating call exists."""
    reader = connection.ledger_reader(**HOME, workspace="etl")

    assert not hasattr(reader, "append")
    assert reader.head() == Head()


@pytest.mark.parametrize("seed", range(6))
def test_a_lost_answer_is_settled_by_reading(seed: int) -> None:
    """Every other answer is lost after the commit: each entry is there once, and ours."""
    with Sandbox(data=":memory:", faults=parse_faults(f"seed={seed},lost_answer=50%")) as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config, rand=lambda: 0.0) as connection:
            ledger = connection.ledger(**HOME, workspace="etl")
            head = ledger.head()
            for _ in range(6):
                head = ledger.append(
                    begin(TASK) if head.holder is None else end(head.serial, TASK), head
                )
            records = ledger.records()
    assert [record.serial for record in records] == list(range(1, 7))
    assert records[-1].digest == head.digest


def test_what_is_no_entry_is_refused_by_name(connection: Connection, ledger: Ledger) -> None:
    """Somebody wrote into the log: nothing is built upon it."""
    ledger.append(begin(TASK), ledger.head())
    request = TaskCreateRequest(
        id=Identifier(
            resource_type=ResourceType.TASK,
            **HOME,
            name="reconciler.ledger.etl",
            version="0000000002",
        )
    )
    template = request.spec.template
    template.type = "reconciler-ledger"
    template.metadata.runtime.version = "1"
    template.interface.SetInParent()
    template.custom["entry"] = base64.b64encode(b"not ours").decode()
    connection.calls.create_task(request)

    with pytest.raises(LedgerError, match=r"ledger\.etl@0000000002 is no entry"):
        ledger.head()
    with pytest.raises(LedgerError, match="is no entry"):
        ledger.records()


def test_a_changed_entry_breaks_the_chain(sandbox: Sandbox, connection: Connection) -> None:
    """Two logs mixed in one: the third entry does not follow the second that is there."""
    one = connection.ledger(**HOME, workspace="one")
    head = one.append(begin(TASK), one.head())
    forged = one.append(
        end(1), Head(serial=1, digest=b"another" * 4 + b"....", holder=head.holder)
    )

    assert forged.serial == 2
    with pytest.raises(LedgerError, match="entry 2 does not follow"):
        one.head()


def test_an_answer_in_doubt_that_was_somebody_elses_is_a_lost_race(sandbox: Sandbox) -> None:
    """Content decides, never the answer alone."""
    config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
    with connect(config) as connection:
        same = {"nonces": lambda: b"n" * 16, "workspace": "etl", **HOME}
        first = AdminLedger(connection.calls, **same)  # type: ignore[arg-type]
        head = first.head()
        first.append(begin(TASK, actor="alice"), head)
        with pytest.raises(LedgerMovedError):
            AdminLedger(connection.calls, **same).append(  # type: ignore[arg-type]
                begin(TASK, actor="bob"), head
            )


@pytest.mark.parametrize("count", [2_000, pytest.param(30_000, marks=pytest.mark.long)])
def test_a_large_estate_is_read_in_one_call(
    connection: Connection, ledger: Ledger, count: int
) -> None:
    """The first apply of a large estate, and what is owned since: one list tells all of it."""
    everything = estate(count)
    head = ledger.append(begin(*everything), ledger.head())
    head = ledger.append(end(head.serial, *everything), head)
    before = connection.calls.counts

    again = ledger.head()

    assert connection.calls.counts - before == {"ListTasks": 1}
    assert len(again.inventory) == count
    assert again.inventory == head.inventory
