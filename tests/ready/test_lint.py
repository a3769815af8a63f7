"""What is copied and cannot be run here is held to whatever says how it must be."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client as kubernetes

from tests.ready.tools import ROOT, run, tool

SCHEMAS = [
    *((file, "github-workflows") for file in sorted((ROOT / ".github/workflows").glob("*.yml"))),
    *((file, "github-workflows") for file in sorted((ROOT / "ci-templates").glob("git[!l]*.yml"))),
    (ROOT / "action.yml", "github-actions"),
    (ROOT / "ci-templates/bitbucket-pipelines.yml", "bitbucket-pipelines"),
]
KUBERNETES = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


@pytest.mark.parametrize(("file", "schema"), SCHEMAS, ids=lambda one: getattr(one, "name", one))
def test_files_of_forges_follow_their_schemas(file: Path, schema: str) -> None:
    """Those that are published for them."""
    words = ("--builtin-schema", f"vendor.{schema}", file)

    done = run(tool("check-jsonschema"), *words, cwd=ROOT)

    assert done.returncode == 0, done.stdout


def test_the_image_is_built_as_it_should_be() -> None:
    """By hadolint; nobody special runs it, and what it stands on is named by its digest."""
    text = (ROOT / "Containerfile").read_text()
    assert re.search(r"^ARG PYTHON=python:[\w.-]+@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", text, re.MULTILINE)

    done = run(tool("hadolint"), ROOT / "Containerfile", cwd=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_gets_what_it_copies() -> None:
    """Everything that it is built from is there, and let through to whoever builds it."""
    ignored = (ROOT / ".containerignore").read_text().split()
    assert ignored[0] == "*"
    for line in (ROOT / "Containerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists()
                assert f"!{name}" in ignored


@pytest.mark.parametrize("file", KUBERNETES, ids=lambda file: file.name)
def test_kubernetes_knows_every_field(file: Path) -> None:
    """By the models of its own client: no field that is none, none missing that must be there."""
    for document in yaml.safe_load_all(file.read_text()):
        name = f"{document['apiVersion'].split('/')[-1].title()}{document['kind']}"
        assert list(_problems(document, name, document["kind"])) == []


@pytest.mark.parametrize("file", KUBERNETES, ids=lambda file: file.name)
def test_jobs_may_do_as_little_as_they_can(file: Path) -> None:
    """As nobody special, on a file system that is read only, with no token of the cluster's."""
    for document in yaml.safe_load_all(file.read_text()):
        pod = _pod(document)
        if pod is None:
            continue
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert DIGEST.search(container["image"])
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert not [one for one in container["env"] if "SECRET" in one["name"]]


def _pod(document: dict[str, Any]) -> dict[str, Any] | None:
    spec = document.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    pod: dict[str, Any] | None = spec.get("template", {}).get("spec")
    return pod


def _problems(value: Any, kind: str, path: str) -> Iterator[str]:
    """Where a value is not what a model of the client says."""
    if match := re.fullmatch(r"list\[(.+)\]", kind):
        for at, item in enumerate(value):
            yield from _problems(item, match[1], f"{path}[{at}]")
        return
    if match := re.fullmatch(r"dict\((\w+), (.+)\)", kind):
        for key, item in value.items():
            yield from _problems(item, match[2], f"{path}.{key}")
        return
    model = getattr(kubernetes, kind, None)
    if model is None:
        types: dict[str, Any] = {"str": str, "int": int, "bool": bool}
        if kind in types and type(value) is not types[kind]:
            yield f"{path}: {value!r} is no {kind}"
        return
    names = {given: python for python, given in model.attribute_map.items()}
    for key, item in value.items():
        if key not in names:
            yield f"{path}: there is no {key}"
            continue
        yield from _problems(item, model.openapi_types[names[key]], f"{path}.{key}")
    try:
        model(**{names[key]: item for key, item in value.items() if key in names})
    except ValueError as error:
        yield f"{path}: {error}"
