"""Manifests made wrong: each is an error with a place or a valid set, never a traceback."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.manifest import load, load_workspace, settle
from reconciler.manifest.reader import read
from reconciler.model import DesiredState, Diagnostic
from reconciler.remote import validate
from tests.fuzz.bounds import judged, planned
from tests.fuzz.mutations import change_bytes, change_value, pick

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples" / "manifests"


def documents(content: bytes) -> list[Any]:
    problems: list[Diagnostic] = []
    return [value for _, value in read(content, "", problems)]


FILES = [
    path.read_bytes()
    for path in sorted(EXAMPLES.rglob("*.yaml"))
    if path.parent.name != "attributes"  # flytectl's
]
FILES.append((ROOT / "tests" / "desired" / "everything.yaml").read_bytes())
MANIFESTS = [value for content in FILES for value in documents(content)]
# The smallest example is a set by itself.
SET = [value for path in sorted(EXAMPLES.glob("*.yaml")) for value in documents(path.read_bytes())]
WORKSPACES = [one for one in MANIFESTS if one["kind"] == "Workspace"]
MANIFESTS = [one for one in MANIFESTS if one["kind"] not in ("Workspace", "Workspaces")]


def as_yaml(values: list[Any]) -> bytes:
    return yaml.safe_dump_all(values, allow_unicode=True, sort_keys=False).encode(
        "utf-8", "surrogatepass"
    )


def checked(content: bytes) -> DesiredState:
    return validate(load(["-"], stdin=io.BytesIO(content)))


SHORT = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
LONG = settings(SHORT, max_examples=25_000, derandomize=False)


@st.composite
def wrong_documents(draw: st.DrawFn) -> Any:
    return change_value(draw, pick(draw, MANIFESTS), MANIFESTS)


@st.composite
def wrong_sets(draw: st.DrawFn) -> bytes:
    number = draw(st.integers(0, len(SET) - 1))
    wrong = change_value(draw, SET[number], SET)
    return as_yaml([*SET[:number], wrong, *SET[number + 1 :]])


@st.composite
def wrong_workspaces(draw: st.DrawFn) -> Any:
    return change_value(draw, pick(draw, WORKSPACES), [*WORKSPACES, *MANIFESTS])


@st.composite
def wrong_files(draw: st.DrawFn) -> bytes:
    return change_bytes(draw, pick(draw, FILES), FILES)


def one_document_is_judged(value: Any) -> None:
    content = as_yaml([value])
    judged(lambda: checked(content))
    judged(lambda: planned(load(["-"], stdin=io.BytesIO(content))))


def one_file_is_judged(content: bytes) -> None:
    judged(lambda: checked(content))


def one_workspace_is_judged(value: Any, file: Path) -> None:
    file.write_bytes(as_yaml([value]))

    def check() -> None:
        workspace = load_workspace(file)
        for environment in ("", *workspace.spec.environments):
            settled = settle(workspace, environment, environ={}, assignments=(), images={})
            load(["-"], stdin=io.BytesIO(as_yaml(MANIFESTS[:5])), setting=settled.setting)

    judged(check)


@SHORT
@given(wrong_documents())
def test_a_document_with_a_wrong_value(value: Any) -> None:
    """A key gone or doubled, a value of another type, a part from somewhere else."""
    one_document_is_judged(value)


@SHORT
@given(wrong_files())
def test_a_file_with_wrong_bytes(content: bytes) -> None:
    """Flipped, cut off, doubled, mixed: whatever an editor, a merge or a disk may do."""
    one_file_is_judged(content)


@SHORT
@given(wrong_sets())
def test_a_set_with_a_wrong_document(content: bytes) -> None:
    """What is right refers to what is wrong; planned, if it is a valid set after all."""
    judged(lambda: planned(load(["-"], stdin=io.BytesIO(content))))


@SHORT
@given(value=wrong_workspaces())
def test_a_workspace_with_a_wrong_value(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    """The same of `reconciler.yaml`, in each of its environments."""
    one_workspace_is_judged(value, tmp_path_factory.getbasetemp() / "reconciler.yaml")


@pytest.mark.long
@LONG
@given(wrong_documents())
def test_many_documents_with_wrong_values(value: Any) -> None:
    """The same, by the ten thousand."""
    one_document_is_judged(value)


@pytest.mark.long
@LONG
@given(wrong_sets())
def test_many_sets_with_a_wrong_document(content: bytes) -> None:
    """The same, by the ten thousand."""
    judged(lambda: planned(load(["-"], stdin=io.BytesIO(content))))


@pytest.mark.long
@LONG
@given(wrong_files())
def test_many_files_with_wrong_bytes(content: bytes) -> None:
    """The same, by the ten thousand."""
    one_file_is_judged(content)
