"""Tasks that name a bundle: how their command comes to its code, and what makes a version."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.desired import Declaration, bind, code_folder, declare, needs
from reconciler.errors import BundleError, ManifestError
from reconciler.manifest import CodeBundle, load
from reconciler.model import Code, CodeFolder, DesiredState, Found, Kind, Resource
from tests.builders import a_project

RUN = ["pyflyte-execute", "--inputs", "{{.input}}", "--resolver", "r", "--", "task-module", "m"]


def document(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    place = {"project": "flytesnacks", "domain": "development"}
    place |= {key: spec.pop(key) for key in ("project", "domain") if key in spec}
    return {
        "apiVersion": "reconciler/v1",
        "kind": kind,
        "metadata": {**place, "name": name},
        "spec": spec,
    }


def a_bundle(name: str = "app", **spec: Any) -> dict[str, Any]:
    return document("CodeBundle", name, **{"source": "../src"} | spec)


def a_task(name: str = "t", **spec: Any) -> dict[str, Any]:
    usual = {
        "bundle": "app",
        "inputs": {},
        "outputs": {},
        "container": {"image": "i", "args": RUN},
    }
    made = {key: value for key, value in (usual | spec).items() if value is not None}
    return document("Task", name, **made)


@pytest.fixture
def declared(tmp_path: Path) -> Any:
    def declare_all(*documents: dict[str, Any]) -> Declaration:
        (tmp_path / "manifests").mkdir(exist_ok=True)
        file = tmp_path / "manifests/all.yaml"
        file.write_text(yaml.safe_dump_all(documents))
        return declare(load([file]))

    return declare_all


def bound(declaration: Declaration, digest: str = "ab" * 32) -> DesiredState:
    code = Code(digest, 2, 10)
    return bind(declaration, None, dict.fromkeys(declaration.folders, code))


def the_task(state: DesiredState, name: str = "t") -> Resource:
    (task,) = (one for one in state if one.id.kind is Kind.TASK and one.id.name == name)
    return task


def container(task: Resource) -> Any:
    request: Any = task.request
    return request.template.container


def wrapped(token: str, destination: str, argv: Sequence[str]) -> list[str]:
    """As flytekit writes it for fast registration."""
    return [
        *("pyflyte-fast-execute", "--additional-distribution", token),
        *("--dest-dir", destination, "--"),
        *argv,
    ]


def test_a_command_is_wrapped_as_flytekit_wraps_it(declared: Any) -> None:
    """The token stands where the address will; flytekit's own words around it."""
    task = the_task(bound(declared(a_bundle(), a_task())))
    (bundle,) = task.bundles
    assert list(container(task).args) == wrapped(bundle.token, ".", RUN)
    assert list(container(task).command) == []
    assert (bundle.name, bundle.code.digest) == ("app", "ab" * 32)


def test_the_destination_is_the_bundles(declared: Any) -> None:
    """Where the image has its code is known where the code is."""
    task = the_task(bound(declared(a_bundle(destination="/root"), a_task())))
    assert container(task).args[4] == "/root"


def test_a_command_stays_a_command(declared: Any) -> None:
    """What replaces the image's entrypoint still does, arguments behind it."""
    container_ = {"image": "i", "command": ["python", "-m"], "args": ["app"]}
    task = the_task(bound(declared(a_bundle(), a_task(container=container_))))
    token = task.bundles[0].token
    assert list(container(task).command) == wrapped(token, ".", ["python", "-m"])
    assert list(container(task).args) == ["app"]


def test_placeholders_are_filled_in_instead(declared: Any) -> None:
    """Whoever copies flytekit's own arguments gets what flytectl makes of them."""
    argv = wrapped("{{ .remote_package_path }}", "{{ .dest_dir }}", RUN)
    state = bound(
        declared(a_bundle(destination="/w"), a_task(container={"image": "i", "args": argv}))
    )
    task = the_task(state)
    assert list(container(task).args) == wrapped(task.bundles[0].token, "/w", RUN)


POD = {"containers": [{"name": "side", "image": "s"}, {"name": "main", "args": ["run"]}]}


def test_a_pods_own_container_is_wrapped(declared: Any) -> None:
    """The one that runs the task, and no other."""
    pod = {"spec": POD, "primaryContainer": "main"}
    task = the_task(bound(declared(a_bundle(), a_task(container=None, pod=pod))))
    request: Any = task.request
    side, main = request.template.k8s_pod.pod_spec.fields["containers"].list_value.values
    args = [one.string_value for one in main.struct_value.fields["args"].list_value.values]
    assert args == wrapped(task.bundles[0].token, ".", ["run"])
    assert "args" not in side.struct_value.fields


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"bundle": "ap"}, r"ap is not declared in this set.*did you mean .*/app\?"),
        ({"bundle": {"name": "app", "domain": "production"}}, "production/app is not declared"),
        (
            {"container": {"image": "i", "args": ["pyflyte-fast-execute", "--", "x"]}},
            "runs pyflyte-fast-execute already",
        ),
        ({"container": None, "pod": {"spec": POD}}, "must say with primaryContainer"),
        (
            {"container": None, "pod": {"spec": POD, "primaryContainer": "side"}},
            "needs a command",
        ),
        ({"container": None, "sql": {"statement": "select 1"}, "type": "sql"}, "needs a contain"),
        (
            {"bundle": None, "container": {"image": "i", "args": ["{{ .remote_package_path }}"]}},
            r"container\.args\[0\] says .* names no bundle",
        ),
    ],
)
def test_what_cannot_run_from_a_bundle_is_told(
    declared: Any, spec: dict[str, Any], problem: str
) -> None:
    """With the line, and with what to do."""
    with pytest.raises(ManifestError, match=problem):
        bound(declared(a_bundle(), a_task(**spec)))


def test_a_folder_that_is_no_bundle_is_told_at_its_source(declared: Any) -> None:
    """Everything that is wrong with it, and nothing twice for the tasks that name it."""
    declaration = declared(a_bundle(), a_task())
    error = BundleError(["a: is a link out of the folder", "b: another"])
    with pytest.raises(ManifestError) as caught:
        bind(declaration, None, dict.fromkeys(declaration.folders, error))
    told = [(one.code, one.message, one.origin) for one in caught.value.diagnostics]
    assert [message for _, message, _ in told] == list(error.problems)
    assert {code for code, _, _ in told} == {"bad-bundle"}


def test_a_manifest_means_a_folder_beside_itself(tmp_path: Path, declared: Any) -> None:
    """With its patterns and its budget."""
    spec: Any = {"include": ["/app/"], "exclude": ["*.csv"], "ignoreFiles": [".gitignore"]}
    declaration = declared(a_bundle(maxSize="2MB", **spec))
    assert declaration.folders == {
        CodeFolder(
            root=str(tmp_path / "manifests/../src"),
            include=("/app/",),
            exclude=("*.csv",),
            ignore_files=(".gitignore",),
            max_bytes=2_000_000,
        )
    }
    (manifest,) = declaration.manifests
    assert isinstance(manifest, CodeBundle)
    assert declaration.folders == {code_folder(manifest)}


# Versions


def test_the_code_makes_the_version(declared: Any) -> None:
    """Of the task that runs it and of the workflow of that task; of nothing else."""
    workflow = document("Workflow", "w", inputs={}, outputs={}, nodes={"n": {"task": "t"}})
    other = a_task("other", bundle=None)
    one, two = (
        {str(each.id.name): each.id.version for each in bound(declaration, digest)}
        for declaration in [declared(a_bundle(), a_task(), workflow, other)]
        for digest in ("ab" * 32, "cd" * 32)
    )
    assert {name for name in one if one[name] != two[name]} == {"t", "w"}


def test_a_version_is_the_same_in_every_environment(declared: Any) -> None:
    """Other places have other addresses, and the same code."""
    here = the_task(bound(declared(a_bundle(), a_task())))
    there = the_task(bound(declared(a_bundle(domain="production"), a_task(domain="production"))))
    shared = the_task(
        bound(
            declared(
                a_bundle(project="shared"), a_task(bundle={"name": "app", "project": "shared"})
            )
        )
    )
    assert here.id.version == there.id.version == shared.id.version
    assert here.bundles[0].token != there.bundles[0].token


def test_names_patterns_and_budgets_make_no_version(declared: Any) -> None:
    """What is called otherwise, or chosen otherwise, and is the same, is the same."""
    here = the_task(bound(declared(a_bundle(), a_task())))
    there = the_task(
        bound(declared(a_bundle("code", exclude=["*.md"], maxSize="1GB"), a_task(bundle="code")))
    )
    elsewhere = the_task(bound(declared(a_bundle(destination="/root"), a_task())))
    assert here.id.version == there.id.version
    assert here.id.version != elsewhere.id.version


def test_a_workflow_knows_the_code_inside_it(declared: Any) -> None:
    """Through sub-workflows, too: comparing needs it."""
    inner = document("Workflow", "inner", inputs={}, outputs={}, nodes={"n": {"task": "t"}})
    outer = document(
        "Workflow", "outer", inputs={}, outputs={}, nodes={"n": {"workflow": "inner"}}
    )
    state = bound(declared(a_bundle(), a_task(), inner, outer))
    bundles = {one.id.name: one.bundles for one in state}
    assert bundles["inner"] == bundles["outer"] == bundles["t"]


def test_a_bundle_lives_in_a_place_that_is_there(declared: Any) -> None:
    """Admin would sign an upload for any; nobody would ever look there."""
    declaration = declared(a_bundle(project="typo"), a_task(bundle=None))
    assert needs(declaration).projects == {"typo", "flytesnacks"}
    code = Code("ab" * 32, 1, 1)
    flytesnacks = a_project()
    found = Found(domains=("development",), projects={"flytesnacks": flytesnacks})
    with pytest.raises(ManifestError, match="there is no project typo"):
        bind(declaration, found, dict.fromkeys(declaration.folders, code))


def test_two_names_for_one_code_are_one_bundle(declared: Any) -> None:
    """Uploaded once, under the name that came first."""
    tasks = (a_task(), a_task("u", bundle="same"))
    state = bound(declared(a_bundle(), a_bundle("same"), *tasks))
    assert the_task(state).bundles == the_task(state, "u").bundles


def test_checks_need_no_code(declared: Any) -> None:
    """Whoever only looks for mistakes need not have the sources at hand."""
    assert len(bind(declared(a_bundle(), a_task()), None)) == 1
