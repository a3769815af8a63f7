"""The order that works: build in the request, push by digest, package, plan, merge, apply.

What was reviewed is then what runs: the merge builds nothing, and whatever tags mean by that time,
it applies the digests that the request's plan showed.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from flyteidl.admin.common_pb2 import ObjectGetRequest, ResourceListRequest

from reconciler.remote import Remote
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.pipeline import WORKSPACE, Pipeline, checkout
from tests.e2e.test_images import BUILD
from tests.e2e.test_packages import ACTIVE, PACKAGE, PLAIN
from tests.forge.fake_github import FakeGitHub
from tests.ready.tools import ROOT
from tests.registry.servers import Server, small

IMAGES = """\
  images:
    etl:
      repository: {host}/acme/etl
      build: {{command: [{python}, build.py], inputs: [src, build.py]}}
"""


@pytest.fixture
def registry() -> Iterator[Server]:
    with small() as served:
        yield served


@pytest.fixture
def packages() -> Iterator[Any]:
    """A store for packages."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


@pytest.fixture
def pipeline(
    here: Path,
    admin: Between,
    cli: Cli,
    registry: Server,
    packages: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Pipeline]:
    """A repository whose image is built from `src`, applied as it is, and a request."""
    with FakeGitHub().served() as forge:
        made = checkout(here, forge, monkeypatch)
        images = IMAGES.format(host=registry.host, python=sys.executable)
        (made.folder / "reconciler.yaml").write_text(WORKSPACE + images)
        (made.folder / "build.py").write_text(BUILD.format(root=str(ROOT)))
        (made.folder / ".gitignore").write_text("built\n*.tgz\n")
        (made.folder / "src").mkdir()
        (made.folder / "src/app.py").write_text("one")
        made.write(etl=ETL.replace("ghcr.io/acme/etl:1.4", "${image.etl}"))
        assert cli("images", "update").code == 0
        made.commit("as it is")
        assert cli("apply", "--auto-approve").code == 0
        made.branch()
        yield made
    assert not forge.complaints


def builds(pipeline: Pipeline) -> list[str]:
    return (pipeline.folder / "built").read_text().splitlines()


def running(admin: Between, name: str) -> str:
    """The image of the first task behind a launch plan that is active."""
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        (plan,) = [one for one in remote.launch_plans() if one.id.name.endswith(name)]
        request = ObjectGetRequest(id=plan.spec.workflow_id)
        workflow = remote.client.calls.get_workflow(request)
        image: str = workflow.closure.compiled_workflow.tasks[0].template.container.image
        return image


def test_what_the_request_built_is_what_the_merge_applies(
    pipeline: Pipeline, cli: Cli, admin: Between, registry: Server, packages: Any
) -> None:
    """By its digest, although the tag moved, the builder is broken and the sources are gone."""
    (pipeline.folder / "src/app.py").write_text("two")
    shutil.copy(PLAIN, pipeline.folder / "manifests/out.tgz")
    pipeline.write(package=PACKAGE.format(source="out.tgz") + ACTIVE)
    # In the request: build and push, package and push, commit both pins, preview.
    assert cli("images", "update").code == 0
    assert cli("build", "--push", "memory://packages").code == 0
    assert len(builds(pipeline)) == 2
    pipeline.push("change, with its pins")
    pipeline.job()
    assert cli("ci", "preview").code == 0
    (comment,) = pipeline.forge.comments()
    lock = (pipeline.folder / "images.lock").read_text()
    (image,) = [line.split()[-1] for line in lock.splitlines() if "image:" in line]
    assert image in comment
    assert "etl_daily" in comment
    tag = builds(pipeline)[-1]

    # Meanwhile: somebody pushes to the tag, and this machine has neither package nor builder.
    assert registry.push("acme/etl", tag, "something else") not in image
    (pipeline.folder / "manifests/out.tgz").unlink()
    merged = pipeline.merge()
    pipeline.job(event={"ref": "refs/heads/main", "after": merged})
    done = cli("ci", "apply")

    assert done.code == 0, done.err
    assert running(admin, "etl.daily") == image
    assert len(builds(pipeline)) == 2
    assert cli("plan", "--detailed-exitcode").code == 0
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        place = {"project": "flytesnacks", "domain": "development"}
        request = ResourceListRequest(id=place, limit=100)
        tasks = remote.client.calls.list_tasks(request).tasks
    assert "something else" not in str(tasks)


def test_a_merge_that_builds_anew_is_not_what_was_reviewed(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """The other order is told apart: nothing is written."""
    (pipeline.folder / "src/app.py").write_text("two")
    assert cli("images", "update").code == 0
    pipeline.push()
    pipeline.job()
    assert cli("ci", "preview").code == 0
    before = running(admin, "etl.daily")

    merged = pipeline.merge()
    pipeline.job(event={"ref": "refs/heads/main", "after": merged})
    (pipeline.folder / "src/app.py").write_text("three")
    assert cli("images", "update").code == 0
    done = cli("ci", "apply")

    assert done.code == 3
    assert running(admin, "etl.daily") == before
    assert "not what was reviewed" in done.err


def test_what_is_not_built_yet_cannot_be_applied(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """Sources without their pin: the preview says so, before anybody merges."""
    (pipeline.folder / "src/app.py").write_text("two")
    pipeline.push()
    pipeline.job()

    assert cli("ci", "preview").code == 0

    (comment,) = pipeline.forge.comments()
    assert "known after build" in comment
    pipeline.merge()
    done = cli("ci", "apply", "--unreviewed")
    assert done.code == 1
    assert "known after build" in done.out + done.err
