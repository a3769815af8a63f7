"""Whose doing each step is."""

from dataclasses import replace
from pathlib import Path

from reconciler.ci.own import divide
from reconciler.model import (
    Action,
    Head,
    Inventory,
    Kind,
    Origin,
    Owned,
    Plan,
    owned_by,
)
from tests.builders import a_create, a_plan, a_switch, a_task


def at(action: Action, file: str) -> Action:
    assert action.after is not None
    return replace(action, after=replace(action.after, origin=Origin(file, 1, 1)))


def left(*owned: Owned | None) -> Head:
    return Head(serial=1, inventory=Inventory({one.place: one for one in owned if one}))


def test_what_comes_from_touched_files_and_builds_upon_it_is_own() -> None:
    """The task's file is touched; workflow, launch plan and switch are made of it."""
    task, workflow, launch_plan, switch = a_plan().actions
    theirs = a_create(a_task("ads.extract"))
    files = ("etl-task.yaml", "etl.yaml", "etl.yaml", "etl.yaml", "ads.yaml")
    plan = Plan(
        tuple(map(at, (task, workflow, launch_plan, switch, theirs), files)),
    )

    shares = divide(plan, Head(), {"etl-task.yaml"})

    assert shares.own.actions == plan.actions[:4]
    assert shares.pending == plan.actions[4:]
    assert shares.moved == ()


def test_what_is_only_brought_back_was_moved() -> None:
    """Even if its file is touched: what is declared is what the last apply had left."""
    task = a_task()
    back = at(a_switch(before=["v9"], after="v1"), "etl.yaml")
    lost = at(a_create(task), "etl.yaml")
    head = left(Owned(back.id, active="v1"), owned_by(task))

    shares = divide(Plan((lost, back)), head, {"etl.yaml"})

    assert shares.moved == (lost, back)
    assert shares.own.actions == ()


def test_a_new_version_of_what_we_left_is_own() -> None:
    """And so is the switch to it."""
    task = at(a_create(a_task(version="v2")), "etl.yaml")
    switch = at(a_switch(before=["v1"], after="v2"), "etl.yaml")
    head = left(owned_by(a_task(version="v1")), Owned(switch.id, active="v1"))

    assert divide(Plan((task, switch)), head, {"etl.yaml"}).own.actions == (task, switch)


def test_where_nobody_knows_what_is_touched_all_is_own() -> None:
    """But for what somebody moved, which the ledger knows."""
    plan = Plan(tuple(at(one, "etl.yaml") for one in a_plan()))

    assert divide(plan, Head(), None).own.actions == plan.actions
    assert divide(plan, Head(), frozenset()).pending == plan.actions


def test_paths_may_be_real_ones(tmp_path: Path) -> None:
    """As git names them."""
    file = tmp_path / "etl.yaml"
    plan = Plan((at(a_create(a_task()), f"{tmp_path}/x/../etl.yaml"),))

    assert divide(plan, Head(), {str(file.resolve())}).own.actions == plan.actions


def test_what_left_the_manifests_is_own() -> None:
    """No file is left to say by which change."""
    switch = a_switch(before=["v1"])

    assert divide(Plan((switch,)), Head(), frozenset()).own.actions == (switch,)
    assert switch.id.kind is Kind.ACTIVATION
