"""What unmodified clients ask for, row by row: pyflyte's commands and FlyteRemote's methods.

Every row is run by the real client in a process of its own, and the calls that arrive are those
that it makes of a flyteadmin. The recorded traces (tests/conformance/traces) hold many more with
their answers; here is what those leave out.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from flyteidl.admin import signal_pb2
from flyteidl.core import types_pb2

from reconciler.sandbox import Sandbox, finishing, load_config
from tests.conformance import replay
from tests.conformance.traces.clients import Clients, Recorder, forked_clients
from tests.conformance.traces.trace import SOURCES
from tests.flytekit.remote_rows import FLYTE_REMOTE, REMOTE
from tests.flytekit.rows import PLACE, PYFLYTE, Row

SIGNALS = {"ok": types_pb2.BOOLEAN, "no": types_pb2.BOOLEAN, "copies": types_pb2.INTEGER}


@dataclass
class World:
    """An Admin that has the sources registered as v1, and clients of it."""

    sandbox: Sandbox
    recorder: Recorder
    clients: Clients
    work: Path
    environment: dict[str, str]

    def run(self, command: tuple[str, ...] | str, folder: str) -> tuple[int, str]:
        step = (
            {"python": REMOTE + command}
            if isinstance(command, str)
            else {"argv": ["pyflyte", *command]}
        )
        self.recorder.calls.clear()
        return self.clients.run(step, cwd=self.work / folder, env=self.environment)

    def trace(self) -> str:
        made = [
            call["call"].partition(".")[2] + (f":{call['code']}" if call["code"] != "OK" else "")
            for call in self.recorder.calls
        ]
        counted = [(call, len(list(same))) for call, same in groupby(made)]
        return " > ".join(call if count == 1 else f"{call} x{count}" for call, count in counted)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    work = tmp_path_factory.mktemp("clients") / "work"
    shutil.copytree(SOURCES, work)
    environment = {
        "HOME": str(tmp_path_factory.mktemp("home")),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "200",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "FLYTE_PLATFORM_INSECURE": "true",
        "FLYTE_INTERNAL_IMAGE": "ghcr.io/acme/app:1",
        "FLYTE_AWS_ACCESS_KEY_ID": "minio",
        "FLYTE_AWS_SECRET_ACCESS_KEY": "miniostorage",
        "TMPDIR": str(tmp_path_factory.mktemp("tmp")),
    }
    config = load_config(replay.RECORDINGS / "profiles" / "default.yaml")
    recorder = Recorder()
    with Sandbox(config=config) as sandbox, forked_clients(environment) as clients:
        sandbox.admin.faults = recorder
        environment |= {
            "FLYTE_PLATFORM_URL": sandbox.endpoint,
            "FLYTE_AWS_ENDPOINT": f"http://{sandbox.http_endpoint}",
        }
        world = World(sandbox, recorder, clients, work, environment)
        _furnish(world)
        yield world


def _furnish(world: World) -> None:
    """Register everything, end one execution, and let another wait for signals."""
    register = ("register", *PLACE, "--copy", "none", "-v", "v1", "shop")
    code, output = world.run(register, "proj")
    assert code == 0, output
    begun = world.run(
        """
for name, plan in [("done", "shop.flow.chain"), ("waits", "shop.gates.release")]:
    inputs = {"x": 3} if name == "done" else {"title": "t"}
    remote.execute(remote.fetch_launch_plan(name=plan, version="v1"), inputs, execution_name=name)
""",
        "proj",
    )
    assert begun[0] == 0, begun[1]
    finishing.finish_named(
        finishing.Within(world.sandbox.admin.within),
        "flytesnacks/development/done",
        now=world.sandbox.clock(),
        outputs={"o0": 16},
        error=None,
    )
    for name, kind in SIGNALS.items():
        request = signal_pb2.SignalGetOrCreateRequest(type=types_pb2.LiteralType(simple=kind))
        request.id.signal_id = name
        execution = request.id.execution_id
        execution.project, execution.domain, execution.name = "flytesnacks", "development", "waits"
        world.sandbox.admin.within(
            "/flyteidl.service.SignalService/GetOrCreateSignal", request.SerializeToString()
        )


@pytest.mark.parametrize("row", [*PYFLYTE, *FLYTE_REMOTE], ids=lambda row: row.name)
def test_clients_ask_what_they_ask_of_a_flyteadmin(row: Row, world: World) -> None:
    """The same calls, the same exit status."""
    code, output = world.run(row.command, row.folder)

    assert world.trace() == row.trace, output[-800:]
    assert code == row.exit, output
    assert row.says in output
