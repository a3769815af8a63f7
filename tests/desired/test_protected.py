"""`protect: true`: what is not to change unnoticed is told to whoever judges a plan."""

from pathlib import Path

import pytest

from reconciler.model import DesiredState, Kind, ResourceId
from tests.desired.test_attributes import a_domain
from tests.desired.test_bind import HEAD, Set, a_launch_plan, a_task, a_workflow

P, D = "flytesnacks", "development"
PROTECT = "  protect: true"
PROJECT = f"{HEAD}kind: Project\nmetadata: {{name: {P}}}\nspec: {{protect: true}}\n"


def registered(desired: DesiredState) -> set[ResourceId]:
    return {one.id for one in desired if one.id.kind.versioned}


def test_names_and_places_are_protected(tmp_path: Path) -> None:
    """Whatever the version; a launch plan's activation as well as its name."""
    desired = Set(
        tmp_path,
        PROJECT,
        a_domain("protect: true"),
        a_task(extra=PROTECT),
        a_workflow(extra=PROTECT),
        a_launch_plan(extra=PROTECT),
    ).bind()

    assert desired.protected == {
        ResourceId(Kind.PROJECT, P),
        ResourceId(Kind.DOMAIN, P, D),
        ResourceId(Kind.NAMED_ENTITY, P, D, "etl.load", facet="task"),
        ResourceId(Kind.NAMED_ENTITY, P, D, "etl", facet="workflow"),
        ResourceId(Kind.NAMED_ENTITY, P, D, "etl.daily", facet="launch_plan"),
        ResourceId(Kind.ACTIVATION, P, D, "etl.daily"),
    }


def test_protection_is_said_or_there_is_none(tmp_path: Path) -> None:
    """Not saying it, and saying that there is none, are the same; it changes no version."""
    silent = Set(tmp_path, a_task(), a_workflow(), a_launch_plan()).bind()
    said = Set(
        tmp_path,
        a_task(extra="  protect: false"),
        a_workflow(extra=PROTECT),
        a_launch_plan(extra=PROTECT),
    ).bind()

    assert silent.protected == frozenset()
    assert ResourceId(Kind.NAMED_ENTITY, P, D, "etl.load", facet="task") not in said.protected
    assert registered(said) == registered(silent)


@pytest.mark.parametrize("spec", ["state: inactive", "version: v1, state: active"])
def test_what_others_register_can_be_protected(tmp_path: Path, spec: str) -> None:
    """A launch plan of which only the state is declared."""
    switch = (
        f"{HEAD}kind: LaunchPlan\nmetadata: {{project: {P}, domain: {D}, name: theirs}}\n"
        f"spec: {{{spec}, protect: true}}\n"
    )

    desired = Set(tmp_path, switch).bind()

    assert ResourceId(Kind.ACTIVATION, P, D, "theirs") in desired.protected
    assert registered(desired) == set()
