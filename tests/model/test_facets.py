"""Ids of which several stand at one place, and rows of attributes below others."""

import itertools
from typing import Any

import pytest

from reconciler.model import Kind, ResourceId, by_task_type, is_below, normalised
from tests.contracts.attributes import a_row, overrides

LEVELS = [("p",), ("p", "d"), ("p", "d", "w"), ("p", "d", "x"), ("p", "e"), ("q", "d", "w")]


def row(*place: str, facet: str = "executionQueue") -> ResourceId:
    return ResourceId(Kind.ATTRIBUTES, *place, facet=facet)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("id", "text", "address"),
    [
        (row("p"), "executionQueue of project p", "attribute:p#executionQueue"),
        (row("p", "d"), "executionQueue of domain p/d", "attribute:p/d#executionQueue"),
        (row("p", "d", "w"), "executionQueue of workflow p/d/w", "attribute:p/d/w#executionQueue"),
        (
            ResourceId(Kind.LAUNCH_PLAN, "p", "d", "n", "v").named_entity,
            "name of launch plan p/d/n",
            "named_entity:p/d/n#launch_plan",
        ),
    ],
)
def test_they_read_as_people_speak(id: ResourceId, text: str, address: str) -> None:
    """The address has the facet behind a hash, so that no two are the same."""
    assert str(id) == text
    assert id.address == address


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": Kind.ATTRIBUTES, "project": "p"},
        {"kind": Kind.ATTRIBUTES, "project": "p", "facet": "qualityOfService"},
        {"kind": Kind.ATTRIBUTES, "project": "", "facet": "executionQueue"},
        {"kind": Kind.ATTRIBUTES, "project": "p", "name": "w", "facet": "executionQueue"},
        {"kind": Kind.ATTRIBUTES, "project": "p", "version": "v", "facet": "executionQueue"},
        {"kind": Kind.NAMED_ENTITY, "project": "p", "domain": "d", "name": "n"},
        {"kind": Kind.NAMED_ENTITY, "project": "p", "domain": "d", "facet": "task"},
        {"kind": Kind.TASK, "project": "p", "domain": "d", "name": "n", "facet": "task"},
    ],
    ids=str,
)
def test_half_an_id_is_none(parts: dict[str, Any]) -> None:
    """Above all not one without a project, which Admin would take for all of them."""
    with pytest.raises(ValueError, match=" id "):
        ResourceId(**parts)


def test_below_is_what_admin_drops_with_a_row() -> None:
    """Of the same type: of a project everything in it, of a domain its workflows."""
    below = {
        (upper, lower)
        for upper, lower in itertools.product(LEVELS, LEVELS)
        if is_below(row(*lower), row(*upper))
    }
    assert below == {
        *((("p",), lower) for lower in LEVELS[1:5]),
        (("p", "d"), ("p", "d", "w")),
        (("p", "d"), ("p", "d", "x")),
    }
    assert not is_below(row("p", "d", facet="taskResources"), row("p"))
    assert not is_below(ResourceId(Kind.DOMAIN, "p", "d"), row("p"))


def test_overrides_compare_by_their_task_types() -> None:
    """Whatever the order in which Admin gives them."""
    one, other = overrides("p", "d", a="x", b="y"), overrides("p", "d", b="y", a="x")
    assert one.digest == other.digest
    assert by_task_type(one.canonical) == {
        "pluginOverrides": {"overrides": {"a": {"pluginId": ["x"]}, "b": {"pluginId": ["y"]}}}
    }


def test_a_task_type_said_twice_is_not_lost() -> None:
    """Admin keeps such a list as it was first sent."""
    twice = a_row("pluginOverrides", "p", "d", overrides=[{"taskType": "a"}, {"taskType": "a"}])
    assert by_task_type(twice.canonical) == twice.canonical
    spec: Any = twice.spec
    assert len(normalised(spec).plugin_overrides.overrides) == 2
