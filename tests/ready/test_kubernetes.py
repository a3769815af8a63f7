"""What the jobs of a cluster run, run here: their arguments, in the folder that they are given."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.remote import Remote
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.pipeline import WORKSPACE
from tests.ready.tools import ROOT, program, run

FOLDER = ROOT / "deploy/kubernetes"


class Pushgateway(HTTPServer):
    """Takes whatever is pushed, and keeps it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.pushed: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Take(BaseHTTPRequestHandler):
    server: Pushgateway

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.pushed.append(self.rfile.read(length).decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""


@pytest.fixture
def gateway() -> Iterator[Pushgateway]:
    with Pushgateway() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def documents(name: str) -> dict[str, Any]:
    return {one["kind"]: one for one in yaml.safe_load_all((FOLDER / name).read_text())}


def run_container(container: dict[str, Any], folder: Path, gateway: str = "") -> Any:
    """As the image does: its entry point and these arguments, logged in as nobody."""
    said = {one["name"]: one["value"] for one in container["env"]}
    # Who it is and where Admin is are the cluster's; here it is this test's.
    said = {name: value for name, value in said.items() if not name.startswith("FLYTE_")}
    said |= {"RECONCILER_ADMIN": os.environ["RECONCILER_ADMIN"], "RECONCILER_ASSERTION": ""}
    words = [gateway if one.startswith("http://pushgateway") else one for one in container["args"]]
    tools = program(folder.parent / "bin", {})
    return run(tools / "reconciler", *words, cwd=folder, env=said)


@pytest.fixture
def image(here: Path) -> Path:
    """What an image of a team holds in /workspace."""
    folder = here / "workspace"
    (folder / "manifests").mkdir(parents=True)
    (folder / "reconciler.yaml").write_text(WORKSPACE)
    (folder / "manifests/etl.yaml").write_text(ETL)
    return folder


def test_the_job_applies_what_the_image_holds(image: Path, admin: Between, cli: Cli) -> None:
    """And may be tried again, as the cluster does."""
    (container,) = documents("apply-job.yaml")["Job"]["spec"]["template"]["spec"]["containers"]

    done = run_container(container, image)
    assert done.returncode == 0, done.stderr
    assert "etl.daily" in cli("get", "launchplans", "--active").out

    again = run_container(container, image)
    assert again.returncode == 0
    assert "0 registered" in again.stdout or "No changes" in again.stdout


def test_the_cron_job_needs_nothing_but_where_the_ledger_is(
    image: Path, admin: Between, cli: Cli, gateway: Pushgateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It pushes figures, and fails once something drifts."""
    monkeypatch.chdir(image)
    assert cli("apply", "--auto-approve").code == 0
    found = documents("drift-cronjob.yaml")
    pod = found["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    folder = image.parent / "mounted"
    folder.mkdir()
    said = found["ConfigMap"]["data"]["reconciler.yaml"].replace("production", "development")
    (folder / "reconciler.yaml").write_text(said)

    fine = run_container(container, folder, gateway.url)
    assert fine.returncode == 0, fine.stdout + fine.stderr
    assert any("reconciler_drift" in one for one in gateway.pushed)

    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        (plan,) = [one for one in remote.launch_plans() if one.id.name == "etl.daily"]
        remote.deactivate_launchplan(plan.id)
    assert run_container(container, folder, gateway.url).returncode == 2
