"""Names: described and archived apart from their versions."""

from typing import Any

import pytest

from reconciler.sandbox import Refusal
from tests.sandbox.calls import PD, Client

TASKS = {"resource_type": "TASK", **PD}
UP = {"sort_by": {"key": "name", "direction": "ASCENDING"}}


def update(call: Client, name: str, **metadata: Any) -> None:
    """Write a task name's metadata."""
    identifier = {**PD, "name": name}
    wanted = {"resource_type": "TASK", "id": identifier, "metadata": metadata}
    call("UpdateNamedEntity", wanted)


def listed(call: Client, **more: Any) -> tuple[list[str], str]:
    """The names of a page, and its token."""
    answer = call("ListNamedEntities", {**TASKS, **UP, "limit": 10, **more})
    return [entity.id.name for entity in answer.entities], answer.token


@pytest.fixture(autouse=True)
def names(call: Client) -> None:
    """Three names, one of the system's own kind."""
    for name in ("a", "b", ".flytegen.a"):
        call.task(name)


def test_a_name_needs_a_version(call: Client) -> None:
    """Without one there is nothing to describe."""
    with pytest.raises(Refusal, match="entry not found"):
        update(call, "nobody", description="x")


def test_the_state_is_always_written(call: Client) -> None:
    """So describing an archived name brings it back."""
    update(call, "a", state="NAMED_ENTITY_ARCHIVED")
    update(call, "a", description="d")
    update(call, "a", description="")

    [entity] = [
        e for e in call("ListNamedEntities", {**TASKS, "limit": 9}).entities if e.id.name == "a"
    ]
    assert (entity.metadata.description, entity.metadata.state) == ("d", 0)


def test_a_description_has_300_characters(call: Client) -> None:
    """Not bytes; blanks beyond are cut."""
    update(call, "a", description="é" * 300 + "  ")
    with pytest.raises(Refusal, match=r"value too long for type character varying\(300\)"):
        update(call, "a", description="é" * 301)

    identifier = {"resource_type": "TASK", "id": {**PD, "name": "a"}}
    assert call("GetNamedEntity", identifier).metadata.description == "é" * 300


def test_lists_hide_generated_names_unless_filtered(call: Client) -> None:
    """A filter of one's own takes the place of the one that hides them."""
    assert listed(call) == (["a", "b"], "")
    assert listed(call, filters="ne(project,_)") == ([".flytegen.a", "a", "b"], "")


def test_the_page_is_cut_before_it_is_filtered(call: Client) -> None:
    """A short page has no token, though there is more."""
    assert listed(call, limit=2) == (["a"], "")
    assert listed(call, limit=2, token="1") == (["a", "b"], "3")
    assert listed(call, limit=1, filters="eq(name,b)") == ([], "")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("eq(state,0)", [".flytegen.a", "a"]),
        ("eq(named_entity_metadata.state,1)", ["b"]),
        ("ne(description,x)", ["b"]),
        ("eq(named_entity_metadata.name,b)", ["b"]),
        ("ne(named_entity_metadata.name,a)", ["b"]),
        ("eq(entities.name,a)", ["a"]),
        ("eq(domain,staging)", []),
    ],
)
def test_filters_see_metadata_where_there_is_any(
    call: Client, filters: str, found: list[str]
) -> None:
    """A state that was never written counts as 0, anything else as nothing."""
    update(call, "b", state="NAMED_ENTITY_ARCHIVED", description="d")

    assert listed(call, filters=filters)[0] == found
