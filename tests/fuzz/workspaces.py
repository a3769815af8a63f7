"""A workspace and its manifests, any of its files made wrong: planned in each environment."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from reconciler.errors import ConfigError
from reconciler.manifest import (
    Manifest,
    Settled,
    Workspace,
    explain_values,
    image_states,
    load,
    load_listing,
    load_workspace,
    parse_assignment,
    read_assignments,
    settle,
)
from reconciler.report import explanations_as_json, explanations_as_text
from tests.fuzz.bounds import Judge
from tests.fuzz.family import Family
from tests.fuzz.manifests import EXAMPLES, as_yaml, documents
from tests.fuzz.mutations import ODD_TEXTS, change_bytes, change_value, pick
from tests.fuzz.spelling import misspelled
from tests.fuzz.stages import drawn, planned

HERE = Path(__file__).parent / "workspace"
FILES = {
    path.relative_to(HERE).as_posix(): path.read_bytes()
    for path in sorted(HERE.rglob("*"))
    if path.is_file()
}
# Whatever else may be said of workspaces.
OTHERS = [value for name in FILES for value in documents(FILES[name])]
OTHERS += [
    value
    for path in sorted(EXAMPLES.rglob("reconciler*.yaml"))
    for value in documents(path.read_bytes())
]
ENVIRONMENTS = ("dev", "prod", "")
ENVIRON = {"TEAM": "weather", "SECRET": "hush-hush", "RECONCILER_VAR_cpu": "2"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a workspace, and what the command line and the environment say besides."""

    files: Mapping[str, bytes]
    environment: str
    assigned: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: ENVIRON)


@st.composite
def _wrong_values(draw: st.DrawFn) -> Inputs:
    return Inputs(_with(draw, _wrong_value), pick(draw, ENVIRONMENTS))


@st.composite
def _wrong_texts(draw: st.DrawFn) -> Inputs:
    return Inputs(_with(draw, _wrong_text), pick(draw, ENVIRONMENTS))


@st.composite
def _wrong_assignments(draw: st.DrawFn) -> Inputs:
    """Variables given what they are not, and the rest of it right."""
    names = ["regions", "cpu", "quota", "tier", "bucket", "debug", "token", "each", "nobody", ""]
    texts = st.sampled_from([*ODD_TEXTS, "1", "true", "[a]", "{a: 1}", "[", "gold", "s3://b-1"])
    assigned = tuple(f"{pick(draw, names)}={draw(texts)}" for _ in range(draw(st.integers(1, 4))))
    environ = dict(ENVIRON)
    for _ in range(draw(st.integers(0, 2))):
        environ[f"RECONCILER_VAR_{pick(draw, names)}"] = draw(texts)
    if draw(st.booleans()):
        environ[pick(draw, ["TEAM", "SECRET"])] = draw(texts)
    return Inputs(FILES, pick(draw, ENVIRONMENTS), assigned, environ)


def _with(draw: st.DrawFn, change: Any) -> dict[str, bytes]:
    """The files, the workspace's own or another one changed; now and then one is gone."""
    files = dict(FILES)
    name = pick(draw, [*files, "reconciler.yaml", "reconciler.yaml", "manifests.yaml"])
    files[name] = change(draw, files[name])
    if draw(st.integers(0, 20)) == 20:
        del files[pick(draw, sorted(files))]
    return files


def _wrong_value(draw: st.DrawFn, content: bytes) -> bytes:
    values = copy.deepcopy(documents(content))
    number = draw(st.integers(0, len(values) - 1))
    values[number] = change_value(draw, values[number], OTHERS)
    return as_yaml(values)


def _wrong_text(draw: st.DrawFn, content: bytes) -> bytes:
    if draw(st.booleans()):
        return draw(misspelled(content))
    return change_bytes(draw, content, list(FILES.values()))


@contextmanager
def _written(files: Mapping[str, bytes], folder: Path) -> Iterator[None]:
    """The files in a folder, where most of them lie already and will be of use again."""
    if not (folder / "reconciler.yaml").exists():
        for name, content in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
    changed = [name for name in FILES if files.get(name) != FILES[name]]
    for name in changed:
        if name in files:
            (folder / name).write_bytes(files[name])
        else:
            (folder / name).unlink()
    yield
    for name in changed:
        (folder / name).write_bytes(FILES[name])


def _is_judged(judge: Judge, inputs: Inputs, folder: Path) -> None:
    def check() -> None:
        workspace = load_workspace(folder)
        try:
            given = [parse_assignment(text) for text in inputs.assigned]
        except ConfigError:
            given = []
        settled = settle(
            workspace,
            inputs.environment,
            environ=inputs.environ,
            assignments=[*read_assignments(folder / "values.yaml"), *given],
            images=image_states(workspace),
        )
        manifests = load(workspace.paths, setting=settled.setting, ignore=workspace.ignored)
        planned(manifests)
        drawn(manifests)
        _explained(manifests[0], workspace, settled)

    with _written(inputs.files, folder):
        judge.judged(check)


def _explained(manifest: Manifest, workspace: Workspace, settled: Settled) -> None:
    id = "/".join((manifest.KIND, *manifest.place))
    told = explain_values(workspace.paths, id, settled=settled, ignore=workspace.ignored)
    for text in (explanations_as_text(told), explanations_as_json(told)):
        assert text.encode()


def _listing_is_judged(judge: Judge, content: bytes, folder: Path) -> None:
    with _written(FILES, folder):
        file = folder / "reconciler.workspaces.yaml"
        file.write_bytes(content)
        judge.judged(lambda: load_listing(file))


LISTING = b"""\
apiVersion: reconciler/v1
kind: Workspaces
spec:
  workspaces: [., {path: ., name: again}, "mor*/../more/.."]
"""


@st.composite
def _wrong_listings(draw: st.DrawFn) -> bytes:
    return _wrong_value(draw, LISTING) if draw(st.booleans()) else _wrong_text(draw, LISTING)


FAMILIES = (
    Family("workspaces", _wrong_values(), _is_judged, few=40, many=5_000),
    Family("workspace-texts", _wrong_texts(), _is_judged, few=30, many=3_000),
    Family("assignments", _wrong_assignments(), _is_judged, few=20, many=2_000),
    Family("listings", _wrong_listings(), _listing_is_judged, few=50, many=2_000),
)
