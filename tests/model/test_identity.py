"""Identities are whole, or they are refused."""

import pytest

from reconciler.model import Kind, ResourceId


def test_an_id_reads_as_people_write_it() -> None:
    """Kind, place, name and version, in that order."""
    id = ResourceId(Kind.LAUNCH_PLAN, "p", "d", "etl.daily", "v1")
    assert str(id) == "launch plan p/d/etl.daily@v1"
    assert id.address == "launch_plan:p/d/etl.daily@v1"
    assert str(id.activation) == "activation p/d/etl.daily"
    assert id.activation.at("v1") == id


@pytest.mark.parametrize(
    "parts",
    [
        (Kind.TASK, "p", "d", "n", ""),
        (Kind.TASK, "p", "", "n", "v"),
        (Kind.PROJECT, ""),
        (Kind.PROJECT, "p", "d"),
        (Kind.ACTIVATION, "p", "d", "n", "v"),
        (Kind.DOMAIN, "p"),
    ],
)
def test_incomplete_ids_do_not_exist(parts: tuple[Kind, str]) -> None:
    """Admin acts on an arbitrary row when sent an incomplete id, so none can be made."""
    with pytest.raises(ValueError, match="id"):
        ResourceId(*parts)


def test_ids_survive_the_wire() -> None:
    """To Admin's identifier and back is the same id."""
    for kind in (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN):
        id = ResourceId(kind, "p", "d", "n", "v")
        assert ResourceId.from_identifier(id.to_identifier()) == id


def test_ids_sort_by_what_comes_first_in_an_apply() -> None:
    """Projects before tasks before workflows before launch plans before activations."""
    ids = [
        ResourceId(Kind.ACTIVATION, "a", "d", "n"),
        ResourceId(Kind.WORKFLOW, "a", "d", "n", "v"),
        ResourceId(Kind.TASK, "z", "d", "n", "v"),
        ResourceId(Kind.PROJECT, "z"),
    ]
    assert sorted(ids) == list(reversed(ids))
