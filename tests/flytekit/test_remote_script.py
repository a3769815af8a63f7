"""Code that goes along: sent once, named by its content, and run by flytekit itself."""

import importlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core.dynamic_job_pb2 import DynamicJobSpec
from flytekit.constants import CopyFileDetection
from flytekit.tools.fast_registration import FastPackageOptions

from reconciler.errors import BundleError, ConfigError, RegistrationConflictError
from reconciler.model import ApplyReport
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox, parse_config
from tests.flytekit.conftest import calls_of, connected, writes
from tests.flytekit.test_bundle import CODE, S3, World, literals, outputs_at, run

PLAN = """
import sys
from reconciler.remote import Config, Remote
from app import flow

with Remote(Config.for_endpoint(sys.argv[1], insecure=True)) as remote:
    plan = remote.register_script(
        flow.spread, image_config="acme/app:1", source_path=".", copy_all=True, dry_run=True
    )
    print(sorted(step.id.path for step in plan))
"""

HEAD = """
from flytekit import task, workflow

@task
def add(a: int, b: int) -> int:
    return a + b
"""
MANY = (
    HEAD
    + "".join(
        f"""
@workflow
def flow_{n}(x: int) -> int:
    return add(a=x, b={n})
"""
        for n in range(20)
    )
    + """
@workflow
def everything(x: int) -> int:
"""
    + "".join(f"    x = flow_{n}(x=x)\n" for n in range(20))
    + "    return x\n"
)


@pytest.fixture(scope="module")
def store() -> Iterator[Sandbox]:
    """An Admin whose store speaks S3, as a container would fetch from it."""
    with Sandbox(config=parse_config({"storage": S3})) as sandbox:
        yield sandbox


@pytest.fixture
def remote(store: Sandbox) -> Iterator[Remote]:
    with connected(store) as remote:
        yield remote


@pytest.fixture
def flow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of tests/flytekit/coded."""
    monkeypatch.syspath_prepend(str(CODE))
    return importlib.import_module("app.flow")


def test_it_runs_where_its_code_is_unpacked(
    remote: Remote, store: Sandbox, flow: Any, tmp_path: Path
) -> None:
    """flytekit's own entry point fetches it, finds the module and runs the task."""
    found = remote.register_script(flow.twice, source_path=CODE, image_config="acme/app:1")

    world = World(store, ApplyReport(()), tmp_path)
    url = run(world, found.template, tmp_path, x=4)

    assert outputs_at(world, url) == literals(o0=8)
    assert (tmp_path / "app" / "helpers.py").exists()
    assert not (tmp_path / "app" / "query.sql").exists()


def test_a_dynamic_task_starts_what_is_registered_with_it(
    remote: Remote, store: Sandbox, flow: Any, tmp_path: Path
) -> None:
    """From the same code, and in its own place and version, wherever it is run."""
    found = remote.register_script(
        flow.spread, source_path=CODE, image_config="acme/app:1", domain="staging"
    )

    world = World(store, ApplyReport(()), tmp_path)
    env = {"FLYTE_INTERNAL_EXECUTION_DOMAIN": "development"}
    url = run(world, found.template, tmp_path, env=env, n=2)

    futures = DynamicJobSpec.FromString(store.admin.objects.get(f"{url}/futures.pb"))
    (child,) = futures.tasks
    assert (child.id.domain, child.id.version) == ("staging", found.version)
    assert list(child.container.args[:3]) == list(found.template.container.args[:3])


def test_everything_is_what_no_rule_leaves_out(remote: Remote, flow: Any) -> None:
    """Files beside the modules go along, and what is ignored does not."""
    plan: Any = remote.register_script(flow.query, source_path=CODE, copy_all=True, dry_run=True)

    (upload, _) = plan
    with remote._bundler.archive(upload.bundle) as archive, tarfile.open(archive.path) as tar:
        names = tar.getnames()
    assert "app/query.sql" in names
    assert "app/notes.log" not in names


def test_code_is_sent_once(remote: Remote, flow: Any) -> None:
    """Another task of the same code finds it there, and the same task sends nothing at all."""
    remote.register_script(flow.add, "acme/app:2", source_path=CODE, copy_all=True)

    with calls_of(remote) as other:
        remote.register_script(flow.twice, "acme/app:2", source_path=CODE, copy_all=True)
    with calls_of(remote) as again:
        remote.register_script(flow.twice, "acme/app:2", source_path=CODE, copy_all=True)

    # Admin answers a request to upload what it has by naming it; nothing is put there.
    assert set(writes(other)) == {"CreateTask", "CreateUploadLocation"}
    assert writes(again) == []


def test_another_process_proves_a_said_version_without_reading_it(
    store: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Admin's digests, with the code where Admin put it; and what differs is still told."""
    (tmp_path / "many.py").write_text(MANY)
    monkeypatch.syspath_prepend(str(tmp_path))
    everything = importlib.import_module("many").everything
    said: Any = {"source_path": tmp_path, "version": "said", "copy_all": True}
    with connected(store) as first:
        first.register_script(everything, "acme/app:1", **said)

    with connected(store) as second, calls_of(second) as again:
        second.register_script(everything, "acme/app:1", **said)
    with (
        connected(store) as third,
        pytest.raises(RegistrationConflictError, match=r"differs in container\.image"),
    ):
        third.register_script(everything, "acme/app:2", **said)

    assert "GetWorkflow" not in again
    assert sum(again.values()) <= 15


def test_the_version_does_not_depend_on_the_checkout(store: Sandbox, tmp_path: Path) -> None:
    """Nor on the process: the same code in two folders is one version."""
    assert planned(store, tmp_path / "here") == planned(store, tmp_path / "deeper" / "there")


def planned(store: Sandbox, folder: Path) -> str:
    """What a script in a copy of the code would register."""
    shutil.copytree(CODE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-c", PLAN, store.endpoint],
        cwd=folder,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "app.flow.spread@" in done.stdout
    return done.stdout


def test_the_root_is_found_by_the_module(remote: Remote, flow: Any) -> None:
    """Where imports of it start from, without a word about it."""
    found = remote.register_workflow(flow.all_twice, fast=True)

    again = remote.fast_register_workflow(flow.all_twice)

    assert again == found
    # Of the mapped task, not of the one it maps.
    (task,) = remote.list_tasks_by_version(found.version)
    assert task.template.container.args[0] == "pyflyte-fast-execute"
    assert task.template.container.args[2].endswith("/code.tar.gz")


def test_where_it_is_unpacked_can_be_said(remote: Remote, flow: Any) -> None:
    """The address in the command is that of the bundle."""
    found = remote.register_script(
        flow.add, source_path=CODE, destination_dir="/root", envs={"A": "b"}
    )

    args = list(found.template.container.args)
    assert args[args.index("--dest-dir") + 1] == "/root"
    assert [one.key for one in found.template.container.env] == ["A"]


def test_flytekits_options_choose_what_is_taken(remote: Remote, flow: Any) -> None:
    """All, what is loaded, or nothing, for an image that has the code."""

    def registered(style: CopyFileDetection) -> list[str]:
        options = FastPackageOptions([], copy_style=style)
        found = remote.register_script(flow.add, source_path=CODE, fast_package_options=options)
        return list(found.template.container.args)

    everything = registered(CopyFileDetection.ALL)
    loaded = registered(CopyFileDetection.LOADED_MODULES)
    none = registered(CopyFileDetection.NO_COPY)

    assert none[0] == "pyflyte-execute"
    assert everything[2] != loaded[2]


def test_a_module_can_be_imported_first(remote: Remote, tmp_path: Path) -> None:
    """And one that cannot be imported is told, not passed over."""
    (tmp_path / "lonely_module.py").write_text("LONELY = True\n")
    from tests.flytekit.test_remote_register import add

    try:
        plan: Any = remote.register_script(
            add, source_path=tmp_path, module_name="lonely_module", dry_run=True
        )
    finally:
        sys.modules.pop("lonely_module", None)

    assert plan.actions[0].bundle.code.files == 1
    with pytest.raises(ConfigError, match="nosuch cannot be imported from"):
        remote.register_script(add, source_path=tmp_path, module_name="nosuch")


def test_a_folder_without_code_is_told(remote: Remote, flow: Any, tmp_path: Path) -> None:
    """Rather than a bundle in which nothing is."""
    with pytest.raises(BundleError, match="no module is loaded from there"):
        remote.register_script(flow.add, source_path=tmp_path)
    with pytest.raises(BundleError, match="is no folder"):
        remote.register_script(flow.add, source_path=tmp_path / "missing")


def test_code_can_be_packaged_by_itself(remote: Remote, tmp_path: Path) -> None:
    """Its address does not depend on when it is sent, and what lies there is what was sent."""
    md5, url = remote.fast_package(CODE, output=str(tmp_path))

    assert remote.fast_package(CODE)[1] == url
    assert len(md5) == 16
    assert len(list(tmp_path.glob("fast*.tar.gz"))) == 1
