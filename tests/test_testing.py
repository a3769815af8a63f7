"""What users' tests stand on: the fixture, the context manager, and the page about them."""

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import grpc
import pytest
from flyteidl.admin import project_pb2

from reconciler.testing import EmbeddedAdmin, Fault, Faults, embedded_admin
from tests.sandbox.calls import Client, over_wire

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "testing.md"


def client(admin: EmbeddedAdmin) -> Client:
    """A client over the wire; the channel closes with the test's process."""
    return Client(over_wire(grpc.insecure_channel(admin.endpoint)))


def test_the_page_can_be_copied(tmp_path: Path) -> None:
    """Its files, put beside the examples, are tests that pass."""
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert [name for name, _ in blocks] == ["conftest.py", "test_deploy.py"]
    for name, text in blocks:
        (tmp_path / name).write_text(text)
    shutil.copytree(ROOT / "examples" / "manifests", tmp_path / "manifests")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FLYTE", "RECONC"))}
    binaries = str(Path(sys.executable).parent)
    environment |= {
        "HOME": str(tmp_path),
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
    }

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
    assert "warning" not in done.stdout


def test_a_context_gives_an_admin_and_takes_it_away() -> None:
    """With the two variables that point flytekit at it; the environment itself is left alone."""
    before = dict(os.environ)

    with embedded_admin() as admin:
        client(admin)("GetVersion")
        assert admin.environment == {
            "FLYTE_PLATFORM_URL": admin.endpoint,
            "FLYTE_PLATFORM_INSECURE": "true",
        }

    assert dict(os.environ) == before
    with pytest.raises(grpc.RpcError):
        client(admin)("GetVersion")


def test_faults_may_be_a_text_an_object_or_scripted_later() -> None:
    """And a look past them is always possible."""
    with embedded_admin(chaos="methods=GetProject,unavailable=1") as admin:
        with pytest.raises(grpc.RpcError, match="chaos"):
            client(admin)("GetProject", {"id": "flytesnacks"})
        request = project_pb2.ProjectGetRequest(id="flytesnacks")
        assert admin.call("GetProject", request, project_pb2.Project).name == "flytesnacks"
    with embedded_admin(chaos=Faults(seed=1)) as admin:
        admin.faults.next("GetVersion", Fault.EXHAUSTED)
        with pytest.raises(grpc.RpcError, match="RESOURCE_EXHAUSTED"):
            client(admin)("GetVersion")


def test_executions_can_be_finished_and_time_passes() -> None:
    """Without a cluster, and without waiting."""
    with embedded_admin(scheduler=True, clock="2026-03-01T00:00:00Z") as admin:
        call = client(admin)
        call.workflow(inputs={"x": {"simple": "INTEGER"}}, outputs={"x": {"simple": "INTEGER"}})
        call.launch_plan(default_inputs={"parameters": {}})
        five = {"literals": {"x": {"scalar": {"primitive": {"integer": 5}}}}}
        name = call.launch(inputs=five)

        assert admin.finish(f"flytesnacks/development/{name}", outputs={"x": 6}) == "SUCCEEDED"
        assert admin.advance(timedelta(days=1)).isoformat() == "2026-03-02T00:00:00+00:00"


def test_it_is_loaded_only_by_who_asks_for_it() -> None:
    """No plugin of ours comes with the installation."""
    ours = [
        point.value
        for point in metadata.entry_points(group="pytest11")
        if point.value.startswith("reconciler")
    ]

    assert ours == []
