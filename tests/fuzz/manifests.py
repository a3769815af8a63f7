"""Files of manifests, made wrong as values, as text and as bytes."""

import io
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from reconciler.manifest import load, read_yaml
from reconciler.model import Diagnostic
from tests.fuzz.bounds import Judge
from tests.fuzz.family import Family
from tests.fuzz.mutations import change_bytes, change_value, pick
from tests.fuzz.spelling import misspelled
from tests.fuzz.stages import checked, drawn, formatted, planned

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples" / "manifests"
DESIRED = ROOT / "tests" / "desired"


def documents(content: bytes) -> list[Any]:
    problems: list[Diagnostic] = []
    return [value for _, value in read_yaml(content, "", problems)]


def as_yaml(values: list[Any]) -> bytes:
    made = yaml.dump_all(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    return str(made).encode()


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


FILES = [
    path.read_bytes()
    for path in sorted(EXAMPLES.rglob("*.yaml"))
    if path.parent.name != "attributes"  # flytectl's
]
FILES.append((DESIRED / "everything.yaml").read_bytes())
_DOCUMENTS = [value for content in FILES for value in documents(content)]
MANIFESTS = [one for one in _DOCUMENTS if one["kind"] not in ("Workspace", "Workspaces")]
# The smallest example is a set by itself.
SET = [value for path in sorted(EXAMPLES.glob("*.yaml")) for value in documents(path.read_bytes())]
SETS = [SET, documents((DESIRED / "everything.yaml").read_bytes())]


@st.composite
def _wrong_documents(draw: st.DrawFn) -> bytes:
    return as_yaml([change_value(draw, pick(draw, MANIFESTS), MANIFESTS)])


@st.composite
def _wrong_sets(draw: st.DrawFn) -> bytes:
    chosen = pick(draw, SETS)
    number = draw(st.integers(0, len(chosen) - 1))
    wrong = change_value(draw, chosen[number], chosen)
    return as_yaml([*chosen[:number], wrong, *chosen[number + 1 :]])


@st.composite
def _wrong_files(draw: st.DrawFn) -> bytes:
    return change_bytes(draw, pick(draw, FILES), FILES)


@st.composite
def _misspelled_files(draw: st.DrawFn) -> bytes:
    return draw(misspelled(pick(draw, FILES)))


def _planned(judge: Judge, content: bytes, folder: Path) -> None:
    judge.judged(lambda: planned(load(["-"], stdin=io.BytesIO(content))))
    judge.judged(lambda: drawn(load(["-"], stdin=io.BytesIO(content))))


def _checked(judge: Judge, content: bytes, folder: Path) -> None:
    judge.judged(lambda: checked(content))
    judge.judged(lambda: formatted(content))


def _all_the_way(judge: Judge, content: bytes, folder: Path) -> None:
    _checked(judge, content, folder)
    _planned(judge, content, folder)


FAMILIES = (
    # A key gone or doubled, a value of another type, a part from somewhere else.
    Family("documents", _wrong_documents(), _all_the_way, few=150, many=16_000),
    # What is right refers to what is wrong.
    Family("sets", _wrong_sets(), _planned, few=30, many=3_000),
    # Flipped, cut off, doubled, mixed: whatever a disk or a network may do.
    Family("files", _wrong_files(), _checked, few=200, many=18_000),
    # Whatever an editor, a merge or a person may do.
    Family("spelling", _misspelled_files(), _checked, few=200, many=18_000),
)
