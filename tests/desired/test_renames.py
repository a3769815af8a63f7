"""`renamedFrom`: one launch plan takes over from another name, which is gone."""

from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.model import Kind, ResourceId
from tests.desired.test_bind import Set, a_launch_plan, a_task, a_workflow

P, D = "flytesnacks", "development"
BASE = (a_task(), a_workflow())


def renamed(name: str, old: str, *, more: str = "state: active") -> str:
    return a_launch_plan(name, extra=f"  renamedFrom: {old}\n  {more}")


def activation(name: str) -> ResourceId:
    return ResourceId(Kind.ACTIVATION, P, D, name)


def test_an_old_name_leads_to_its_new_one(tmp_path: Path) -> None:
    """In the same project and domain; no version changes by it."""
    plain = Set(tmp_path, *BASE, a_launch_plan("new")).bind()
    desired = Set(tmp_path, *BASE, renamed("new", "old"), a_launch_plan("other")).bind()

    assert desired.renames == {activation("old"): activation("new")}
    assert plain.renames == {}
    assert {one.id for one in plain} < {one.id for one in desired}


def test_all_versions_of_a_name_may_say_its_past(tmp_path: Path) -> None:
    """Once or each of them, as long as it is the same."""
    desired = Set(
        tmp_path, *BASE, renamed("new", "old"), renamed("new", "old", more="version: v1")
    ).bind()

    assert desired.renames == {activation("old"): activation("new")}


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ((renamed("new", "new"),), "is its own name"),
        ((renamed("new", "old"), a_launch_plan("old", extra="")), "old, which is declared too"),
        ((renamed("new", "old"), renamed("newer", "new")), "new, which is declared too"),
        ((renamed("new", "old"), renamed("newer", "old")), "is taken over by LaunchPlan"),
        (
            (renamed("new", "old"), renamed("new", "older", more="version: v1")),
            "is not what LaunchPlan flytesnacks/development/new was called: old",
        ),
    ],
    ids=["itself", "still there", "chain", "two heirs", "two pasts"],
)
def test_what_nobody_could_follow_is_refused(
    tmp_path: Path, documents: tuple[str, ...], told: str
) -> None:
    """At the line that says it."""
    with pytest.raises(ManifestError) as error:
        Set(tmp_path, *BASE, *documents).bind()

    (problem,) = error.value.diagnostics
    assert problem.code == "contradictory-rename"
    assert told in problem.message
    assert problem.origin is not None
    line = (tmp_path / "set.yaml").read_text().splitlines()[problem.origin.line - 1]
    assert "renamedFrom" in line


def test_a_rename_without_a_state_is_told(tmp_path: Path) -> None:
    """Nothing is switched off for a name that stays as it is; any of its versions may say it."""
    unmanaged = Set(tmp_path, *BASE, renamed("new", "old", more="state: unmanaged")).bind()
    managed = Set(
        tmp_path,
        *BASE,
        renamed("new", "old", more="state: unmanaged"),
        a_launch_plan("new", extra="  version: v1\n  state: active"),
    ).bind()

    (warning,) = [one for one in unmanaged.warnings if one.code == "rename-without-effect"]
    assert "leaves its state as it is" in warning.message
    assert not [one for one in managed.warnings if one.code == "rename-without-effect"]
