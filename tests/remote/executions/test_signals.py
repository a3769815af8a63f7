"""Signals: listed whole, checked before they are set."""

from typing import Any

import pytest
from flyteidl.core.literals_pb2 import Literal
from google.protobuf.json_format import ParseDict

from reconciler.admin import eq
from reconciler.errors import FilterError, SignalError
from tests.remote.executions.conftest import Running
from tests.sandbox.executions.conftest import INT, execution_id, integer, text

BOOL = {"simple": "BOOLEAN"}
OPTION = {
    "union_type": {
        "variants": [
            {**INT, "structure": {"tag": "int"}},
            {"simple": "NONE", "structure": {"tag": "none"}},
        ]
    }
}


@pytest.fixture
def waiting(running: Running, name: str) -> str:
    """An execution that waits for an approval, a number, a list, an option and a text."""
    running.remote.execute("w@v1", {"x": 3}, execution_name=name)
    for id, kind in (
        ("go", BOOL),
        ("amount", INT),
        ("rows", {"collection_type": INT}),
        ("perhaps", OPTION),
        ("name", {"simple": "STRING"}),
    ):
        gate(running, name, id, kind)
    running.calls.clear()
    return name


def gate(running: Running, name: str, id: str, kind: Any) -> None:
    request = {"id": {"signal_id": id, "execution_id": execution_id(name)}, "type": kind}
    running.world.call("GetOrCreateSignal", request, service="SignalService")


def literal(said: Any) -> Literal:
    return ParseDict(said, Literal())


def values(running: Running, name: str) -> dict[str, Any]:
    """What was answered so far."""
    listed = running.remote.list_signals(name)
    return {one.id.signal_id: one.value for one in listed if one.HasField("value")}


def test_signals_come_in_the_order_of_their_gates(running: Running, waiting: str) -> None:
    """All of them, or so many; or those of a filter, in any form."""
    from flytekit.models.filters import Equal

    listed = running.remote.list_signals(waiting)
    two = running.remote.list_signals(waiting, limit=2)
    text = running.remote.list_signals(waiting, filters="eq(signal_id,rows)")
    theirs = running.remote.list_signals(waiting, filters=[Equal("signal_id", "go")])

    found = [[one.id.signal_id for one in some] for some in (listed, two, text, theirs)]
    assert found == [
        ["go", "amount", "rows", "perhaps", "name"],
        ["go", "amount"],
        ["rows"],
        ["go"],
    ]


def test_all_pages_are_listed(
    running: Running, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page ends nothing."""
    from reconciler.remote.executions import signals

    monkeypatch.setattr(signals, "PAGE", 2)

    assert len(running.remote.list_signals(waiting)) == 5
    assert running.asked()["ListSignals"] >= 3


def test_a_filter_that_the_list_has_not_is_told_before(running: Running, waiting: str) -> None:
    """As the client's own lists tell it; a value is a filter as well as a text."""
    (found,) = running.remote.list_signals(waiting, filters=eq("signal_id", "go"))
    assert found.id.signal_id == "go"
    running.asked()

    with pytest.raises(FilterError, match="cannot be filtered by 'colour'"):
        running.remote.list_signals(waiting, filters=eq("colour", "red"))

    assert running.asked() == {}


def test_approvals_and_values_are_set(running: Running, waiting: str) -> None:
    """Each as the signal declares it; an execution names itself as well."""
    running.remote.approve("go", running.remote.fetch_execution(name=waiting))
    running.remote.set_input("amount", waiting, 5)
    running.remote.set_signal("rows", waiting, (1, 2))
    running.remote.set_input("name", waiting, literal(text("as it is")))

    found = values(running, waiting)
    assert found["go"].scalar.primitive.boolean
    assert found["amount"].scalar.primitive.integer == 5
    assert len(found["rows"].collection.literals) == 2
    assert found["name"].scalar.primitive.string_value == "as it is"


def test_rejection_is_a_false_approval(running: Running, waiting: str) -> None:
    running.remote.reject("go", waiting)

    found = values(running, waiting)["go"]
    assert found.scalar.primitive.WhichOneof("value") == "boolean"
    assert not found.scalar.primitive.boolean


@pytest.mark.parametrize("value", [5, None])
def test_union_takes_the_whole_unions_type(running: Running, waiting: str, value: Any) -> None:
    """A variant's alone Admin refuses, for it asks the other way round."""
    running.remote.set_input("perhaps", waiting, value)

    found = values(running, waiting)["perhaps"]
    assert len(found.scalar.union.type.union_type.variants) == 2


def test_unknown_signal_is_named_with_the_nearest(running: Running, waiting: str) -> None:
    """And when signals come to be is said."""
    with pytest.raises(SignalError, match=r"no signal amuont \(did you mean amount\?\)") as caught:
        running.remote.set_input("amuont", waiting, 5)
    assert "once the execution has come to its gate" in str(caught.value)
    assert running.asked() == {"ListSignals": 1}


@pytest.mark.parametrize(
    ("id", "value", "message"),
    [
        ("amount", "5", "expected int, found the text '5'"),
        ("amount", True, "expected int"),
        ("rows", [], "an empty list or map it takes for none"),
        ("rows", ["a"], "expected int"),
        ("name", 5, "expected str"),
        ("go", 1, "takes True or False"),
        ("name", integer(5), "literal"),
    ],
)
def test_value_of_another_type_is_refused_before(
    running: Running, waiting: str, id: str, value: Any, message: str
) -> None:
    """By what the signal declares; nothing is sent."""
    if isinstance(value, dict):
        value = literal(value)
    with pytest.raises(SignalError, match=message):
        running.remote.set_input(id, waiting, value)
    assert running.asked() == {"ListSignals": 1}


def test_approval_of_what_asks_for_a_number_is_refused(running: Running, waiting: str) -> None:
    with pytest.raises(SignalError, match="expected int, found the truth value true"):
        running.remote.approve("amount", waiting)


def test_same_answer_again_is_fine_and_another_is_not(running: Running, waiting: str) -> None:
    """Unless it is said to overwrite."""
    running.remote.approve("go", waiting)
    running.asked()
    running.remote.approve("go", waiting)
    assert running.asked() == {"ListSignals": 1}
    with pytest.raises(SignalError, match="is answered already, with True"):
        running.remote.reject("go", waiting)

    running.remote.reject("go", waiting, overwrite=True)

    assert not values(running, waiting)["go"].scalar.primitive.boolean
