"""Tasks from bundles, registered here and run by the real `pyflyte-fast-execute`.

Each test takes what Admin holds after an apply, fills in what Flyte would, and runs it as the
container would run: the code comes from the embedded Admin's object store, over S3.
"""

import importlib
import os
import re
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core.dynamic_job_pb2 import DynamicJobSpec
from flyteidl.core.literals_pb2 import LiteralMap
from flyteidl.core.tasks_pb2 import TaskTemplate
from flytekit import map_task
from flytekit.configuration import FastSerializationSettings, ImageConfig, SerializationSettings
from flytekit.tools.translator import get_serializable

from reconciler.config import resolve
from reconciler.desired.code import run_from
from reconciler.desired.entity import RunsFrom
from reconciler.manifest import load
from reconciler.model import ApplyReport, Bundle, Code, CodeFolder, Kind, Status, Verb
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox, parse_config

CODE = Path(__file__).with_name("coded")
IMAGE = "ghcr.io/acme/app:1"
KEYS = {"access_key_id": "key", "secret_key": "secret"}
S3 = {"type": "s3", "container": "my-s3-bucket", "stow": {"kind": "s3", "config": KEYS}}
DIGEST = re.compile(r"s3://my-s3-bucket/flytesnacks/development/[0-9a-f]{64}/code\.tar\.gz")
EXECUTE = """--inputs, "{{.input}}", --output-prefix, "{{.outputPrefix}}",
           --raw-output-data-prefix, "{{.rawOutputDataPrefix}}",
           --checkpoint-path, "{{.checkpointOutputPrefix}}",
           --prev-checkpoint, "{{.prevCheckpointPrefix}}", --resolver"""
DEFAULT = "flytekit.core.python_auto_container.default_task_resolver"
MAPPED = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"
MANIFESTS = f"""
apiVersion: reconciler/v1
kind: CodeBundle
metadata: {{project: flytesnacks, domain: development, name: app}}
spec: {{source: {CODE}, include: ["/app/"]}}
---
apiVersion: reconciler/v1
kind: Task
metadata: {{project: flytesnacks, domain: development, name: plain.add}}
spec:
  bundle: app
  type: python-task
  inputs: {{a: int, b: int}}
  outputs: {{o0: int}}
  container:
    image: {IMAGE}
    args: [pyflyte-execute, {EXECUTE}, {DEFAULT}, --, task-module, app.flow, task-name, add]
---
apiVersion: reconciler/v1
kind: Task
metadata: {{project: flytesnacks, domain: development, name: plain.map_twice}}
spec:
  bundle: app
  type: python-task
  typeVersion: 1
  inputs: {{x: "list[int]"}}
  outputs: {{o0: "list[int]"}}
  container:
    image: {IMAGE}
    args: [pyflyte-map-execute, {EXECUTE}, {MAPPED}, --, vars, "", resolver, {DEFAULT},
           task-module, app.flow, task-name, twice]
---
apiVersion: reconciler/v1
kind: Task
metadata: {{project: flytesnacks, domain: development, name: plain.spread}}
spec:
  bundle: app
  type: python-task
  inputs: {{n: int}}
  outputs: {{o0: "list[int]"}}
  container:
    image: {IMAGE}
    env: {{_F_SS_C: SETTINGS}}
    args: [pyflyte-execute, {EXECUTE}, {DEFAULT}, --, task-module, app.flow, task-name, spread]
"""
PACKAGE = """
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: packed}
spec: {source: packed.tgz}
"""


@dataclass(frozen=True)
class World:
    """An Admin whose store speaks S3, and what was applied to it."""

    sandbox: Sandbox
    report: ApplyReport
    manifests: Path

    def connected(self) -> Remote:
        return Remote(resolve(self.sandbox.endpoint, environ={}, home=None))

    def task(self, name: str) -> TaskTemplate:
        """The task as Admin holds it."""
        (id,) = {
            outcome.action.id
            for outcome in self.report.outcomes
            if outcome.action.id.kind is Kind.TASK and outcome.action.id.name == name
        }
        with self.connected() as remote:
            template: TaskTemplate = remote._connection.client.get_task(
                id
            ).closure.compiled_task.template
            return template


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both kinds of manifests: tasks that name a bundle, and a package with its own."""
    folder = tmp_path_factory.mktemp("manifests")
    settings = SerializationSettings(image_config=ImageConfig.auto(img_name=IMAGE))
    text = MANIFESTS.replace("SETTINGS", settings.serialized_context)
    (folder / "tasks.yaml").write_text(text)
    (folder / "package.yaml").write_text(PACKAGE)
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("pyflyte")), "--pkgs", "app", "package"),
            *("--image", IMAGE, "--copy", "all", "--output", str(folder / "packed.tgz")),
            *("--in-container-source-path", "."),
        ],
        cwd=CODE,
        env=os.environ | {"FLYTE_INTERNAL_IMAGE": IMAGE, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    with Sandbox(config=parse_config({"storage": S3})) as sandbox:
        world = World(sandbox, ApplyReport(()), folder)
        with world.connected() as remote:
            report = remote.apply(remote.plan(load([folder])))
        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}, report
        yield World(sandbox, report, folder)


def run(
    world: World,
    template: TaskTemplate,
    folder: Path,
    *,
    env: Mapping[str, str] | None = None,
    **inputs: Any,
) -> str:
    """Run a task as its container would be run; return where its outputs are."""
    objects: Any = world.sandbox.admin.objects
    given, outputs = objects.reference(folder.name, "inputs.pb"), objects.reference(folder.name)
    objects.put(given, literals(**inputs).SerializeToString())
    values = {
        "{{.input}}": given,
        "{{.outputPrefix}}": outputs,
        "{{.rawOutputDataPrefix}}": f"{outputs}/raw",
        "{{.checkpointOutputPrefix}}": f"{outputs}/checkpoints",
        "{{.prevCheckpointPrefix}}": '""',
    }
    container = template.container
    argv = [values.get(word, word) for word in (*container.command, *container.args)]
    assert not any("{{" in word for word in argv), argv
    done = subprocess.run(
        [str(Path(sys.executable).with_name(argv[0])), *argv[1:]],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": "",
            "FLYTE_AWS_ENDPOINT": f"http://{world.sandbox.http_endpoint}",
            "FLYTE_AWS_ACCESS_KEY_ID": KEYS["access_key_id"],
            "FLYTE_AWS_SECRET_ACCESS_KEY": KEYS["secret_key"],
            "FLYTE_FAIL_ON_ERROR": "true",
            **{
                f"FLYTE_INTERNAL_TASK_{part.upper()}": getattr(template.id, part)
                for part in ("project", "domain", "name", "version")
            },
            **{variable.key: variable.value for variable in container.env},
            **(env or {}),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return str(outputs)


def literals(**values: Any) -> LiteralMap:
    found = LiteralMap()
    for name, value in values.items():
        if isinstance(value, list):
            for item in value:
                literal = found.literals[name].collection.literals.add()
                literal.scalar.primitive.integer = item
        elif isinstance(value, str):
            found.literals[name].scalar.primitive.string_value = value
        else:
            found.literals[name].scalar.primitive.integer = value
    return found


def outputs_at(world: World, url: str) -> LiteralMap:
    content = world.sandbox.admin.objects.get(f"{url}/outputs.pb")
    found: LiteralMap = LiteralMap.FromString(content)
    return found


def test_a_task_runs_from_its_bundle(applied: World, tmp_path: Path) -> None:
    """The wrapped command fetches the code and finds the module."""
    template = applied.task("plain.add")
    assert template.container.args[0] == "pyflyte-fast-execute"
    assert DIGEST.fullmatch(template.container.args[2])

    url = run(applied, template, tmp_path, a=2, b=3)

    assert outputs_at(applied, url) == literals(o0=5)
    unpacked = {path.name for path in (tmp_path / "app").iterdir()}
    assert "query.sql" in unpacked
    assert "notes.log" not in unpacked


def test_a_mapped_task_runs_from_its_bundle(applied: World, tmp_path: Path) -> None:
    """One element of its list, as Flyte's array nodes run it."""
    index = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX"}
    template = applied.task("plain.map_twice")

    url = run(
        applied, template, tmp_path, env={**index, "FLYTE_K8S_ARRAY_INDEX": "1"}, x=[5, 7, 9]
    )

    assert outputs_at(applied, url) == literals(o0=14)


def test_a_dynamic_task_hands_its_bundle_on(applied: World, tmp_path: Path) -> None:
    """What it starts runs from the very same code."""
    template = applied.task("plain.spread")

    url = run(applied, template, tmp_path, n=2)

    futures = DynamicJobSpec.FromString(applied.sandbox.admin.objects.get(f"{url}/futures.pb"))
    assert len(futures.nodes) == 2
    (child,) = futures.tasks
    assert list(child.container.args[:3]) == list(template.container.args[:3])
    assert child.id.version == template.id.version


def test_a_packaged_task_runs_from_the_packages_bundle(applied: World, tmp_path: Path) -> None:
    """`pyflyte package --copy all`, uploaded anew: files beside the modules are there too."""
    template = applied.task("app.flow.query")
    assert DIGEST.fullmatch(template.container.args[2])

    url = run(applied, template, tmp_path)

    assert outputs_at(applied, url) == literals(o0="select 1")


@pytest.mark.parametrize("name", ["add", "spread", "mapped"])
def test_commands_are_wrapped_as_flytekit_wraps_them(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Word for word what its own fast registration writes, for each kind of task."""
    monkeypatch.syspath_prepend(str(CODE))
    flow: Any = importlib.import_module("app.flow")
    task = map_task(flow.twice) if name == "mapped" else getattr(flow, name)
    bundle = Bundle("p", "d", "app", Code("ab" * 32, 1, 1), CodeFolder("src"))
    fast = FastSerializationSettings(
        enabled=True, destination_dir="/root", distribution_location=bundle.token
    )

    plain, expected = serialised(task), serialised(task, fast)
    assert run_from(plain, RunsFrom(bundle, "/root")) is None

    assert list(plain.container.args) == list(expected.container.args)


def serialised(task: Any, fast: FastSerializationSettings | None = None) -> TaskTemplate:
    """What flytekit would register."""
    settings = SerializationSettings(
        image_config=ImageConfig.auto(img_name=IMAGE), fast_serialization_settings=fast
    )
    template: TaskTemplate = get_serializable(
        OrderedDict(), settings, task
    ).template.to_flyte_idl()
    return template


def test_each_bundle_was_uploaded_once(applied: World) -> None:
    """Three tasks share one, seven packaged entities the other."""
    uploads = [one for one in applied.report.outcomes if one.action.verb is Verb.UPLOAD]
    assert sorted(one.action.bundle.name for one in uploads if one.action.bundle) == [
        *("app", "packed"),
    ]
    assert all(one.applied for one in uploads)


def test_a_second_plan_uploads_nothing(applied: World) -> None:
    """The same code has the same digest, and what is registered needs no address."""
    with applied.connected() as remote:
        assert remote.plan(load([applied.manifests])).is_empty
