"""Dynamic and eager tasks of a package find what they start: run by flytekit, asked of Admin.

Both look their children up under the version that they were registered with themselves, so all of
a package has to share one.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import ObjectGetRequest
from flyteidl.core.dynamic_job_pb2 import DynamicJobSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from flyteidl.core.literals_pb2 import LiteralMap
from flytekit.clients.raw import RawSynchronousFlyteClient
from flytekit.configuration import Config, ImageConfig, PlatformConfig, SerializationSettings
from flytekit.core.worker_queue import Controller, WorkItem
from flytekit.exceptions.user import FlyteEntityNotExistException
from flytekit.remote import FlyteRemote

from reconciler.config import resolve
from reconciler.errors import ManifestError
from reconciler.manifest import Manifest, load
from reconciler.model import Kind, Status
from reconciler.remote import Remote, validate
from tests.e2e.between import Between, between

PROJECT = Path(__file__).with_name("project")
IMAGE = "ghcr.io/acme/crew:1"
PACKAGE = """
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: crew}
spec:
  source: crew.tgz
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crew")
    subprocess.run(
        [
            program("pyflyte"),
            *("--pkgs", "crew", "package", "--image", IMAGE, "--output", str(folder / "crew.tgz")),
        ],
        cwd=PROJECT,
        env=os.environ | {"FLYTE_INTERNAL_IMAGE": IMAGE},
        check=True,
        capture_output=True,
    )
    (folder / "crew.yaml").write_text(PACKAGE)
    return folder


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.fixture(scope="module")
def manifests(folder: Path) -> tuple[Manifest, ...]:
    return load([folder / "crew.yaml"])


@pytest.fixture(scope="module")
def version(manifests: tuple[Manifest, ...]) -> str:
    (version,) = {one.id.version for one in validate(manifests) if one.id.kind.versioned}
    return version


@pytest.fixture(scope="module")
def admin(manifests: tuple[Manifest, ...]) -> Iterator[Between]:
    """An Admin to which the package was applied."""
    with between() as admin:
        config = resolve(admin.endpoint, environ={}, home=None)
        with Remote(config) as remote:
            report = remote.apply(remote.plan(manifests))
        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
        yield admin


@pytest.fixture(scope="module")
def client(admin: Between) -> RawSynchronousFlyteClient:
    return RawSynchronousFlyteClient(PlatformConfig(endpoint=admin.endpoint, insecure=True))


def run(
    client: RawSynchronousFlyteClient, folder: Path, name: str, version: str
) -> DynamicJobSpec:
    """Run a registered task as its pod would, its command and variables taken from Admin."""
    id = identifier(ResourceType.TASK, name, version)
    container = client.get_task(ObjectGetRequest(id=id)).closure.compiled_task.template.container
    outputs = folder / "outputs"
    (folder / "inputs.pb").write_bytes(inputs(n=2).SerializeToString())
    filled = {
        "{{.input}}": str(folder / "inputs.pb"),
        "{{.outputPrefix}}": str(outputs),
        "{{.rawOutputDataPrefix}}": str(folder / "raw"),
        "{{.checkpointOutputPrefix}}": str(folder / "checkpoint"),
        "{{.prevCheckpointPrefix}}": '""',
    }
    argv = [filled.get(arg, arg) for arg in container.args]
    subprocess.run(
        [program(argv[0]), *argv[1:]],
        cwd=PROJECT,
        env=os.environ
        | {pair.key: pair.value for pair in container.env}
        | {
            "FLYTE_INTERNAL_EXECUTION_PROJECT": "flytesnacks",
            "FLYTE_INTERNAL_EXECUTION_DOMAIN": "development",
            "FLYTE_INTERNAL_EXECUTION_ID": "e1",
            "FLYTE_INTERNAL_TASK_PROJECT": id.project,
            "FLYTE_INTERNAL_TASK_DOMAIN": id.domain,
            "FLYTE_INTERNAL_TASK_NAME": id.name,
            "FLYTE_INTERNAL_TASK_VERSION": id.version,
            "FLYTE_INTERNAL_IMAGE": IMAGE,
        },
        check=True,
        capture_output=True,
    )
    made = DynamicJobSpec()
    made.ParseFromString((outputs / "futures.pb").read_bytes())
    return made


def inputs(**values: int) -> LiteralMap:
    literals = LiteralMap()
    for name, value in values.items():
        literals.literals[name].scalar.primitive.integer = value
    return literals


def identifier(type: int, name: str, version: str) -> Identifier:
    return Identifier(
        resource_type=type,
        project="flytesnacks",
        domain="development",
        name=name,
        version=version,
    )


def test_what_a_dynamic_task_starts_is_there(
    client: RawSynchronousFlyteClient, folder: Path, version: str
) -> None:
    """The launch plans that its nodes name exist under its own version, and under no other."""
    made = run(client, folder, "crew.tasks.spread", version)
    wanted = [node.workflow_node.launchplan_ref for node in made.nodes]
    assert [(id.name, id.version) for id in wanted] == [("crew_helper", version)] * 2
    for id in wanted:
        assert client.get_launch_plan(ObjectGetRequest(id=id)).spec.workflow_id.version == version
        id.version = "a-version-of-its-own"
        with pytest.raises(FlyteEntityNotExistException):
            client.get_launch_plan(ObjectGetRequest(id=id))


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(PROJECT))
    return importlib.import_module("crew.tasks")


def start(admin: Between, crew: Any, version: str, name: str) -> Any:
    """Start a child as flytekit does inside an eager task that has this version."""
    platform = PlatformConfig(endpoint=admin.endpoint, insecure=True)
    remote = FlyteRemote(Config(platform=platform), "flytesnacks", "development")
    settings = SerializationSettings(
        image_config=ImageConfig.auto(img_name=IMAGE),
        project="flytesnacks",
        domain="development",
        version=version,
    )
    controller = Controller(remote, settings, tag=name, root_tag=name, exec_prefix=name)
    try:
        return controller.launch_execution(WorkItem(crew.one, {"x": 1}), 0)
    finally:
        controller.stopping_condition.set()


def test_what_an_eager_task_starts_is_there(admin: Between, crew: Any, version: str) -> None:
    """It runs what was registered; under a version of its own flytekit would register another."""
    created = admin.calls["CreateTask"]
    execution = start(admin, crew, version, "same")
    assert execution.spec.launch_plan.version == version
    assert admin.calls["CreateTask"] == created
    other = start(admin, crew, "a-version-of-its-own", "other")
    assert other.spec.launch_plan.version == "a-version-of-its-own"
    assert admin.calls["CreateTask"] == created + 1


def test_versions_per_entity_are_refused(folder: Path) -> None:
    """Each of the tasks that would be lost is named, and what is plain is not."""
    (folder / "apart.yaml").write_text(PACKAGE + "  versions: perEntity\n")
    with pytest.raises(ManifestError) as caught:
        validate(load([folder / "apart.yaml"]))
    (problem,) = caught.value.diagnostics
    assert problem.code == "per-entity-children"
    assert problem.origin is not None
    assert problem.origin.line == 7
    for name in ("crew.tasks.spread", "crew.tasks.hurry"):
        assert name in problem.message
    assert "crew.tasks.one" not in problem.message


def test_the_package_holds_both_kinds(manifests: tuple[Manifest, ...]) -> None:
    """Or else this would show nothing."""
    tasks = {one.id.name for one in validate(manifests) if one.id.kind is Kind.TASK}
    assert {"crew.tasks.spread", "crew.tasks.hurry", "crew.tasks.one"} <= tasks
