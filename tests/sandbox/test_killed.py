"""A server killed in the middle of everything: nothing acknowledged is lost, nothing is torn."""

import random
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest

from reconciler.sandbox import Refusal, Sandbox
from tests.sandbox.calls import PD, Client, over_wire, versioned

CLIENTS = 4


@dataclass
class Diary:
    """What clients were told is done, each under its own names."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    done: list[tuple[str, str, str]] = field(default_factory=list)  # RPC, name, version

    def note(self, *what: str) -> None:
        with self.changed:
            self.done.append((what[0], what[1], what[2]))
            self.changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.done) >= count, timeout=60)

    def last(self, rpc: str, name: str) -> str | None:
        versions = [v for r, n, v in self.done if (r, n) == (rpc, name)]
        return versions[-1] if versions else None


def write(endpoint: str, number: int, diary: Diary, first: int) -> None:
    """Register and activate one version after the other, until the server is gone."""
    name = f"etl.{number}"
    with grpc.insecure_channel(endpoint) as channel:
        call = Client(over_wire(channel))
        version = first
        while True:
            v = f"v{version:06}"
            of = versioned("WORKFLOW", name, v)
            schedule = {"schedule": {"cron_schedule": {"schedule": "@daily"}}}
            try:
                call.task(name, v)
                diary.note("CreateTask", name, v)
                call.workflow(name, v)
                diary.note("CreateWorkflow", name, v)
                call.launch_plan(name, v, workflow_id=of, entity_metadata=schedule)
                diary.note("CreateLaunchPlan", name, v)
                call.activate(name, v)
                diary.note("UpdateLaunchPlan", name, v)
            except grpc.RpcError as gone:
                assert gone.code() in (  # noqa: PT017 # anything else would be a finding
                    grpc.StatusCode.UNAVAILABLE,
                    grpc.StatusCode.UNKNOWN,
                )
                return
            version += 1


def write_until_killed(store: Path, *, after: int, first: int) -> Diary:
    """Let clients write to a server of its own, and kill it when so many calls were answered."""
    diary = Diary()
    line = [sys.executable, "-m", "reconciler.sandbox", "--data", str(store)]
    with (
        subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        assert server.stdout is not None
        endpoint = server.stdout.readline().split()[2].rstrip(",")
        clients = [pool.submit(write, endpoint, n, diary, first) for n in range(CLIENTS)]
        diary.wait_for(after)
        server.send_signal(signal.SIGKILL)
        for client in clients:
            client.result(timeout=60)
    return diary


def check(store: Path, diary: Diary) -> None:
    """Every answer that was given still holds, and what was not answered is whole or not there."""
    with sqlite3.connect(store) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
    sandbox = Sandbox(store)
    call = Client.of(sandbox)
    gets = {
        "CreateTask": ("GetTask", "TASK"),
        "CreateWorkflow": ("GetWorkflow", "WORKFLOW"),
        "CreateLaunchPlan": ("GetLaunchPlan", "LAUNCH_PLAN"),
    }
    for rpc, name, version in diary.done:
        if rpc in gets:
            get, kind = gets[rpc]
            call(get, {"id": versioned(kind, name, version)})
    for number in range(CLIENTS):
        name = f"etl.{number}"
        workflows = call("ListWorkflows", {"id": {**PD, "name": name}, "limit": 10_000}).workflows
        for workflow in workflows:
            got = call("GetWorkflow", {"id": versioned("WORKFLOW", name, workflow.id.version)})
            assert got.closure.compiled_workflow.primary.template.nodes
        active = call.active(name)
        told = diary.last("UpdateLaunchPlan", name)
        if told is not None:
            # The one that was answered last, or the one that was never answered.
            assert active[0] >= told
            assert len(active) == 1
    call("GetProject", {"id": PD["project"]})
    with pytest.raises(Refusal, match="NOT_FOUND"):
        call("GetTask", {"id": versioned("TASK", "etl.0", "never")})
    sandbox.stop()


def kill_often(store: Path, *, rounds: int, seed: int) -> None:
    """Kill the server at random moments, each time on the store that the last one left."""
    moments = random.Random(seed)
    for number in range(rounds):
        first = number * 10_000
        diary = write_until_killed(store, after=moments.randrange(1, 120), first=first)
        check(store, diary)


def test_a_killed_server_has_kept_its_word(tmp_path: Path) -> None:
    """Under concurrent writes, more than once on one file."""
    kill_often(tmp_path / "flyte.sqlite", rounds=2, seed=1)


@pytest.mark.long
def test_a_server_killed_again_and_again_has_kept_its_word(tmp_path: Path) -> None:
    """Fifty lives of one store."""
    kill_often(tmp_path / "flyte.sqlite", rounds=50, seed=2)


def test_a_server_killed_while_it_begins_is_whole(tmp_path: Path) -> None:
    """A schema without its first project is completed by the next start."""
    store = tmp_path / "flyte.sqlite"
    Sandbox(store).stop()
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM projects")  # as if killed before it was written
    connection.close()

    sandbox = Sandbox(store)

    assert Client.of(sandbox)("GetProject", {"id": "flytesnacks"}).name == "flytesnacks"
    sandbox.stop()
