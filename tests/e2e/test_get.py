"""`get` shows what Admin holds, as people and programs want it."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from reconciler.manifest import read_yaml
from reconciler.sandbox import Refusal
from tests.e2e.conftest import Cli, Result
from tests.e2e.running import Running, running
from tests.report.test_schemas import check


@pytest.fixture(scope="module")
def world() -> Iterator[Running]:
    """Executions `done`, `failed` and `going`; nothing here changes them."""
    with running() as found:
        for name in ("done", "failed", "going"):
            found.launch(name)
        found.finish("done")
        found.finish("failed", error="out of memory")
        found.phase("going", "RUNNING")
        found.node("going", "n0", "RUNNING")
        found.task(
            "going", "n0", "RUNNING", logs=[{"name": "Logs", "uri": "https://logs.example/1"}]
        )
        found.signal("going", "go", {"simple": "BOOLEAN"})
        yield found


@pytest.fixture(autouse=True)
def pointed(world: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command talks to it."""
    monkeypatch.setenv("RECONCILER_ADMIN", world.endpoint)


def cells(result: Result) -> list[list[str]]:
    """The rows of a table, its headings left out."""
    assert result.code == 0, result.err
    return [line.split() for line in result.out.splitlines()[1:]]


def document(result: Result) -> Any:
    """One document, as its schema says."""
    assert result.code == 0, result.err
    found = json.loads(result.out)
    check(found, "get.json")
    return found


def test_tasks_and_workflows_are_listed_by_name(cli: Cli) -> None:
    """The newest version of each, with what it takes and gives where it is wanted."""
    assert cells(cli("get", "tasks"))[0][:5] == [
        "flytesnacks",
        "development",
        "t",
        "v1",
        "python-task",
    ]
    wide = cli("get", "workflows", "-o", "wide").out
    assert "note: str, x: int -> o0: int" in wide


def test_the_active_version_stands_for_a_launch_plan(cli: Cli) -> None:
    """Or else the newest; all versions of one that is named; every one if that is asked for."""
    assert [row[3:5] for row in cells(cli("get", "launchplans"))] == [["v1", "active"]]
    assert [row[3] for row in cells(cli("get", "launchplans", "lp"))] == ["v2", "v1"]
    assert [row[3] for row in cells(cli("get", "lp", "--all-versions"))] == ["v2", "v1"]
    assert [row[3] for row in cells(cli("get", "lp", "lp", "--filter", "state=active"))] == ["v1"]


@pytest.mark.parametrize(
    ("argv", "version"),
    [
        (["lp@v2"], "v2"),
        (["lp", "--version", "v2"], "v2"),
        (["lp", "--latest"], "v2"),
        (["lp", "--active"], "v1"),
        (["flytesnacks/development/lp@v1"], "v1"),
    ],
)
def test_one_is_shown_in_full(cli: Cli, argv: list[str], version: str) -> None:
    """As YAML, or as JSON with a head."""
    (found,) = (value for _, value in read_yaml(cli("get", "lp", *argv).out.encode(), "", []))
    assert found["launch_plan"]["id"]["version"] == version

    shown = document(cli("get", "lp", *argv, "--json"))

    assert shown["type"] == "launch_plan"
    assert shown["launch_plan"]["spec"]["workflowId"]["name"] == "w"
    assert cli("get", "lp", *argv, "-o", "name").out == f"flytesnacks/development/lp@{version}\n"


def test_values_are_masked_unless_asked_for(cli: Cli) -> None:
    """Defaults of inputs may be secrets; their names are none."""
    hidden = document(cli("get", "lp", "lp@v1", "--json"))["launch_plan"]
    shown = document(cli("get", "lp", "lp@v1", "--json", "--show-values"))["launch_plan"]

    where = ("closure", "expectedInputs", "parameters", "note", "default")
    for key in where[:-1]:
        hidden, shown = hidden[key], shown[key]
    assert hidden["default"] == "(sensitive value #1)"
    assert shown["default"]["scalar"]["primitive"]["stringValue"] == "a note"


def test_executions_come_newest_first(cli: Cli) -> None:
    """With what they run, in columns that stay."""
    rows = cells(cli("get", "executions"))

    assert [row[2:6] for row in rows] == [
        ["going", "RUNNING", "lp", "v1"],
        ["failed", "FAILED", "lp", "v1"],
        ["done", "SUCCEEDED", "lp", "v1"],
    ]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["phase=failed"], ["failed"]),
        (["phase in failed,succeeded", "name!=done"], ["failed"]),
        (["launch_plan=lp", "created_at>2020-01-01"], ["going", "failed", "done"]),
        (["name~o"], ["going", "done"]),
        (["eq(phase,RUNNING)"], ["going"]),
        (["name=nobody"], []),
    ],
)
def test_executions_are_filtered(cli: Cli, filters: list[str], names: list[str]) -> None:
    """In words; several filters must all hold."""
    options = [part for one in filters for part in ("--filter", one)]

    found = cli("get", "executions", *options, "-o", "name")

    assert found.out.split() == [f"flytesnacks/development/{name}" for name in names]


def test_sorted_and_cut(cli: Cli) -> None:
    """That a list was cut is said where nobody parses it."""
    found = cli("get", "executions", "--sort", "name", "--limit", "2", "-o", "name")

    assert [line.rpartition("/")[2] for line in found.out.split()] == ["done", "failed"]
    assert "Stopped after 2" in found.err


def test_documents_have_a_row_each(cli: Cli) -> None:
    """Types, phases and times as programs want them; YAML is the same."""
    shown = document(cli("get", "executions", "--json"))

    assert shown["type"] == "executions"
    failed = next(row for row in shown["executions"] if row["name"] == "failed")
    assert failed["error"]["message"] == "out of memory"
    assert failed["entity"]["name"] == "lp"
    as_yaml = cli("get", "executions", "-o", "yaml").out.encode()
    assert [value for _, value in read_yaml(as_yaml, "", [])] == [shown]


def test_an_execution_in_full(cli: Cli) -> None:
    """Its inputs and outputs too, if asked for; their values only if they are."""
    shown = document(cli("get", "execution", "done", "--data", "--json"))
    revealed = document(cli("get", "execution", "done", "--data", "--json", "--show-values"))

    assert shown["execution"]["id"]["name"] == "done"
    assert shown["inputs"]["literals"]["x"].startswith("(sensitive value")
    assert revealed["inputs"]["literals"]["x"]["scalar"]["primitive"]["integer"] == "5"


@pytest.mark.parametrize(
    "name",
    [
        "going",
        "flytesnacks/development/going",
        "https://flyte.example/console/projects/flytesnacks/domains/development/executions/going?x",
        "flyte://v1/flytesnacks/development/going/n0/o",
    ],
)
def test_ways_to_name_an_execution(cli: Cli, name: str) -> None:
    """By name, path, the console's page, or a reference to its data."""
    assert cli("get", "execution", name, "-o", "name").out == "flytesnacks/development/going\n"


def test_nodes_attempts_and_signals(cli: Cli) -> None:
    """What an execution is made of, and what it waits for."""
    assert cells(cli("get", "nodes", "going"))[0][:2] == ["n0", "RUNNING"]
    attempts = cli("get", "task-executions", "going", "-o", "wide")
    assert cells(attempts)[0][:5] == ["n0", "0", "RUNNING", "t", "v1"]
    assert "https://logs.example/1" in attempts.out
    assert cells(cli("get", "signals", "going"))[0][:2] == ["go", "bool"]
    assert document(cli("get", "node", "going", "n0", "--json"))["node"]["id"]["nodeId"] == "n0"
    failed = cli("get", "nodes", "failed", "--filter", "phase=FAILED", "-o", "name")
    assert failed.out == "n0\n"


def test_places(cli: Cli) -> None:
    """Projects, domains, and what is set for them."""
    assert cells(cli("get", "projects"))[0][:3] == ["flytesnacks", "flytesnacks", "active"]
    assert [row[0] for row in cells(cli("get", "domains"))] == [
        "development",
        "staging",
        "production",
    ]
    assert document(cli("get", "attributes", "--json"))["attributes"] == []
    assert "taskResources" in cli("get", "attributes", "taskResource").err


@pytest.mark.parametrize(
    "argv",
    [
        "tasks",
        "workflows",
        "launchplans --all-versions",
        "executions",
        "nodes failed",
        "task-executions going",
        "signals going",
        "projects",
        "domains",
        "attributes",
        "tasks t@v1",
        "workflows w@v1",
        "nodes done n0 --data",
    ],
)
def test_documents_are_as_the_schema_says(cli: Cli, argv: str) -> None:
    """Lists, and one thing in full."""
    document(cli("get", *argv.split(), "--json"))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["tasks", "tt"], "there is no task flytesnacks/development/tt; did you mean t?"),
        (["lp", "lp@v9"], "no such version"),
        (["lp", "lp", "-d", "staging"], "there is flytesnacks/development/lp"),
        (["workflows", "x", "-d", "staging"], "there is none in flytesnacks/staging at all"),
        (["executions", "goin"], "did you mean going?"),
        (["nodes", "nobody"], "there is no execution flytesnacks/development/nobody"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(cli: Cli, argv: list[str], said: str) -> None:
    """The nearest name, or the place where it is."""
    found = cli("get", *argv)

    assert found.code == 1
    assert said in found.err
    assert json.loads(cli("get", *argv, "--json").out)["diagnostics"][0]["code"] == "not-found"


@pytest.mark.parametrize(
    "argv",
    [
        ["executions", "--filter", "phase"],
        ["tasks", "--latest"],
        ["executions", "a/b"],
        ["tasks", "t@"],
        ["tasks", "-o", "yaml", "--json"],
        ["nothing"],
    ],
)
def test_what_makes_no_sense_is_a_usage_error(cli: Cli, argv: list[str]) -> None:
    """Nothing is read for it."""
    assert cli("get", *argv).code == 64


def test_an_unknown_column_is_told_before_anything_is_read(cli: Cli) -> None:
    """With those that there are."""
    found = cli("get", "executions", "--filter", "colour=red")

    assert found.code == 1
    assert "colour" in found.err


def test_nothing_is_a_table_without_rows(cli: Cli) -> None:
    """And that is no error."""
    found = cli("get", "executions", "-d", "staging")

    assert (found.code, cells(found)) == (0, [])


def test_places_that_may_not_be_read_are_left_out(
    cli: Cli, world: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And said; if none may be read, that is the error."""
    admin = world.sandbox.admin
    served = admin.call

    def refuse(method: str, payload: bytes, *rest: Any) -> bytes:
        if "ListExecutions" in method and (everything or b"staging" in payload):
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "not yours")
        return served(method, payload, *rest)

    everything = False
    monkeypatch.setattr(admin, "call", refuse)

    found = cli("get", "executions", "-o", "name")

    assert found.code == 0
    assert len(found.out.split()) == 3
    assert "Not all is told: flytesnacks/staging may not be read" in found.err
    everything = True
    assert cli("get", "executions").code == 7
