"""Signals, and the two requests that end a real Admin."""

from typing import Any

import pytest

from reconciler.sandbox import Refusal
from tests.sandbox.executions.conftest import INT, World, execution_id, integer, text

GO: Any = {"signal_id": "go", "execution_id": execution_id("none")}


def _make(world: World, type_: Any, **parts: Any) -> Any:
    request = {"id": {**GO, **parts}, "type": type_}
    return world.call("GetOrCreateSignal", request, service="SignalService")


def _set(world: World, value: Any) -> str:
    try:
        world.call("SetSignal", {"id": GO, "value": value}, service="SignalService")
    except Refusal as refusal:
        return f"{refusal.code.name} {refusal.message}"
    return "OK"


def test_signal_needs_no_execution(world: World) -> None:
    """It is made without a value, keeps its type, and takes any number of values."""
    assert not _make(world, INT).HasField("value")
    assert [_set(world, integer(n)) for n in (1, 1, 2)] == ["OK"] * 3
    assert _make(world, INT).value.scalar.primitive.integer == 2


def test_another_type_collides(world: World) -> None:
    """An empty one is a type too, and so is the same with a tag."""
    _make(world, INT)

    for other in ({"simple": "STRING"}, {}, {**INT, "structure": {"tag": "int"}}):
        with pytest.raises(Refusal, match='unique constraint "signals_pkey"'):
            _make(world, other)


def test_type_of_the_signal_must_fit_the_values(world: World) -> None:
    """The roles are those of inputs, reversed."""
    _make(world, {"collection_type": INT})

    empty: Any = {"collection": {}}
    mixed: Any = {"collection": {"literals": [integer(1), text("x")]}}
    assert _set(world, empty) == (
        "INVALID_ARGUMENT requested signal value [collection:{}] is not castable to existing "
        "signal type [[26 2 8 1]]"
    )
    assert _set(world, mixed) == "OK"


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ({}, integer(1)),
        ({"collection_type": INT}, {"collection": {"literals": [{}]}}),
        ({"map_value_type": INT}, {"map": {"literals": {"k": {}}}}),
    ],
    ids=["empty-type", "list-of-nothing", "map-of-nothing"],
)
def test_what_ends_a_real_admin_is_refused(world: World, type_: Any, value: Any) -> None:
    """As any value that does not fit."""
    _make(world, type_)

    assert "is not castable to existing signal type" in _set(world, value)


def test_value_without_a_type_is_refused(world: World) -> None:
    """After the signal was found."""
    assert "exists, err: [signal does not exist]" in _set(world, {})
    _make(world, INT)
    assert "Failed to validate literal type for [] with err: got unknown" in _set(world, {})


def test_list_is_refused_for_its_first_fault(world: World) -> None:
    """Execution, limit, filters, sort, token."""
    request: dict[str, Any] = {"filters": "eq(execution.phase,x)", "token": "x", "sort_by": {}}

    def answer() -> str:
        return world.refused("ListSignals", request, service="SignalService")

    assert answer() == "INVALID_ARGUMENT missing execution_id"
    request["workflow_execution_id"] = execution_id()
    assert answer() == "INVALID_ARGUMENT invalid value for limit"
    request["limit"] = 1
    assert answer() == "INVALID_ARGUMENT 'e' entity is not allowed in filters"
    request["filters"] = ""
    assert answer() == "INVALID_ARGUMENT invalid sort key ''"
    request["sort_by"] = {"key": "signal_id"}
    assert answer() == "INVALID_ARGUMENT invalid pagination token x for ListSignals"
