"""The archive of a real `pyflyte package`, applied, and seen by an unmodified FlyteRemote."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanCreateRequest
from flyteidl.admin.task_pb2 import TaskCreateRequest
from flyteidl.admin.workflow_pb2 import WorkflowCreateRequest
from flytekit.clients.raw import RawSynchronousFlyteClient
from flytekit.configuration import Config, ImageConfig, PlatformConfig, SerializationSettings
from flytekit.exceptions.user import FlyteEntityAlreadyExistsException
from flytekit.models.common import NamedEntityIdentifier
from flytekit.remote import FlyteRemote

from reconciler.config import resolve
from reconciler.desired.ids import fill
from reconciler.desired.package import read_package
from reconciler.manifest import Manifest, load
from reconciler.model import Kind, Status
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox

PROJECT = Path(__file__).with_name("project")
PACKAGE = """
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: shop}
spec:
  source: shop.tgz
  activation: {shop_nightly: active}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packaged project and the manifest that declares it."""
    folder = tmp_path_factory.mktemp("shop")
    subprocess.run(
        [
            str(Path(sys.executable).with_name("pyflyte")),
            *("--pkgs", "shop", "package", "--image", "ghcr.io/acme/shop:1"),
            *("--output", str(folder / "shop.tgz")),
        ],
        cwd=PROJECT,
        env=os.environ | {"FLYTE_INTERNAL_IMAGE": "ghcr.io/acme/shop:1"},
        check=True,
        capture_output=True,
    )
    (folder / "shop.yaml").write_text(PACKAGE)
    return folder


@pytest.fixture(scope="module")
def manifests(folder: Path) -> tuple[Manifest, ...]:
    return load([folder / "shop.yaml"])


@pytest.fixture(scope="module")
def endpoint(manifests: tuple[Manifest, ...]) -> Iterator[str]:
    """An embedded Admin on a port, to which the package was applied."""
    with Sandbox(data=":memory:") as sandbox:
        with connected(sandbox.endpoint) as remote:
            report = remote.apply(remote.plan(manifests))
        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
        yield sandbox.endpoint


def connected(endpoint: str) -> Remote:
    return Remote(resolve(endpoint, environ={}, home=None))


@pytest.fixture(scope="module")
def flyte(endpoint: str) -> FlyteRemote:
    platform = PlatformConfig(endpoint=endpoint, insecure=True)
    return FlyteRemote(Config(platform=platform), "flytesnacks", "development")


def entities(folder: Path) -> list[tuple[Kind, str]]:
    return [(member.kind, member.name) for member in read_package(folder / "shop.tgz")]


def test_the_package_holds_what_the_project_says(folder: Path) -> None:
    """Tasks chained and mapped, nested and conditional workflows, launch plans, a schedule."""
    kinds = [kind for kind, _ in entities(folder)]
    assert kinds.count(Kind.TASK) == 5
    assert kinds.count(Kind.WORKFLOW) == 3
    assert kinds.count(Kind.LAUNCH_PLAN) == 4


def test_a_second_plan_has_nothing_to_do(endpoint: str, manifests: tuple[Manifest, ...]) -> None:
    """What was applied is what is declared."""
    with connected(endpoint) as remote:
        assert remote.plan(manifests).is_empty


def test_flytekit_fetches_everything_back(flyte: FlyteRemote, endpoint: str, folder: Path) -> None:
    """Every entity by name and version, the scheduled launch plan active."""
    version = active_version(endpoint)
    fetch = {
        Kind.TASK: flyte.fetch_task,
        Kind.WORKFLOW: flyte.fetch_workflow,
        Kind.LAUNCH_PLAN: flyte.fetch_launch_plan,
    }
    for kind, name in entities(folder):
        assert fetch[kind](name=name, version=version).id.name == name
    nightly = flyte.client.get_active_launch_plan(
        NamedEntityIdentifier("flytesnacks", "development", "shop_nightly")
    )
    assert nightly.id.version == version
    assert nightly.spec.entity_metadata.schedule.cron_schedule.schedule == "30 2 * * *"


def test_what_was_applied_already_exists(endpoint: str, folder: Path) -> None:
    """Each member sent again by flytekit's client is known, and never 'different structure'."""
    client = RawSynchronousFlyteClient(PlatformConfig(endpoint=endpoint, insecure=True))
    for kind, message in filled_members(folder, active_version(endpoint)):
        with pytest.raises(FlyteEntityAlreadyExistsException):
            create(client, kind, message)


def test_flytekit_registers_the_same_objects_without_complaint(
    endpoint: str, flyte: FlyteRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FlyteRemote serialises the sources itself and finds its entities registered."""
    monkeypatch.syspath_prepend(str(PROJECT))
    orders: Any = importlib.import_module("shop.orders")
    version = active_version(endpoint)
    settings = SerializationSettings(
        image_config=ImageConfig.auto(img_name="ghcr.io/acme/shop:1"),
        project="flytesnacks",
        domain="development",
        version=version,
    )
    # A workflow takes its tasks, sub-workflows and default launch plan with it; 'different
    # structure' would raise.
    flyte.register_workflow(orders.daily, settings, version=version)
    flyte.register_launch_plan(orders.nightly, version=version, serialization_settings=settings)


def active_version(endpoint: str) -> str:
    with connected(endpoint) as remote:
        (active,) = remote.launch_plans(active_only=True)
    version: str = active.id.version
    return version


def filled_members(folder: Path, version: str) -> Iterator[tuple[Kind, Any]]:
    """The package's members, their blanks filled in."""
    for member in read_package(folder / "shop.tgz"):
        fill(member.spec, project="flytesnacks", domain="development", version=version)
        yield member.kind, member.spec


def create(client: RawSynchronousFlyteClient, kind: Kind, message: Any) -> None:
    match kind:
        case Kind.TASK:
            client.create_task(TaskCreateRequest(id=message.template.id, spec=message))
        case Kind.WORKFLOW:
            client.create_workflow(WorkflowCreateRequest(id=message.template.id, spec=message))
        case Kind.LAUNCH_PLAN:
            client.create_launch_plan(LaunchPlanCreateRequest(id=message.id, spec=message.spec))
