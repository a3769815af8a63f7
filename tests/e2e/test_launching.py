"""Executions from the command line: launched, watched, repeated, ended and answered."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Cli, Result, started
from tests.e2e.running import Running, running
from tests.report.test_schemas import check


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Something to launch, that every command of the test talks to."""
    with running() as found:
        monkeypatch.setenv("RECONCILER_ADMIN", found.endpoint)
        yield found


def lines(result: Result) -> list[Any]:
    """JSON Lines, each of them as its schema says."""
    found = [json.loads(line) for line in result.out.splitlines()]
    for line in found:
        check(line, "executions.json")
    return found


def document(result: Result) -> Any:
    """One document, as its schema says."""
    found = json.loads(result.out)
    check(found, "executions.json")
    return found


def primitive(literal: Any) -> Any:
    value = literal.scalar.primitive
    return getattr(value, value.WhichOneof("value"))


def inputs_of(world: Running, name: str) -> dict[str, Any]:
    """The inputs of an execution, as Admin keeps them."""
    request = {"id": {"project": "flytesnacks", "domain": "development", "name": name}}
    found = world.client("GetExecutionData", request).full_inputs.literals
    return {key: primitive(found[key]) for key in found}


def meanwhile(act: Callable[[], Any], ready: Callable[[], bool]) -> threading.Thread:
    """Do something in another thread as soon as it is time."""

    def run() -> None:
        while not ready():
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def exists(world: Running, name: str) -> bool:
    try:
        world.execution(name)
    except Exception:
        return False
    return True


def test_launch_says_what_it_launched(cli: Cli, world: Running) -> None:
    """A path for other commands on stdout, the console's page for eyes beside it."""
    done = cli("launch", "lp", "-i", "x=5", "--name", "one")

    assert (done.code, done.out) == (0, "flytesnacks/development/one\n")
    assert "/console/projects/flytesnacks/domains/development/executions/one" in done.err
    assert inputs_of(world, "one") == {"x": 5, "note": "a note"}
    assert world.execution("one").spec.launch_plan.version == "v1"


@pytest.mark.parametrize(
    ("argv", "version"),
    [
        (["lp"], "v1"),
        (["lp@v2"], "v2"),
        (["lp", "--version", "v2"], "v2"),
        (["lp", "--latest"], "v2"),
        (["flytesnacks/development/lp"], "v1"),
    ],
)
def test_which_version_is_launched(
    cli: Cli, world: Running, argv: list[str], version: str
) -> None:
    """The active one of a launch plan, unless another is said."""
    assert cli("launch", *argv, "-i", "x=5", "--name", "one").code == 0

    assert world.execution("one").spec.launch_plan.version == version


def test_inputs_from_a_file_and_from_options(cli: Cli, world: Running, here: Path) -> None:
    """What is said on the line wins."""
    (here / "inputs.yaml").write_text("x: 1\nnote: from the file\n")

    cli("launch", "lp", "--inputs-file", "inputs.yaml", "-i", "x=2", "--name", "one")

    assert inputs_of(world, "one") == {"x": 2, "note": "from the file"}


def test_inputs_from_a_pipe(
    cli: Cli, world: Running, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another program prints."""
    (here / "piped").write_text('{"x": 7}')
    with (here / "piped").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert cli("launch", "lp", "--inputs-file", "-", "--name", "one").code == 0

    assert inputs_of(world, "one")["x"] == 7
    (here / "list.yaml").write_text("- x\n")
    assert cli("launch", "lp", "--inputs-file", "list.yaml").code == 64
    (here / "broken.yaml").write_text("x: [\n")
    assert "broken.yaml" in cli("launch", "lp", "--inputs-file", "broken.yaml").err


def test_all_that_is_wrong_is_said_at_once(cli: Cli, world: Running) -> None:
    """And nothing is sent."""
    done = cli("launch", "lp", "-i", "x=five", "-i", "nota=y", "--name", "one", "--json")

    assert done.code == 1
    (problem,) = json.loads(done.out)["diagnostics"]
    assert problem["code"] == "inputs"
    assert "x: 'five' is no int" in problem["message"]
    assert "there is no input nota (did you mean note?)" in problem["message"]
    assert not exists(world, "one")
    assert "x is missing (int)" in cli("launch", "lp").err


def test_how_it_is_to_run(cli: Cli, world: Running) -> None:
    """Every flag arrives in the execution."""
    flags = (
        "--env-var LEVEL=debug --label team=data --annotation why=test --tag nightly "
        "--overwrite-cache --no-interruptible --cluster-pool gpu --max-parallelism 7 "
        "--service-account runner --raw-output s3://bucket/raw --no-notifications "
        "--in flytesnacks/staging"
    )

    done = cli("launch", "lp", "-i", "x=5", "--name", "one", *flags.split())

    assert done.out == "flytesnacks/staging/one\n", done.err
    request = {"id": {"project": "flytesnacks", "domain": "staging", "name": "one"}}
    spec = world.client("GetExecution", request).spec
    assert [(one.key, one.value) for one in spec.envs.values] == [("LEVEL", "debug")]
    assert spec.labels.values["team"] == "data"
    assert dict(spec.annotations.values) == {"why": "test"}
    assert list(spec.tags) == ["nightly"]
    assert (spec.overwrite_cache, spec.interruptible.value) == (True, False)
    assert spec.HasField("interruptible")
    assert spec.cluster_assignment.cluster_pool_name == "gpu"
    assert spec.max_parallelism == 7
    assert spec.security_context.run_as.k8s_service_account == "runner"
    assert spec.raw_output_data_config.output_location_prefix == "s3://bucket/raw"
    assert spec.disable_all


def test_a_name_is_launched_once(cli: Cli, world: Running) -> None:
    """The same again is the same execution; something else is an error and changes nothing."""
    first = cli("launch", "lp", "-i", "x=5", "--name", "one")
    again = cli("launch", "lp", "-i", "x=5", "--name", "one")
    other = cli("launch", "lp", "-i", "x=6", "--name", "one", "--json")

    assert first.out == again.out
    assert other.code == 1
    assert json.loads(other.out)["diagnostics"][0]["code"] == "execution-conflict"
    assert inputs_of(world, "one")["x"] == 5


def test_a_dry_run_sends_nothing(cli: Cli, world: Running) -> None:
    """It shows the request, and checks it like any other."""
    shown = cli("launch", "lp", "-i", "x=5", "--name", "one", "--dry-run")
    as_json = document(cli("launch", "lp", "-i", "x=5", "--name", "one", "--dry-run", "--json"))

    assert shown.code == 0
    assert "integer: '5'" in shown.out or 'integer: "5"' in shown.out
    assert as_json["request"]["spec"]["launchPlan"]["name"] == "lp"
    assert "sensitive" in as_json["request"]["inputs"]["literals"]["x"]
    assert not exists(world, "one")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["lpp"], "there is no launch plan flytesnacks/development/lpp; did you mean lp?"),
        (["t"], "but a task of that name: add --task"),
        (["w"], "but a workflow of that name: add --workflow"),
        (["w", "--workflow"], "has no launch plan of its own name and version"),
        (["lp@v9"], "no such version"),
    ],
)
def test_what_is_not_there_to_launch(cli: Cli, world: Running, argv: list[str], said: str) -> None:
    """What it could have been is said."""
    done = cli("launch", *argv, "-i", "x=5")

    assert done.code == 1
    assert said in done.err


def test_a_task_is_launched(cli: Cli, world: Running) -> None:
    """By itself."""
    assert cli("launch", "--task", "t", "-i", "x=5", "--name", "one").code == 0
    # As Remote.execute takes it; the same launch again.
    assert cli("launch", "task:t", "-i", "x=5", "--name", "one").code == 0
    assert cli("launch", "--workflow", "task:t", "-i", "x=5").code == 1

    assert world.execution("one").spec.launch_plan.name == "t"
    world.finish("one")
    last = lines(cli("watch", "one", "--json"))[-1]
    assert last["succeeded"]
    assert last["tree"]["children"][0]["runs"] == "t"


def test_wait_exits_as_the_execution_ends(cli: Cli, world: Running) -> None:
    """With its outputs if it succeeded, and why not if it did not."""
    good = meanwhile(lambda: world.finish("good"), lambda: exists(world, "good"))
    done = cli("launch", "lp", "-i", "x=5", "--name", "good", "--wait", "--every", "20ms")
    good.join()
    bad = meanwhile(lambda: world.finish("bad", error="oom"), lambda: exists(world, "bad"))
    failed = cli("launch", "lp", "-i", "x=5", "--name", "bad", "--wait", "--every", "20ms")
    bad.join()

    assert done.code == 0
    assert done.out.splitlines()[:2] == ["flytesnacks/development/good", "good SUCCEEDED"]
    assert done.out.splitlines()[2].startswith("o0 = ")
    assert failed.code == 1
    assert failed.out.endswith("bad FAILED\n")
    assert "oom" in failed.err


def test_waiting_may_take_only_so_long(cli: Cli, world: Running) -> None:
    """Then it runs on, and how to go on is said."""
    done = cli("launch", "lp", "-i", "x=5", "--name", "one", "--wait", "--timeout", "50ms")

    assert done.code == 1
    assert "it runs on. To go on: reconciler watch flytesnacks/development/one" in done.err
    assert exists(world, "one")


def test_watch_tells_each_change(cli: Cli, world: Running) -> None:
    """Where nothing can be redrawn a line each, of nodes by what they run."""
    world.launch("one")
    world.phase("one", "RUNNING")
    world.node("one", "n0", "RUNNING")
    world.task("one", "n0", "RUNNING")

    def end() -> None:
        world.task("one", "n0", "SUCCEEDED")
        world.node("one", "n0", "SUCCEEDED")
        world.node("one", "n1", "FAILED", error={"code": "X", "message": "no memory"})
        world.phase("one", "FAILED", error={"code": "X", "message": "no memory"})

    ending = meanwhile(end, lambda: True)
    done = cli("watch", "one", "--every", "20ms")
    ending.join()

    assert done.code == 1
    assert done.out == "one FAILED\n"
    told = done.err.splitlines()
    assert any(line.startswith("n0  t  succeeded") for line in told)
    assert any(line.startswith("n1  t  failed") and "no memory" in line for line in told)
    assert "failed: n1  t" in told


def test_watch_as_json(cli: Cli, world: Running) -> None:
    """Lines of what changed, the last one is all of it."""
    world.launch("one")
    world.finish("one")

    *changes, last = lines(cli("watch", "one", "--json"))

    assert {line["path"]: line["phase"] for line in changes}["one/n1"] == "SUCCEEDED"
    assert (last["type"], last["phase"], last["succeeded"]) == ("watched", "SUCCEEDED", True)
    assert [child["runs"] for child in last["tree"]["children"]] == ["t", "t"]


def test_watch_looks_into_what_nodes_started(cli: Cli, world: Running) -> None:
    """An execution within an execution, and what waits for a person."""
    world.launch("one")
    world.phase("one", "RUNNING")
    world.launch("child")
    world.node("one", "n0", "RUNNING")
    child = {"project": "flytesnacks", "domain": "development", "name": "child"}
    world.node("one", "n0", "SUCCEEDED", workflow_node_metadata={"execution_id": child})
    world.finish("child")
    world.node("one", "n1", "RUNNING")
    world.signal("one", "go", {"simple": "BOOLEAN"})

    last = lines(cli("watch", "one", "--timeout", "0s", "--json"))[-1]

    tree = last["tree"]
    assert tree["reason"] == "waits for signal go"
    (inner,) = tree["children"][0]["children"]
    assert inner["path"] == "one/n0/child"
    assert [one["name"] for one in inner["children"]] == ["n0", "n1"]
    shallow = lines(cli("watch", "one", "--timeout", "0s", "--depth", "0", "--json"))[-1]
    assert [one["children"] for one in shallow["tree"]["children"]] == [[], []]


def test_an_interrupt_ends_the_watching_only(world: Running) -> None:
    """And says how to go on."""
    world.launch("one")
    with started("watch", "one", "--every", "20ms") as process:
        assert process.stderr is not None
        while "undefined" not in process.stderr.readline():
            pass
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 130
        said = process.stderr.read()

    assert "flytesnacks/development/one runs on" in said
    assert not world.execution("one").closure.abort_metadata.cause


def test_relaunch_and_recover(cli: Cli, world: Running) -> None:
    """Both start another one, which remembers of which."""
    world.launch("one")
    world.finish("one", error="oom")

    again = cli("relaunch", "one", "--name", "two", "--overwrite-cache")
    recovered = document(cli("recover", "one", "--name", "three", "--json"))

    assert again.out == "flytesnacks/development/two\n"
    assert world.execution("two").spec.overwrite_cache
    assert world.execution("two").spec.metadata.reference_execution.name == "one"
    assert (recovered["type"], recovered["mode"]) == ("launched", "recovered")
    assert cli("relaunch", "nobody").code == 1


def test_terminate(cli: Cli, world: Running) -> None:
    """Each by itself: what cannot be ended keeps none of the others."""
    for name in ("one", "two", "over"):
        world.launch(name)
    world.finish("over")

    done = cli("terminate", "one", "over", "nobody", "two", "--cause", "wrong day", "--json")

    assert done.code == 1
    rows = {row["name"]: row for row in document(done)["executions"]}
    assert [rows[name]["terminated"] for name in ("one", "two")] == [True, True]
    assert "ended already: SUCCEEDED" in rows["over"]["message"]
    assert "there is no execution" in rows["nobody"]["message"]
    assert world.execution("one").closure.abort_metadata.cause == "wrong day"
    assert cli("terminate", "one").code == 0


def test_signals(cli: Cli, world: Running) -> None:
    """Listed, approved, and set with a check of their type."""
    world.launch("one")
    world.phase("one", "RUNNING")
    world.signal("one", "go", {"simple": "BOOLEAN"})
    world.signal("one", "threshold", {"simple": "FLOAT"})

    assert "(waits for one)" in cli("signal", "ls", "one").out
    assert cli("signal", "approve", "one", "go").out == (
        "go of flytesnacks/development/one is approved\n"
    )
    wrong = cli("signal", "set", "one", "threshold", "much", "--json")
    assert wrong.code == 1
    assert json.loads(wrong.out)["diagnostics"][0]["code"] == "signal"
    assert document(cli("signal", "set", "one", "threshold", "1", "--json"))["done"] == "set"
    assert "answered already" in cli("signal", "reject", "one", "go").err
    assert cli("signal", "reject", "one", "go", "--overwrite").code == 0
    assert "did you mean threshold?" in cli("signal", "set", "one", "thresold", "1").err
    answers = {
        row.split()[0]: row.split()[2] for row in cli("signal", "ls", "one").out.splitlines()
    }
    assert answers == {"SIGNAL": "ANSWER", "go": "false", "threshold": "1.0"}


def test_files_go_up_and_come_back(cli: Cli, world: Running, here: Path) -> None:
    """Where they lie is printed, and what is fetched is what was sent."""
    (here / "folder" / "deep").mkdir(parents=True)
    (here / "folder" / "deep" / "a.txt").write_text("deep")
    (here / "folder" / "a.txt").write_text("flat")
    (here / "one.txt").write_text("one")

    sent = cli("upload", "folder", "one.txt")
    again = document(cli("upload", "folder", "one.txt", "--json"))

    assert sent.code == 0, sent.err
    assert [row["uri"] for row in again["files"]] == sent.out.split()
    assert [(row["kind"], row["files"], row["bytes"]) for row in again["files"]] == [
        ("directory", 2, 8),
        ("file", 1, 3),
    ]
    folder, file = sent.out.split()
    fetched = cli("download", folder, "-o", "back")
    assert sorted(Path(line).read_text() for line in fetched.out.split()) == ["deep", "flat"]
    assert Path(cli("download", file, "-o", "back").out.strip()).read_text() == "one"
    assert cli("upload", "nothing.txt").code == 64


def test_outputs_are_downloaded(cli: Cli, world: Running, here: Path) -> None:
    """Values as JSON; of what is not over there is nothing to fetch."""
    world.launch("one")
    early = cli("download", "one", "--json")
    world.finish("one", outputs={"o0": 42})

    done = cli("download", "one", "-o", "results")
    given = document(cli("download", "one", "x", "--inputs", "-o", "results", "--json"))

    assert early.code == 1
    assert "no outputs yet" in json.loads(early.out)["diagnostics"][0]["message"]
    assert json.loads(Path(done.out.strip()).read_text()) == 42
    assert [(row["path"], row["bytes"]) for row in given["files"]] == [("results/x.json", 2)]
    assert cli("download", "one", "nothing").code == 1
    assert "n0 of flytesnacks/development/one has no inputs" in (
        cli("download", "one", "--node", "n0", "--inputs").err
    )


def test_a_file_of_this_machine_is_an_input(cli: Cli, world: Running, here: Path) -> None:
    """It is uploaded once all inputs are known to be right."""
    blob = {"blob": {"format": "txt", "dimensionality": "SINGLE"}}
    world.client.workflow("files", inputs={"file": blob})
    parameters = {"parameters": {"file": {"var": {"type": blob}, "required": True}}}
    workflow = {
        "resource_type": "WORKFLOW",
        "project": "flytesnacks",
        "domain": "development",
        "name": "files",
        "version": "v1",
    }
    world.client.launch_plan("files", workflow_id=workflow, default_inputs=parameters)
    (here / "here.txt").write_text("here")

    done = cli("launch", "files", "-i", "file=here.txt", "--name", "one")
    missing = cli("launch", "files", "-i", "file=there.txt")

    assert done.code == 0, done.err
    assert "there.txt is not there" in missing.err
    request = {"id": {"project": "flytesnacks", "domain": "development", "name": "one"}}
    literal = world.client("GetExecutionData", request).full_inputs.literals["file"]
    fetched = cli("download", literal.scalar.blob.uri, "-o", "back")
    assert Path(fetched.out.strip()).read_text() == "here"


def test_a_deck_is_downloaded(cli: Cli, world: Running, here: Path) -> None:
    """The page of a node, as it was written."""
    (here / "deck.html").write_text("<p>deck</p>")
    uri = cli("upload", "deck.html").out.strip()
    world.launch("one")
    world.phase("one", "RUNNING")
    world.node("one", "n0", "RUNNING")
    world.node("one", "n0", "SUCCEEDED", deck_uri=uri)

    done = cli("download", "one", "--node", "n0", "--deck", "-o", "decks")

    assert done.code == 0, done.err
    assert Path(done.out.strip()).read_text() == "<p>deck</p>"
    assert cli("download", "one", "--deck").code == 64
    assert cli("download", "one", "--node", "n1", "--deck").code == 1
