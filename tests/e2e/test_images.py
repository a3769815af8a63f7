"""`reconciler images`, and plans with images that are not built yet."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from tests.e2e.conftest import ETL, Cli
from tests.registry.conftest import KINDS
from tests.registry.servers import Server, debian, small

# What somebody's own build could be: it pushes what it is told to, out of its input.
BUILD = """\
import os, sys
sys.path.insert(0, {root!r})
from tests.registry.servers import Server
image = os.environ["RECONCILER_IMAGE"]
host, _, rest = image.partition("/")
repository, _, tag = rest.partition(":")
with open("src/app.py") as file:
    content = file.read()
print("building", image)
if "broken" in content:
    sys.exit(3)
if "forgets" not in content:
    Server(host).push(repository, tag, content)
open("built", "a").write(tag + "\\n")
"""


@pytest.fixture(params=KINDS)
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("registry")
    with small() if request.param == "small" else debian(folder) as served:
        yield served


@pytest.fixture
def workspace(here: Path, registry: Server) -> Path:
    """A task whose image is built, and one whose image is somebody's tag."""
    (here / "reconciler.yaml").write_text(
        f"""\
apiVersion: reconciler/v1
kind: Workspace
metadata: {{name: etl-team}}
spec:
  manifests: [etl.yaml]
  admin: {{endpoint: "sandbox:flyte.sqlite"}}
  images:
    base: {registry.host}/acme/base:stable
    etl:
      repository: {registry.host}/acme/etl
      build: {{command: [{sys.executable}, build.py], inputs: [src, build.py]}}
"""
    )
    (here / "etl.yaml").write_text(ETL.replace("ghcr.io/acme/etl:1.4", "${image.etl}"))
    (here / "build.py").write_text(BUILD.format(root=str(Path(__file__).parents[2])))
    (here / "src").mkdir()
    (here / "src/app.py").write_text("one")
    return here


def locked(folder: Path) -> str:
    return (folder / "images.lock").read_text()


def test_images_are_resolved_and_built(cli: Cli, workspace: Path, registry: Server) -> None:
    """Into a lock that the next run leaves alone; unchanged inputs keep their digest."""
    digest = registry.push("acme/base", "stable")

    first = cli("images", "update")
    assert first.code == 0, first.err
    assert f"building {registry.host}/acme/etl:" in first.err
    lock = locked(workspace)
    assert f"image: {registry.host}/acme/base@{digest}" in lock

    again = json.loads(cli("images", "update", "--json").out)
    assert [(one["name"], one["status"]) for one in again["images"]] == [
        ("base", "unchanged"),
        ("etl", "unchanged"),
    ]
    assert locked(workspace) == lock
    assert len((workspace / "built").read_text().splitlines()) == 1


def test_a_moved_tag_moves_only_when_told(cli: Cli, workspace: Path, registry: Server) -> None:
    """A plan is the same today and tomorrow; `images update` is what changes it."""
    registry.push("acme/base", "stable", "one")
    cli("images", "update")
    before = locked(workspace)

    digest = registry.push("acme/base", "stable", "two")
    assert "locked" in cli("images", "ls").out
    assert locked(workspace) == before

    moved = cli("images", "update", "base")
    assert "updated" in moved.out
    assert digest in locked(workspace)


def test_a_revert_builds_nothing(cli: Cli, workspace: Path, registry: Server) -> None:
    """The registry still has what these inputs gave; neither is there anything to apply."""
    registry.push("acme/base", "stable")
    cli("images", "update")
    assert cli("apply", "--auto-approve").code == 0
    (workspace / "src/app.py").write_text("two")
    cli("images", "update", "etl")
    assert cli("plan", "--detailed-exitcode").code == 2

    (workspace / "src/app.py").write_text("one")
    assert "changed since it was built" in cli("images", "ls").out
    reverted = cli("images", "update", "etl")

    assert "building" not in reverted.err
    assert cli("plan", "--detailed-exitcode").code == 0
    assert "building" in cli("images", "update", "etl", "--force").err


def test_what_is_not_built_is_planned_and_not_applied(cli: Cli, workspace: Path) -> None:
    """Its digest is not known, so neither are the versions of what uses it."""
    plan = cli("plan", "--verbose")
    assert plan.code == 0, plan.err
    assert 'container.image: "(known after build)"' in plan.out
    assert "etl.yaml:7:15: warning: image etl is (known after build)" in plan.out
    assert "image base" not in plan.out
    told = cli("plan").out
    assert "etl.extract@(known after build)" in told
    assert "workflow etl.daily@(known after build)" in told

    document = json.loads(cli("plan", "--json").out)
    assert document["applicable"] is False
    hashes = [one["version"] for one in document["actions"] if one["version"]]
    assert len(hashes) == 3
    assert [one for one in hashes if one[:6] in told] == []
    assert [one["code"] for one in document["obstacles"]] == ["image-not-built"]

    applied = cli("apply", "--auto-approve")
    assert applied.code == 1
    assert "run `reconciler images update etl`" in applied.err
    assert cli("get", "launchplans", "--json").out.count('"name"') == 0
    assert "known after build" in cli("validate").out


def test_packages_may_leave_their_images_to_the_workspace(
    cli: Cli, workspace: Path, registry: Server
) -> None:
    """`${image.NAME}` in a container; known once it is built, and an obstacle before."""
    spec = TaskSpec()
    spec.template.id.CopyFrom(Identifier(resource_type=ResourceType.TASK, name="packaged"))
    spec.template.type = "python-task"
    spec.template.metadata.SetInParent()
    spec.template.interface.SetInParent()
    spec.template.container.image = "${image.etl}"
    (workspace / "package").mkdir()
    (workspace / "package/0_packaged_1.pb").write_bytes(spec.SerializeToString())
    (workspace / "etl.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Package\n"
        "metadata: {project: flytesnacks, domain: development, name: p}\n"
        "spec: {source: package}\n"
    )

    unknown = cli("plan", "--verbose")
    assert unknown.code == 0, unknown.err
    assert 'container.image: "(known after build)"' in unknown.out
    assert "run `reconciler images update`" in cli("apply", "--auto-approve").err

    registry.push("acme/base", "stable")
    cli("images", "update")
    assert f'container.image: "{registry.host}/acme/etl@sha256:' in cli("plan", "-v").out


@pytest.mark.parametrize(
    ("source", "message"),
    [("broken", "failed with exit 3"), ("forgets", "push what RECONCILER_IMAGE names")],
)
def test_a_build_that_gives_nothing_is_an_error(
    cli: Cli, workspace: Path, registry: Server, source: str, message: str
) -> None:
    """What was settled before it stays settled."""
    registry.push("acme/base", "stable")
    (workspace / "src/app.py").write_text(source)

    done = cli("images", "update")

    assert done.code == 1
    assert message in done.err
    assert "base:" in locked(workspace)
    assert "etl:" not in locked(workspace)


def test_names_that_are_none_are_told(cli: Cli, workspace: Path) -> None:
    """An image that is not declared, a tag that is not there."""
    assert "declares no image elt (did you mean etl?)" in cli("images", "update", "elt").err
    assert "acme/base:stable is not in its registry" in cli("images", "update", "base").err


def test_outside_of_a_workspace_there_are_no_images(cli: Cli, here: Path) -> None:
    """And nothing to list."""
    assert "there is no reconciler.yaml here" in cli("images", "ls").err
