"""Programs written for flytekit's remote run with their import changed, in a real notebook."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import ResourceListRequest
from flyteidl.admin.execution_pb2 import ExecutionList
from flyteidl.core.execution_pb2 import WorkflowExecution

from reconciler.sandbox.finishing import FinishError
from reconciler.testing import EmbeddedAdmin, embedded_admin

EXAMPLES = dict(
    re.findall(
        r"^## ([^\n]+)\n\n```python\n(.*?)```",
        Path(__file__).with_name("seed.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
)
MODULE = """
from flytekit import task, workflow

@task
def my_fast_task(a: int) -> int:
    return a * 2

@workflow
def my_fast_workflow(x: int) -> int:
    return my_fast_task(a=x)
"""
# What a backfill needs before there is anything to fill.
SCHEDULED = """
from flytekit import CronSchedule, LaunchPlan
daily = CronSchedule(schedule="0 6 * * *")
lp = LaunchPlan.create(
    "my_workflow", my_workflow, default_inputs={"x": 1, "y": 2}, schedule=daily
)
remote.register_launch_plan(lp, version="1.0.0")
"""


class Notebook:
    """A kernel of its own process, and what its cells print."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def run(self, code: str) -> str:
        """Run a cell; return what it prints."""
        said: list[str] = []

        def hear(message: Any) -> None:
            if message["msg_type"] == "stream":
                said.append(message["content"]["text"])

        reply = self._client.execute_interactive(code, timeout=60, output_hook=hear)
        content = reply["content"]
        assert content["status"] == "ok", f"{content['ename']}: {content['evalue']}"
        return "".join(said)


@pytest.fixture
def admin() -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as admin, engine(admin):
        yield admin


@pytest.fixture
def notebook(admin: EmbeddedAdmin, tmp_path: Path) -> Iterator[Notebook]:
    """In an empty folder but for `my_module.py`, with `admin` for its sandbox."""
    manager = pytest.importorskip("jupyter_client.manager")
    (tmp_path / "my_module.py").write_text(MODULE)
    env = os.environ | {
        "RECONCILER_SANDBOX": admin.endpoint,
        "IPYTHONDIR": str(tmp_path / ".ipython"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    kernel, client = manager.start_new_kernel(kernel_name="python3", env=env, cwd=str(tmp_path))
    try:
        yield Notebook(client)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
        kernel.context.destroy()


@contextmanager
def engine(admin: EmbeddedAdmin) -> Iterator[None]:
    """Ends what is launched, as Flyte's engine would, with outputs of 15."""
    over = threading.Event()
    thread = threading.Thread(target=_finish_all, args=(admin, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _finish_all(admin: EmbeddedAdmin, over: threading.Event) -> None:
    request = ResourceListRequest(limit=100)
    request.id.project, request.id.domain = "flytesnacks", "development"
    while not over.wait(0.05):
        for one in admin.call("ListExecutions", request, ExecutionList).executions:
            if one.closure.phase in (WorkflowExecution.UNDEFINED, WorkflowExecution.QUEUED):
                id = one.id
                outputs = {"o0": 15} if "backfill" not in id.name else None
                try:
                    admin.finish(f"{id.project}/{id.domain}/{id.name}", outputs=outputs)
                except FinishError:
                    continue


def test_the_examples_run(notebook: Notebook, tmp_path: Path) -> None:
    """One after the other, and each prints what its author expects."""
    said = {name: notebook.run(code) for name, code in EXAMPLES.items() if name != "Backfilling"}

    place = "flytesnacks/development"
    assert said["A task"] == f"Registered task: task {place}/my_task@1.0.0\n"
    assert said["A workflow and its launch plan"] == (
        f"Registered workflow: workflow {place}/my_workflow@1.0.0\n"
        f"Registered launch plan: launch plan {place}/my_workflow@1.0.0\n"
    )
    assert said["A script"] == (
        f"Fast registered workflow: workflow {place}/my_module.my_fast_workflow@fast_reg_1.0.0\n"
    )
    assert said["Fetching"] == f"Fetched task: task {place}/my_task@1.0.0\n"
    assert said["Running"] == "Execution status: SUCCEEDED\n"
    assert said["What came of it"] == "Workflow outputs: 15\n"
    assert re.fullmatch(r"Uploaded file to: \w+://.*/my_local_file.txt\n", said["Uploading"])
    assert said["Downloading"] == "Outputs downloaded to local_output_dir\n"
    assert any((tmp_path / "local_output_dir").iterdir())


def test_a_notebook_is_noticed(notebook: Notebook) -> None:
    """So its tasks go as pickles: no image could hold what a cell says."""
    notebook.run(EXAMPLES["A task"])

    assert notebook.run("print(remote.interactive_mode_enabled)") == "True\n"
    args = notebook.run("print(*registered_task.template.container.args)")
    assert "/pkl.gz " in args
    assert args.endswith("entity-name my_task\n")


def test_the_backfill_runs(notebook: Notebook) -> None:
    """Of a launch plan that has a schedule, which a backfill is of."""
    task, workflow = EXAMPLES["A task"], EXAMPLES["A workflow and its launch plan"]
    notebook.run(task + workflow.partition("registered_workflow =")[0] + SCHEDULED)

    said = notebook.run(EXAMPLES["Backfilling"])

    assert said == ("Backfill execution launched: flytesnacks/development/my-backfill-run\n")
