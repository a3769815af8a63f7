"""`reconciler validate`: by itself, and against what Flyte Admin holds."""

import json
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

HEAD = "apiVersion: reconciler/v1\n"
PLACE = "metadata: {project: flytesnacks, domain: development, name: %s}\n"
WORKFLOW = (
    f"{HEAD}kind: Workflow\n{PLACE % 'weekly'}spec:\n"
    "  inputs: {day: str}\n"
    "  nodes:\n"
    "    first: {task: {name: etl.extract, version: v1}, inputs: {day: {from: inputs.day}}}\n"
)
LAUNCH_PLAN = (
    f"{HEAD}kind: LaunchPlan\n{PLACE % 'weekly'}spec: {{workflow: weekly, inputs: {{day: x}}}}\n"
)
SWITCH = f"{HEAD}kind: LaunchPlan\n{PLACE % 'others'}spec: {{version: latest, state: active}}\n"


def document(*parts: str) -> str:
    return "---\n".join(parts)


@pytest.fixture
def held(cli: Cli, admin: Between, here: Path) -> Between:
    """An Admin that holds version v1 of the task `etl.extract`."""
    text = ETL.split("---\n")[0].replace("spec:\n", "spec:\n  version: v1\n")
    (here / "etl.yaml").write_text(text)
    assert cli("apply", "etl.yaml", "--auto-approve").code == 0
    return admin


def test_what_is_left_open_is_said(cli: Cli, here: Path) -> None:
    """What refers to Admin's own things, and what refers to that in turn."""
    (here / "a.yaml").write_text(document(ETL, WORKFLOW, LAUNCH_PLAN, SWITCH))

    told = cli("validate", "a.yaml").out
    found = json.loads(cli("validate", "a.yaml", "--json").out)

    assert "Valid. 1 task, 1 workflow, 1 launch plan.\n" in told
    place = "flytesnacks/development"
    assert (
        f"Not checked: workflow {place}/weekly, launch plan {place}/others, "
        f"launch plan {place}/weekly, for only Flyte Admin knows" in told
    )
    assert [(one["kind"], one["name"]) for one in found["unchecked"]] == [
        ("workflow", "weekly"),
        ("launch_plan", "others"),
        ("launch_plan", "weekly"),
    ]


def test_what_is_wrong_is_not_called_open(cli: Cli, here: Path) -> None:
    """A name that nobody declares, offline as well."""
    (here / "a.yaml").write_text(document(WORKFLOW.replace(", version: v1", ""), LAUNCH_PLAN))

    told = cli("validate", "a.yaml")

    assert told.code == 1
    assert "etl.extract is not declared in this set" in told.err


def test_with_an_admin_nothing_is_left_open(cli: Cli, held: Between, here: Path) -> None:
    """It is read, and nothing is written there."""
    writes = held.writes
    (here / "a.yaml").write_text(document(WORKFLOW, LAUNCH_PLAN))

    done = cli("validate", "a.yaml", "--admin", held.endpoint)

    assert (done.code, done.out) == (0, "Valid. 1 workflow, 1 launch plan.\n"), done.err
    assert f"Flyte Admin: {held.endpoint}" in done.err
    assert held.writes == writes


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("version: v1", "version: v2", "a.yaml:7:"),
        ("day: str", "day: int", "input day wants str, and day is int"),
        ("inputs.day}}", "inputs.day}, more: {from: inputs.day}}", "no input more"),
        ("project: flytesnacks", "project: nowhere", "there is no project nowhere"),
        ("domain: development", "domain: dev", "there is no domain dev"),
    ],
)
def test_what_admin_holds_is_compiled_against(
    cli: Cli, held: Between, here: Path, was: str, now: str, message: str
) -> None:
    """Versions, types, projects and domains that nobody can know offline."""
    (here / "a.yaml").write_text(WORKFLOW.replace(was, now))

    assert cli("validate", "a.yaml").code == 0
    done = cli("validate", "a.yaml", "--online")

    assert done.code == 1
    assert message in done.err


def test_online_asks_the_environments_own_admin(cli: Cli, here: Path) -> None:
    """Each its own: what is in one need not be in the other."""
    (here / "reconciler.yaml").write_text(
        f"{HEAD}kind: Workspace\nmetadata: {{name: w}}\nspec:\n  manifests: [a.yaml]\n"
        "  environments:\n"
        "    dev: {admin: {endpoint: 'sandbox:dev.sqlite'}}\n"
        "    prod: {admin: {endpoint: 'sandbox:prod.sqlite'}}\n"
    )
    (here / "etl.yaml").write_text(ETL.replace("spec:\n", "spec:\n  version: v1\n", 1))
    assert cli("apply", "etl.yaml", "-e", "dev", "--auto-approve").code == 0
    (here / "a.yaml").write_text(WORKFLOW)

    done = cli("validate", "--online")

    assert done.out.splitlines()[-2:] == ["environment dev   exit 0", "environment prod  exit 1"]
    assert "there is no task flytesnacks/development/etl.extract@v1 in Admin" in done.err


NEVER = "0 0 30 2 *"


@pytest.mark.parametrize(
    "command", [["validate"], ["validate", "--json"], ["plan"], ["apply", "--yes"]]
)
def test_rules_alone_are_refused(cli: Cli, admin: Between, etl: Path, command: list[str]) -> None:
    """Exit 3, but 1 if Flyte could not take it either; warnings are none of that."""
    text = etl.read_text()
    etl.write_text(text.replace("0 6 * * *", NEVER))
    assert cli(*command, etl).code == 3
    etl.write_text(text.replace("0 6 * * *", NEVER).replace("rows: int", "rows: itn"))
    assert cli(*command, etl).code == 1
    etl.write_text(text.replace("etl:1.4", "etl:latest"))
    assert cli("validate", etl).code == 0


@pytest.mark.parametrize(
    ("cron", "message"),
    [
        ("TZ=Europe/Berlin", "Admin crashes on the schedule"),
        ("CRON_TZ=", "Admin crashes on the schedule"),
        ("TZ=Nowhere/City 0 6 * * *", "unknown time zone Nowhere/City"),
        (f"TZ=Europe/Berlin {NEVER}", "would end Flyte's whole scheduler"),
        ("0 6 31 4,6,9,11 *", "would end Flyte's whole scheduler"),
        ("0 6 * *", "expected exactly 5 fields"),
    ],
)
def test_schedules_that_the_server_falls_over(
    cli: Cli, etl: Path, cron: str, message: str
) -> None:
    """At the line that says them."""
    etl.write_text(etl.read_text().replace("0 6 * * *", cron))

    done = cli("validate", etl)

    assert done.code in (1, 3)
    assert f"{etl}:27:" in done.err
    assert message in done.err


def test_workflows_that_contain_themselves(cli: Cli, here: Path) -> None:
    """Directly, or by way of others: the real server would not survive them."""
    node = "spec: {{nodes: {{n: {{{} }}}}}}\n"
    own = f"{HEAD}kind: Workflow\n{PLACE % 'a'}" + node.format("workflow: a")
    (here / "own.yaml").write_text(own)
    (here / "others.yaml").write_text(
        document(
            own.replace("workflow: a", "workflow: b"),
            own.replace("name: a", "name: b").replace("workflow: a", "launchPlan: a"),
            f"{HEAD}kind: LaunchPlan\n{PLACE % 'a'}spec: {{workflow: a}}\n",
        )
    )

    for file, errors in (("own.yaml", 1), ("others.yaml", 3)):
        done = cli("validate", file)
        assert done.code == 1
        assert done.err.count("refers to itself in a circle") == errors
