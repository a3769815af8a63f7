"""`auto`: any change of what is registered is a new version, of it and of what refers to it.

And of nothing else; and nothing else makes a new version. The ground is a set of manifests that
says one of everything there are words for.
"""

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import WorkflowTemplate
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired import bind, declare
from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import DesiredState, Kind, ResourceId, is_content_hash
from tests.desired.test_every_field import EVERYTHING, as_json, paths_from

Steps = tuple[str | int, ...]
Documents = list[dict[str, Any]]

# Another valid value of what is not any text.
OTHERS = {
    "stream": "never",
    "yaml": "json",
    "arm64": "amd64",
    "rst": "html",
    "file": "env",
    "ansi": "hive",
    "failed": "aborted",
    "high": "medium",
    "low": "high",
    "hours": "days",
    "flyteSdk": "other",
    "fullState": "minimalState",
    "1h": "2h",
    "1m": "2m",
    "5m": "6m",
    "individualInputFiles": "singleInputFile",
    "0 6 * * *": "0 7 * * *",
    "1Gi": "2Gi",
    "2Gi": "3Gi",
    "failAfterExecutableNodesComplete": "failImmediately",
    "YQ==": "Yg==",
    "int": "float",
    "str": "int",
    "float": "str",
    "bool": "str",
    "INTEGER": "FLOAT",
    "schema": "schema(a: int)",
    "struct": "str",
    "binary": "str",
    "error": "str",
    "datetime": "int",
    "duration": "int",
    "none": "none | error",
    "directory": "file",
    "list[int]": "list[str]",
    "dict[str, int]": "dict[str, str]",
    "file[csv]": "file[tsv]",
    "int | str": "int | float",
    "dataset[parquet]": "dataset[csv]",
    "FLOAT": "STRING",
    "str | list[int] | dict[str, float] | enum[a, b] | file[csv] | directory | none": "int",
    "STRUCT": "INTEGER",
    "skip": None,
    "go": "gone",
    "inputs.ok": "not inputs.ok",
    "inputs.size > 5 and inputs.x < 1.5 or inputs.s == 'a'": "inputs.size >= 5",
    "inputs.ok and inputs.when > '2026-01-01' and inputs.long > '1h'": "inputs.ok",
}
# What leads elsewhere, and where nothing else of the same type is.
REFERENCES = {"from", "task", "workflow", "launchPlan", "kickoffInput", "ignoreInputs"}


@cache
def everything() -> str:
    return json.dumps(list(yaml.safe_load_all(EVERYTHING.read_text())), default=str)


def documents() -> Documents:
    """The whole set, the caller's to change."""
    found: Documents = json.loads(everything())
    return found


def bound(set: Documents) -> DesiredState:
    text = "\n---\n".join(json.dumps(one) for one in set)
    return bind(declare(load(["-"], stdin=BytesIO(text.encode()))), None)


def versions(state: DesiredState) -> dict[tuple[Kind, str], str]:
    return {(id.kind, id.name): id.version for id in state.resources if id.kind.versioned}


@cache
def before() -> DesiredState:
    return bound(documents())


def touched(changed: tuple[Kind, str]) -> set[tuple[Kind, str]]:
    """A thing and all that refer to it, at any distance."""
    state = before()
    found = {changed}
    while True:
        more = {
            (id.kind, id.name)
            for id, needs in state.needs.items()
            if id.kind.versioned and any((need.kind, need.name) in found for need in needs)
        }
        if more <= found:
            return found
        found |= more


def of(document: dict[str, Any]) -> tuple[Kind, str]:
    kinds = {"Task": Kind.TASK, "Workflow": Kind.WORKFLOW, "LaunchPlan": Kind.LAUNCH_PLAN}
    return kinds[document["kind"]], document["metadata"]["name"]


def leaves(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def keys(value: Any, path: Steps = ()) -> Iterator[Steps]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from keys(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys(inner, (*path, index))


def other(value: Any) -> Any:
    """Something else that may stand in its place; None for nothing at all."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1 if value >= 1 else value / 2
        case str():
            return OTHERS.get(value, f"{value}x")
    return "x"


def put(document: dict[str, Any], path: Steps, value: Any) -> None:
    *parents, last = path
    place: Any = document
    for step in parents:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value


def change(number: int, path: Steps, value: Any) -> dict[tuple[Kind, str], str] | None:
    """The versions after a change; None if that makes the set invalid."""
    changed = documents()
    put(changed[number], path, value)
    try:
        return versions(bound(changed))
    except ManifestError:
        return None


def assert_changes_just_that(number: int, after: dict[tuple[Kind, str], str], what: Any) -> None:
    was = versions(before())
    changed = {key for key in was if was[key] != after.get(key)}
    assert changed == touched(of(documents()[number])), what


LEAVES = [
    (number, ("spec", *path), value)
    for number, one in enumerate(documents())
    for path, value in leaves(one["spec"])
]


@pytest.mark.parametrize("part", range(4))
def test_any_field_changes_its_version_and_that_of_what_refers_to_it(part: int) -> None:
    """Each value of the whole set once, and no other version changes."""
    unchanged = []
    for number, path, value in LEAVES[part::4]:
        after = change(number, path, other(value))
        if after is not None:
            assert_changes_just_that(number, after, path)
        elif not REFERENCES & set(path):
            unchanged.append((documents()[number]["metadata"]["name"], path, value))

    # Types that others are bound to, and what only fits as it is.
    assert len(unchanged) < len(LEAVES[part::4]) / 5, unchanged


# What the set says though it is meant without saying it too.
MEANT_ANYWAY = {("runtime", "type"), ("outputs", "ys", "type")}


@pytest.mark.parametrize("kind", ["Task", "Workflow", "LaunchPlan"])
def test_leaving_a_field_out_changes_as_much(kind: str) -> None:
    """Every key that can be left out, one at a time."""
    counted = 0
    for number, document in enumerate(documents()):
        if document["kind"] != kind:
            continue
        for path in keys(document["spec"]):
            after = change(number, ("spec", *path), None)
            if after is None:
                continue
            if path in MEANT_ANYWAY:
                assert after == versions(before()), path
                continue
            assert_changes_just_that(number, after, path)
            counted += 1

    assert counted > 15


RAW = [
    (kind, name, way)
    for kind, root in (
        ("Task", TaskTemplate),
        ("Workflow", WorkflowTemplate),
        ("LaunchPlan", LaunchPlanSpec),
    )
    for name, way in sorted(paths_from(root).items())
]
# Messages that are sent out of habit, empty.
SENT_ANYWAY: list[dict[str, Any]] = [
    {"metadata": {}},
    {"interface": {}},
    {"interface": {"inputs": {}}},
    {"interface": {"outputs": {}}},
    {"metadataDefaults": {}},
    {"sql": {}},
    *({name: {}} for name in ("entityMetadata", "defaultInputs", "fixedInputs", "labels")),
    *({name: {}} for name in ("annotations", "rawOutputDataConfig")),
]
SMALLEST = {"Task": "query", "Workflow": "inner", "LaunchPlan": "plan"}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.sampled_from(RAW))
def test_what_is_given_raw_changes_as_much(field: tuple[str, str, list[Any]]) -> None:
    """Any field of flyteidl's messages, given to a thing that does not say it."""
    kind, name, way = field
    number = next(
        n
        for n, one in enumerate(documents())
        if of(one)[1] == SMALLEST[kind] and one["kind"] == kind
    )

    raw = as_json(way)

    after = change(number, ("spec", "raw"), raw)

    if after is None:
        return
    if raw in SENT_ANYWAY:
        assert after == versions(before()), name
    else:
        assert_changes_just_that(number, after, name)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "state"), "active"),
        (("spec", "state"), "inactive"),
        (("metadata", "lint"), {"ignore": [{"code": "rate-drifts", "reason": "so"}]}),
        (("metadata", "project"), "elsewhere"),
    ],
)
def test_what_is_not_registered_changes_no_version(path: Steps, value: Any) -> None:
    """State is of the name; excuses are for us; places are for each environment."""
    changed = documents()
    for one in changed:
        if path[-1] in ("project",) or one["kind"] == "LaunchPlan":
            put(one, path, value)

    assert versions(bound(changed)) == versions(before())


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


def test_versions_are_what_they_were() -> None:
    """Golden ones: other libraries, Pythons and machines must find the same.

    They may change only with a change of the encoding number in `reconciler.model.canonical`,
    or of what is sent.
    """
    found = versions(before())
    golden = json.loads(Path(__file__).with_name("versions.json").read_text())

    assert all(is_content_hash(version) for version in found.values())
    assert {f"{kind.slug} {name}": version for (kind, name), version in found.items()} == golden


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
