"""Which versions of others are kept, and what a difference takes along."""

from pathlib import Path

import pytest

from reconciler.desired import (
    Declaration,
    Kept,
    alike,
    bind,
    confirmed,
    declare,
    keeping,
    known,
    newcomers,
    remembered,
)
from reconciler.desired.entity import Place
from reconciler.manifest import load
from reconciler.model import (
    DesiredState,
    Inventory,
    Kind,
    Resource,
    ResourceId,
    is_content_hash,
    owned_by,
)
from tests.desired.test_bind import a_launch_plan, a_task, a_workflow


def place(kind: Kind, name: str) -> Place:
    return Place(kind, "flytesnacks", "development", name)


TASK = place(Kind.TASK, "etl.load")
WORKFLOW = place(Kind.WORKFLOW, "etl")
PLAN = place(Kind.LAUNCH_PLAN, "etl.daily")
SWITCH = ResourceId(Kind.ACTIVATION, "flytesnacks", "development", "etl.daily")
KEPT: Kept = {TASK: "v1", WORKFLOW: "v2", PLAN: "v3"}


@pytest.fixture
def declaration(tmp_path: Path) -> Declaration:
    """A task, its workflow and an active launch plan, none of them with a version."""
    file = tmp_path / "set.yaml"
    file.write_text("\n---\n".join([a_task(), a_workflow(), a_launch_plan()]))
    return declare(load([file]))


def owning(state: DesiredState) -> Inventory:
    many = [owned for one in state if (owned := owned_by(one)) is not None]
    return Inventory({owned.place: owned for owned in many})


def versions(state: DesiredState) -> dict[str, str]:
    return {one.id.kind.slug: one.id.version for one in state if one.id.kind.versioned}


def test_each_may_keep_a_version_of_its_own(declaration: Declaration) -> None:
    """And what refers to it names that one; the launch plan's is active."""
    state = bind(keeping(declaration, KEPT), None)

    assert versions(state) == {"task": "v1", "workflow": "v2", "launch_plan": "v3"}
    assert state.resources[SWITCH].active == ("v3",)
    spec = state.resources[PLAN.at("v3")].request
    assert spec is not None
    assert spec.workflow_id.version == "v2"  # type: ignore[attr-defined]
    # Only who has compared it knows that it is the same.
    assert not state.resources[TASK.at("v1")].content_addressed
    assert known(state, KEPT).resources[TASK.at("v1")].content_addressed


def test_what_others_called_it_is_remembered(declaration: Declaration) -> None:
    """Versions that are content need no remembering."""
    state = bind(keeping(declaration, {TASK: "v1"}), None)

    assert remembered(declaration, owning(state)) == {TASK: "v1"}
    assert all(is_content_hash(version) for version in list(versions(state).values())[1:])


@pytest.mark.parametrize(
    ("other", "left"),
    [(TASK, {}), (WORKFLOW, {TASK: "v1"}), (PLAN, {TASK: "v1", WORKFLOW: "v2"})],
    ids=["task", "workflow", "launch-plan"],
)
def test_a_difference_takes_its_users_along(
    declaration: Declaration, other: Place, left: Kept
) -> None:
    """What refers to it will name another version, and so is another one itself."""
    state = bind(keeping(declaration, KEPT), None)

    def is_same(resource: Resource) -> bool:
        return resource.id != other.at(KEPT[other])

    assert confirmed(declaration, state, KEPT, is_same) == left


def test_newcomers_are_what_the_ledger_never_saw(declaration: Declaration) -> None:
    """A switch that was adopted alone says nothing of what it switches."""
    state = bind(declaration, None)
    switch = owned_by(state.resources[SWITCH])
    assert switch is not None

    assert newcomers(declaration, Inventory()) == [SWITCH]
    assert newcomers(declaration, Inventory({switch.place: switch})) == [SWITCH]
    assert newcomers(declaration, owning(state)) == []


def test_versions_alone_do_not_tell_launch_plans_apart(declaration: Declaration) -> None:
    """Its own and its workflow's; of several that are active none is the one."""
    state = bind(declaration, None)
    kept = bind(keeping(declaration, KEPT), None)
    theirs = kept.resources[PLAN.at("v3")]

    assert alike(state, {SWITCH: [theirs]}) == [theirs.spec]
    assert alike(state, {SWITCH: [theirs, theirs]}) == []
    assert alike(state, {SWITCH: []}) == []
    assert alike(kept, {SWITCH: [theirs]}) == []  # nothing to keep: it is the very one


def test_a_package_keeps_one_version_or_none(tmp_path: Path) -> None:
    """What looks its children up finds them under its own version."""
    archive = next(iter(sorted(Path(__file__).with_name("packages").iterdir())))
    file = tmp_path / "package.yaml"
    file.write_text(
        "apiVersion: reconciler/v1\nkind: Package\n"
        "metadata: {project: flytesnacks, domain: development, name: code}\n"
        f"spec: {{source: {archive}}}\n"
    )
    declaration = declare(load([file]))
    places = {entity.place for entity in declaration.entities}
    every = dict.fromkeys(places, "v7")
    state = bind(keeping(declaration, every), None)
    one = min(places, key=str)

    assert {id.version for id in state.resources if id.kind.versioned} == {"v7"}
    assert remembered(declaration, owning(state)) == every
    few = {owned.place: owned for owned in owning(state) if owned.id != one.at("v7")}
    assert remembered(declaration, Inventory(few)) == {}
    assert confirmed(declaration, state, every, lambda one_: one_.id != one.at("v7")) == {}
