"""`auto`: any change of what is registered is a new version, of it and of what refers to it.

And of nothing else; `test_versions_stay` has what makes no new version. The ground is a set of
manifests that says one of everything there are words for.
"""

import copy
import json
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
from reconciler.model import DesiredState, Kind, is_content_hash
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
# What else may stand in one place only, by the name of the thing and the path in its spec.
THERE: dict[tuple[str, str], Any] = {
    ("container", "container/data/upload"): "never",
    ("container", "cache/ignoreInputs/0"): "day",
    ("outer", "outputs/ys/from"): "most.ys",
    ("outer", "nodes/each/inputs/xs/from"): "inputs.by",
    ("outer", "nodes/most/inputs/xs/1/from"): "inputs.xs[0]",
    ("outer", "nodes/inner/inputs/n/from"): "inputs.xs[1]",
    ("outer", "nodes/keyed/inputs/n/from"): "inputs.by['another']",
    ("outer", "nodes/query/after/0"): "keyed",
    ("outer", "nodes/approved/inputs/n/from"): "inputs.ok",
    ("outer", "nodes/values/inputs/map/a/from"): "inputs.xs[0]",
    ("inner", "outputs/n/from"): "query.n",
}
# Where only what is there fits, and the reason; leaving these out is tested too.
FITS_ALONE: dict[tuple[str, str], str] = {
    ("outer", "nodes/each/inputs/xs/from"): "the only list of numbers",
    ("inner", "outputs/n/from"): "the only input, and no node gives a number",
    ("cron", "inputs/none"): "the only value of its type",
    ("cron", "schedule/kickoffInput"): "the only datetime",
    ("pod", "pod/spec/containers/0/name"): "the primary container is called by it",
    ("pod", "pod/primaryContainer"): "the only container",
    ("outer", "outputs/ys/type"): "that of what it comes from",
}
# Referring to these instead changes nothing but the reference.
SPARE = ("query", "values", "pod", "inner", "typed", "plan")
REFERENCES = {"task", "workflow", "launchPlan"}


@cache
def everything() -> str:
    example = list(yaml.safe_load_all(EVERYTHING.read_text()))
    spares = [copy.deepcopy(one) for one in example if one["metadata"]["name"] in SPARE]
    for one in spares:
        one["metadata"]["name"] += "-spare"
    return json.dumps([*example, *spares], default=str)


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


def other(value: Any, name: str, path: Steps) -> Any:
    """Something else that may stand in its place; None for nothing at all."""
    there = THERE.get((name, "/".join(map(str, path[1:]))))
    if there is not None:
        return there
    if path[-1] in REFERENCES:
        return f"{value}-spare"
    if path[1] in ("inputs", "outputs") and len(path) == 3 and name not in ("cron", "rate"):
        # Another type would not fit those that are bound to it; what it means is said beside it.
        return {"type": value, "description": "what it means"}
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
    if not one["metadata"]["name"].endswith("-spare")
]


@pytest.mark.parametrize("part", range(4))
def test_any_field_changes_its_version_and_that_of_what_refers_to_it(part: int) -> None:
    """Each value of the whole set once, and no other version changes."""
    left = set()
    for number, path, value in LEAVES[part::4]:
        name = documents()[number]["metadata"]["name"]
        after = change(number, path, other(value, name, path))
        if after is not None:
            assert_changes_just_that(number, after, path)
        else:
            left.add((name, "/".join(map(str, path[1:]))))

    assert left <= set(FITS_ALONE)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(st.data())
def test_any_value_of_any_field_does(data: st.DataObject) -> None:
    """Texts, numbers and truth values of any kind, as far as a manifest may say them."""
    number, path, value = data.draw(st.sampled_from(LEAVES))
    strategy: st.SearchStrategy[Any] = {
        bool: st.booleans(),
        int: st.integers(0, 99),
        float: st.integers(0, 8).map(lambda eighth: eighth / 8),
        str: st.text(max_size=6) | st.sampled_from([*OTHERS, *OTHERS.values()]),
    }.get(type(value), st.none() | st.just("s3://b/k"))
    changed = data.draw(strategy.filter(lambda one: one != value))

    after = change(number, path, changed)

    if after is not None:
        assert_changes_just_that(number, after, (path, changed))


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
    """A field of flyteidl's messages, given to a thing that does not say it.

    Many of them say nothing that Flyte would take, alone; `test_content_version` has those too.
    """
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


def test_versions_are_what_they_were() -> None:
    """Golden ones: other libraries, Pythons and machines must find the same.

    They may change only with a change of the encoding number in `reconciler.model.canonical`,
    or of what is sent.
    """
    found = versions(before())
    golden = json.loads(Path(__file__).with_name("versions.json").read_text())

    assert all(is_content_hash(version) for version in found.values())
    assert golden == {
        f"{kind.slug} {name}": version
        for (kind, name), version in found.items()
        if not name.endswith("-spare")
    }
