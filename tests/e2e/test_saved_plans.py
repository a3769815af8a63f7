"""Saved plans from the command line: carried out exactly, once, in the world they are for."""

import json
import os
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli, Result

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
PLAN = "etl.plan"


@pytest.fixture
def workspace(here: Path, etl: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a ledger."""
    monkeypatch.setenv("RECONCILER_ACTOR", "alice")
    file = here / "reconciler.yaml"
    file.write_text(WORKSPACE)
    return file


@pytest.fixture
def plain(workspace: Path) -> Path:
    """The same without a ledger."""
    workspace.write_text(WORKSPACE.replace("  ledger", "  # ledger"))
    return workspace


def change(etl: Path, before: str = "etl:1.4", after: str = "etl:1.5") -> None:
    etl.write_text(etl.read_text().replace(before, after))


def saved(cli: Cli, *options: str) -> Result:
    result = cli("plan", "--out", PLAN, *options)
    assert result.code == 0, result.err
    return result


def test_what_was_planned_is_what_is_done(cli: Cli, admin: Between, workspace: Path) -> None:
    """Without a question, though nobody sits there; and then there is nothing left to do."""
    planned = saved(cli)
    assert admin.writes == 0

    applied = cli("apply", PLAN)

    assert applied.code == 0, applied.err
    assert planned.out in applied.out
    assert "Apply complete!" in applied.out
    assert cli("plan", "--detailed-exitcode").code == 0
    assert "#2 apply by alice: 1 activated, 3 registered" in cli("history").out


def test_it_is_shown_as_it_was_planned(cli: Cli, admin: Between, workspace: Path) -> None:
    """Without asking anybody anything."""
    planned, planned_json = saved(cli), saved(cli, "--json")
    admin.calls.clear()

    shown = cli("show", PLAN)
    as_json = json.loads(cli("show", PLAN, "--json").out)

    assert shown.code == 0
    assert shown.out.endswith("\n" + planned.out)
    assert f"Flyte Admin: {admin.endpoint}" in shown.out
    assert "Ledger:      flytesnacks/production/shop" in shown.out
    about = as_json.pop("saved")
    assert as_json == json.loads(planned_json.out)
    assert about["workspace"] == "shop"
    assert len(about["manifests_digest"]) == 64
    assert not admin.calls


def test_only_its_owner_can_read_it(cli: Cli, admin: Between, workspace: Path) -> None:
    """It holds what the manifests hold."""
    saved(cli)

    assert os.stat(PLAN).st_mode & 0o777 == 0o600


def test_it_runs_once(cli: Cli, admin: Between, workspace: Path, etl: Path) -> None:
    """Also the very first one, and if everything has been put back as it was."""
    saved(cli)
    assert cli("apply", PLAN).code == 0
    writes = admin.writes

    again = cli("apply", PLAN, "--json")

    assert again.code == 4
    assert "was applied already" in again.err
    assert again.last["diagnostics"][0]["code"] == "applied-already"
    assert admin.writes == writes


def test_it_runs_once_though_the_world_moved_back(
    cli: Cli, admin: Between, workspace: Path, etl: Path
) -> None:
    """A switch that was rolled back is not thrown again by yesterday's plan."""
    assert cli("apply", "--auto-approve").code == 0
    change(etl)
    saved(cli)
    assert cli("apply", PLAN).code == 0
    assert cli("rollback", "etl.daily", "--no-hold").code == 0

    assert cli("apply", PLAN).code == 4


@pytest.mark.usefixtures("plain")
def test_without_a_ledger_it_runs_once_too(cli: Cli, admin: Between) -> None:
    """What it would do has come true already, all of it."""
    saved(cli)
    assert cli("apply", PLAN).code == 0
    writes = admin.writes

    again = cli("apply", PLAN)

    assert again.code == 4
    assert "this saved plan was applied already; plan again" in again.err
    assert admin.writes == writes


@pytest.mark.usefixtures("plain")
def test_without_a_ledger_what_came_true_in_part_is_told(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """It was stopped, or somebody did the same: planning again finds out."""
    saved(cli)
    first = ETL.partition("---\n")[0]
    (etl.parent / "first.yaml").write_text(first)
    assert cli("apply", "first.yaml", "--auto-approve").code == 0

    again = cli("apply", PLAN)

    assert again.code == 4
    assert "at least in part (1 of 4 steps)" in again.err


def test_a_stale_plan_is_refused_before_the_first_write(
    cli: Cli, admin: Between, workspace: Path, etl: Path, here: Path
) -> None:
    """Naming what moved and how."""
    assert cli("apply", "--auto-approve").code == 0
    change(etl)
    saved(cli)
    change(etl, "etl:1.5", "etl:1.6")
    assert cli("apply", "--auto-approve").code == 0
    before = admin.writes

    result = cli("apply", PLAN, "--json")

    assert result.code == 4
    assert "activation flytesnacks/development/etl.daily: active was a" in result.err
    assert "when planned, and is a" in result.err
    (told,) = result.last["diagnostics"]
    assert told["code"] == "stale-plan"
    assert admin.writes == before


PLACES = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: shop}
spec: {title: Shop, description: FIRST}
---
apiVersion: reconciler/v1
kind: Domain
metadata: {project: shop, name: development}
spec: {attributes: {workflowExecutionConfig: {maxParallelism: SECOND}}}
"""


def places(here: Path, name: str, first: str, second: int) -> str:
    (here / name).write_text(PLACES.replace("FIRST", first).replace("SECOND", str(second)))
    return name


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("theirs", 1, ["project shop: was changed since it was planned: description"]),
        (
            "once",
            9,
            [
                "workflowExecutionConfig of domain shop/development: was changed since it was "
                "planned: workflowExecutionConfig.maxParallelism"
            ],
        ),
        ("theirs", 9, ["project shop: was", "workflowExecutionConfig of domain shop"]),
    ],
)
def test_what_can_be_changed_is_changed_from_what_was_planned(
    cli: Cli, admin: Between, here: Path, first: str, second: int, told: list[str]
) -> None:
    """Of a project, and of attributes; everything that moved is named, at once."""
    ours, theirs = places(here, "ours.yaml", "once", 1), "theirs.yaml"
    assert cli("apply", ours, "--auto-approve").code == 0
    assert cli("plan", places(here, "ours.yaml", "mine", 2), "--out", PLAN).code == 0
    assert cli("apply", places(here, theirs, first, second), "--auto-approve").code == 0
    before = admin.writes

    result = cli("apply", PLAN)

    assert result.code == 4
    for line in told:
        assert line in result.err
    assert result.err.count("was changed") == len(told)
    problems = cli("apply", PLAN, "--json").last["diagnostics"]
    assert [problem["code"] for problem in problems] == ["stale-plan"] * len(told)
    assert admin.writes == before


def test_the_first_plan_of_all_may_make_the_ledgers_home(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """It is registered before the lock is taken, and that does not stale the plan."""
    workspace.write_text(
        WORKSPACE.replace("flytesnacks", "shop").replace("etl.yaml", "places.yaml")
    )
    places(here, "places.yaml", "new", 3)
    saved(cli)

    assert cli("apply", PLAN).code == 0
    assert cli("apply", PLAN).code == 4


def test_what_others_apply_elsewhere_does_not_matter(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """It is judged by what it touches, not by how long the log has become."""
    saved(cli)
    other = ETL.replace("etl.", "other.")
    (here / "other.yaml").write_text(other)
    assert cli("apply", "other.yaml", "--auto-approve").code == 0

    assert cli("apply", PLAN).code == 0


def test_only_what_it_touches_is_read(
    cli: Cli, admin: Between, workspace: Path, etl: Path
) -> None:
    """A plan of one switch in a set of many asks about the switch."""
    assert cli("apply", "--auto-approve").code == 0
    change(etl, "state: active", "state: inactive")
    saved(cli)
    admin.calls.clear()

    assert cli("apply", PLAN).code == 0

    assert not [name for name in admin.calls if "Workflow" in name]


def test_a_held_name_is_left_alone(cli: Cli, admin: Between, workspace: Path, etl: Path) -> None:
    """Whoever holds it since decided after the plan was made."""
    assert cli("apply", "--auto-approve").code == 0
    change(etl, "state: active", "state: inactive")
    saved(cli)
    assert cli("hold", "etl.daily", "--reason", "month's end").code == 0

    result = cli("apply", PLAN)

    assert result.code == 4
    assert "etl.daily: is held by alice since: month's end" in result.err


def test_an_older_commit_is_the_plans(cli: Cli, admin: Between, workspace: Path) -> None:
    """Which commit is checked out where it is applied says nothing about the plan."""
    saved(cli)
    assert cli("apply", PLAN).code == 0
    entries = json.loads(cli("history", "--json").out)["entries"]

    about = json.loads(cli("show", PLAN, "--json").out)["saved"]

    assert (entries[-1]["commit"] or None) == about["commit"]
    assert entries[-1]["saved"] is True


def test_what_is_as_planned_already_is_adopted(
    cli: Cli, admin: Between, workspace: Path, etl: Path
) -> None:
    """A plan that only says what is ours writes to the ledger, and once."""
    workspace.write_text(WORKSPACE.replace("  ledger", "  # ledger"))
    assert cli("apply", "--auto-approve").code == 0
    workspace.write_text(WORKSPACE)
    assert "4 to adopt" in saved(cli).out

    assert cli("apply", PLAN).code == 0

    assert "owned: 4" in cli("ledger", "stats").out
    assert cli("apply", PLAN).code == 4


@pytest.mark.parametrize("ending", ["", "--auto-approve"])
def test_nothing_to_do_is_a_plan_too(
    cli: Cli, admin: Between, workspace: Path, ending: str
) -> None:
    """It can be saved and applied as often as one likes: a pipeline need not tell them apart."""
    assert cli("apply", "--auto-approve").code == 0
    saved(cli)
    writes = admin.writes

    for _ in range(2):
        result = cli("apply", PLAN, *filter(None, [ending]))
        assert result.code == 0
        assert "No changes." in result.out

    assert admin.writes == writes


@pytest.mark.parametrize(
    "given",
    [
        ["--no-prune"],
        ["--build"],
        ["etl.yaml"],
        ["--allow-many-deactivations"],
        ["--var", "x=1"],
        ["--var-file", "values.yaml"],
        ["--target", "etl.*", "--changed-since", "main"],
    ],
    ids=" ".join,
)
def test_what_is_for_planning_is_refused(
    cli: Cli, admin: Between, workspace: Path, given: list[str]
) -> None:
    """One usage error that names all of it; nothing is asked of Admin."""
    saved(cli)
    admin.calls.clear()

    result = cli("apply", PLAN, *given)

    assert result.code == 64
    assert f"{PLAN} is a saved plan and is carried out as it is" in result.err
    for word in given:
        if word.startswith("--") or word.endswith("yaml"):
            assert word in result.err or word == "values.yaml"
    assert not admin.calls


@pytest.mark.parametrize("paths", [[PLAN, "other.plan"], ["etl.yaml", PLAN]])
def test_it_is_applied_alone(
    cli: Cli, admin: Between, workspace: Path, here: Path, paths: list[str]
) -> None:
    """Beside manifests, or another plan, it is not clear what would be meant."""
    saved(cli)
    (here / "other.plan").write_bytes((here / PLAN).read_bytes())

    assert cli("apply", *paths).code == 64


@pytest.mark.parametrize("keep", [10, 60, -1])
def test_a_damaged_file_is_refused_whole(
    cli: Cli, admin: Between, workspace: Path, here: Path, keep: int
) -> None:
    """Cut in its first line, in its digest, or just before its end."""
    saved(cli)
    (here / PLAN).write_bytes((here / PLAN).read_bytes()[:keep])
    admin.calls.clear()

    for command in ("apply", "show"):
        result = cli(command, PLAN)
        assert result.code == 1
        assert "is damaged or cut short, so none of it is used" in result.err
    assert not admin.calls


def test_a_plan_of_another_version_is_refused(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one version planned, another might carry out differently."""
    saved(cli)
    monkeypatch.setattr("reconciler.remote.saved.__version__", "99.0")

    result = cli("apply", PLAN)

    assert result.code == 1
    assert "this is 99.0" in result.err


def test_a_plan_with_conflicts_is_not_saved(
    cli: Cli, admin: Between, workspace: Path, etl: Path, here: Path
) -> None:
    """It is shown, and the exit is that of any plan with conflicts."""
    etl.write_text(
        ETL.replace("name: etl.extract}\nspec:", "name: etl.extract}\nspec:\n  version: v1", 1)
    )
    assert cli("apply", "--auto-approve").code == 0
    change(etl)

    result = cli("plan", "--out", PLAN)

    assert result.code == 1
    assert f"{PLAN} was not written: a plan with conflicts cannot be applied" in result.err
    assert "in conflict" in result.out
    assert not (here / PLAN).exists()


def test_what_a_guard_refuses_is_not_saved(
    cli: Cli, admin: Between, workspace: Path, etl: Path, here: Path
) -> None:
    """Unless it is meant when it is planned; applying asks no more."""
    protected = WORKSPACE.replace("  ledger", "  guards: {protect: [etl.*]}\n  ledger")
    workspace.write_text(protected)
    assert cli("apply", "--auto-approve").code == 0
    etl.write_text(etl.read_text().replace("state: active", "state: inactive"))

    refused = cli("plan", "--out", PLAN)
    meant = cli("plan", "--out", PLAN, "--allow-protected")

    assert refused.code == 3
    assert f"{PLAN} was not written: " in refused.err
    assert meant.code == 0, meant.err
    assert cli("apply", PLAN).code == 0


def test_a_place_that_cannot_be_written_to(cli: Cli, admin: Between, workspace: Path) -> None:
    """It is told, after the plan was shown."""
    result = cli("plan", "--out", "none/etl.plan")

    assert result.code == 1
    assert "none/etl.plan cannot be written: No such file or directory" in result.err
    assert "Plan: 3 to register" in result.out
