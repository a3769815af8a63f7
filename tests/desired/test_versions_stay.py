"""What makes no new version: what is said of names, where things are, how it is written."""

import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired import bind, declare
from reconciler.manifest import load
from reconciler.model import ResourceId
from tests.desired.test_versions import Steps, before, bound, documents, put, versions

# What is said of names and places, by kind; none of it is part of what is registered.
UNREGISTERED: dict[Steps, tuple[tuple[str, ...], st.SearchStrategy[Any]]] = {
    ("spec", "state"): (("LaunchPlan",), st.sampled_from(["active", "inactive", "unmanaged"])),
    ("spec", "protect"): (("Task", "Workflow", "LaunchPlan"), st.booleans()),
    ("spec", "renamedFrom"): (("LaunchPlan",), st.sampled_from(["old", "older"])),
    ("spec", "attributes"): (
        ("Workflow",),
        st.sampled_from([{"executionQueue": {"tags": ["a"]}}, {"taskResources": "absent"}, {}]),
    ),
    ("metadata", "description"): (("Task", "Workflow", "LaunchPlan"), st.text("ab ", max_size=9)),
    ("metadata", "archived"): (("Task", "Workflow", "LaunchPlan"), st.booleans()),
    ("metadata", "lint"): (
        ("Task", "Workflow", "LaunchPlan"),
        st.just({"ignore": [{"code": "rate-drifts", "reason": "so"}]}),
    ),
}
ROWS = [
    """{kind: Project, metadata: {name: p}, spec: {title: T, protect: true, labels: {a: b}}}""",
    """{kind: Domain, metadata: {project: p, name: d}, spec: {protect: true, attributes:
    {taskResources: {limits: {cpu: 1}}}, tasks: {theirs: {description: x, archived: true}}}}""",
]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.data())
def test_what_is_not_registered_changes_no_version(data: st.DataObject) -> None:
    """State, protection, descriptions, archiving and attributes are of names; excuses are for us.

    Any of them, of any document, and projects and domains beside them.
    """
    changed = documents()
    said = st.tuples(st.sampled_from(changed), st.sampled_from(list(UNREGISTERED)))
    for one, path in data.draw(st.lists(said, max_size=12)):
        kinds, values = UNREGISTERED[path]
        if one["kind"] in kinds:
            put(one, path, data.draw(values))
    # Two names that take over from one are refused, whatever their versions.
    heirs = [one for one in changed if "renamedFrom" in one["spec"]]
    for one in heirs[1:]:
        del one["spec"]["renamedFrom"]
    beside = [{"apiVersion": "reconciler/v1", **yaml.safe_load(row)} for row in ROWS]
    changed += data.draw(st.lists(st.sampled_from(beside), max_size=2, unique_by=id))

    assert versions(bound(changed)) == versions(before())


def test_where_things_are_changes_no_version() -> None:
    """All of them in another project."""
    changed = documents()
    for one in changed:
        put(one, ("metadata", "project"), "elsewhere")

    assert versions(bound(changed)) == versions(before())


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_machine_changes_no_version(tmp_path: Path, seed: str) -> None:
    """Another process, its hashes of texts, its language, clock, permissions, home and folder."""
    file = tmp_path / "set.yaml"
    file.write_text("\n---\n".join(json.dumps(one) for one in documents()))
    program = (
        "import os, sys; os.umask(0o77); sys.path[:0] = sys.argv[2:]\n"
        "from reconciler.desired import bind, declare\n"
        "from reconciler.manifest import load\n"
        "for one in sorted(bind(declare(load([sys.argv[1]])), None).resources):\n"
        "    print(one)"
    )
    environ = {
        "PYTHONHASHSEED": seed,
        "LC_ALL": "C" if seed == "0" else "C.UTF-8",
        "TZ": "Asia/Kathmandu" if seed == "0" else "UTC",
        "HOME": str(tmp_path),
    }

    found = subprocess.run(
        [sys.executable, "-c", program, file.name, *sys.path],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.splitlines() == [str(id) for id in sorted(before().resources)]


def shuffled(value: Any, rand: random.Random) -> Any:
    """The same with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(inner, rand)) for key, inner in value.items()]
        rand.shuffle(items)
        return dict(items)
    return [shuffled(inner, rand) for inner in value] if isinstance(value, list) else value


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans(), st.integers(1, 4))
def test_how_it_is_written_changes_no_version(
    tmp_path_factory: pytest.TempPathFactory, rand: random.Random, flow: bool, files: int
) -> None:
    """Order of keys, documents and files, styles of YAML, and where the files lie."""
    folder = tmp_path_factory.mktemp("anywhere")
    parts: list[list[Any]] = [[] for _ in range(files)]
    written = [shuffled(one, rand) for one in documents()]
    rand.shuffle(written)
    for number, one in enumerate(written):
        parts[number % files].append(one)
    for number, part in enumerate(parts):
        text = yaml.safe_dump_all(part, default_flow_style=flow, sort_keys=False, indent=7)
        (folder / f"{rand.randrange(1000)}-{number}.yaml").write_text(f"# {flow}\n{text}")

    assert versions(bind(declare(load([folder])), None)) == versions(before())


def test_the_ids_of_a_version_are_of_its_place() -> None:
    """The version is the same everywhere, the id is not."""
    copied = copy.deepcopy(documents())
    for one in copied:
        one["metadata"]["domain"] = "elsewhere"

    ids = {id for id in bound(copied).resources if id.kind.versioned}

    assert ids == {
        ResourceId(id.kind, id.project, "elsewhere", id.name, id.version)
        for id in before().resources
        if id.kind.versioned
    }
