"""Members of packages made wrong, in archives that are sound, and in folders."""

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from hypothesis import strategies as st

from reconciler.desired.package import read_package
from reconciler.manifest import load
from reconciler.model import Kind
from tests.fuzz.bounds import Judge
from tests.fuzz.family import Family
from tests.fuzz.manifests import DESIRED, as_yaml
from tests.fuzz.messages import change_message, change_wire, parts_of
from tests.fuzz.mutations import change_bytes, change_value, pick
from tests.fuzz.stages import drawn, planned
from tests.fuzz.tars import a_tar

ARCHIVES = [*sorted((DESIRED / "packages").glob("*.tgz"))]
ARCHIVES += [*sorted((DESIRED / "fast_packages").glob("*.tgz"))]
BYTES = [path.read_bytes() for path in ARCHIVES]
NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}
CONTENTS = [read_package(path) for path in ARCHIVES]
PARTS = parts_of([member.spec for contents in CONTENTS for member in contents])
OVERRIDES: list[dict[str, Any]] = [
    {},
    {"versions": "perEntity"},
    {"version": "v1", "activation": {"*": "active"}},
    {"overrides": {"tasks": {"*": {"image": "new:1", "tags": {"a": "b"}}}}},
    {"overrides": {"launchPlans": {"*": {"labels": {"a": "b"}, "runAs": {"iamRole": "r"}}}}},
    {"overrides": {"launchPlans": {"*": {"schedule": {"cron": "0 6 * * *"}}}}},
]


def files_of(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {
            member.name: file.read()
            for member in tar.getmembers()
            if (file := tar.extractfile(member)) is not None
        }


FILES = [files_of(content) for content in BYTES]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A package as files of an archive or of a folder, and what its manifest says besides."""

    files: Mapping[str, bytes]
    spec: Mapping[str, Any] = field(default_factory=dict)


@st.composite
def _wrong_bytes(draw: st.DrawFn) -> Wrong:
    """A member's bytes, spoiled or another's."""
    files = dict(pick(draw, FILES))
    name = pick(draw, sorted(files))
    if draw(st.booleans()):
        files[name] = change_bytes(draw, files[name], list(files.values()))
    else:
        # One letter of a text, more often than not.
        spoiled = bytearray(files[name])
        spoiled[draw(st.integers(0, len(spoiled) - 1))] ^= 1 << draw(st.integers(0, 7))
        files[name] = bytes(spoiled)
    return Wrong(files)


@st.composite
def _wrong_wires(draw: st.DrawFn) -> Wrong:
    """Members that parse as far as lengths go."""
    files = dict(pick(draw, FILES))
    name = pick(draw, [one for one in sorted(files) if one.endswith(".pb")])
    files[name] = change_wire(draw, files[name])
    return Wrong(files, pick(draw, OVERRIDES))


@st.composite
def _wrong_messages(draw: st.DrawFn) -> Wrong:
    """Members that parse and make no sense: fields gone, of others, or out of all bounds."""
    number = draw(st.integers(0, len(FILES) - 1))
    files = {}
    members = CONTENTS[number].members
    changed = {draw(st.integers(0, len(members) - 1)) for _ in range(draw(st.integers(1, 2)))}
    for index, member in enumerate(members):
        spec = member.spec
        if index in changed:
            spec = change_message(draw, spec, PARTS)
        files[f"{index}_{NUMBERS[member.kind]}.pb"] = spec.SerializeToString()
    return Wrong(files | _bundles(number), pick(draw, OVERRIDES))


@st.composite
def _wrong_texts(draw: st.DrawFn) -> Wrong:
    """Members as JSON or YAML, with a wrong value."""
    number = draw(st.integers(0, len(FILES) - 1))
    members = CONTENTS[number].members
    values = [MessageToDict(member.spec) for member in members[:8]]
    files = {
        f"{index}_{NUMBERS[member.kind]}.pb": member.spec.SerializeToString()
        for index, member in enumerate(members)
    }
    index = draw(st.integers(0, len(values) - 1))
    name = f"{index}_{NUMBERS[members[index].kind]}"
    del files[f"{name}.pb"]
    wrong = change_value(draw, values[index], values)
    if draw(st.booleans()):
        files[f"{name}.json"] = json.dumps(wrong).encode()
    else:
        files[f"{name}.yaml"] = as_yaml([wrong])
    return Wrong(files | _bundles(number), pick(draw, OVERRIDES))


_NAMES = (
    *(
        ".DS_Store",
        "._x",
        "a/b/c_1.pb",
        "x.pb",
        "x_4.pb",
        "x_1.txt",
        "_1.pb",
        "x_1.PB",
        "a b_1.pb",
    ),
    *("fast.tar.gz", "fastx.tar.gz", "sub/fasty.tar.gz", "é_2.pb", "\udcff_1.pb", "a\nb_1.pb"),
)


@st.composite
def _wrong_folders(draw: st.DrawFn) -> Wrong:
    """Files that belong elsewhere, are called otherwise, empty, doubled or gone."""
    files = dict(pick(draw, FILES))
    for _ in range(draw(st.integers(1, 4))):
        name = pick(draw, sorted(files)) if files else "x"
        content = files.get(name, b"")
        match draw(st.integers(0, 5)):
            case 0:
                files.pop(name, None)
            case 1:
                files[pick(draw, _NAMES)] = content
            case 2:
                files[pick(draw, _NAMES)] = draw(st.binary(max_size=20))
            case 3:
                files[name] = b""
            case 4:
                files |= pick(draw, FILES)
            case _:
                files[pick(draw, _NAMES)] = files.pop(name, b"")
    return Wrong(files, pick(draw, OVERRIDES))


def _bundles(number: int) -> dict[str, bytes]:
    return {name: content for name, content in FILES[number].items() if name.startswith("fast")}


def is_judged(judge: Judge, source: Path, spec: Mapping[str, Any]) -> None:
    """Planned against an Admin that holds nothing, and drawn."""
    manifests = load(["-"], stdin=io.BytesIO(a_package(source, spec)))
    judge.judged(lambda: planned(manifests))
    judge.judged(lambda: drawn(manifests))


def a_package(source: Path, spec: Mapping[str, Any]) -> bytes:
    return as_yaml(
        [
            {
                "apiVersion": "reconciler/v1",
                "kind": "Package",
                "metadata": {"project": "flytesnacks", "domain": "development", "name": "code"},
                "spec": {"source": str(source), **spec},
            }
        ]
    )


def _archived(judge: Judge, wrong: Wrong, folder: Path) -> None:
    file = folder / "package.tgz"
    file.write_bytes(gzip.compress(a_tar(wrong.files), 1))
    is_judged(judge, file, wrong.spec)


def _in_folder(judge: Judge, wrong: Wrong, folder: Path) -> None:
    root = folder / "package"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for name, content in wrong.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_dir():
            path.write_bytes(content)
    is_judged(judge, root, wrong.spec)


FAMILIES = (
    # Spoiled before they were packaged.
    Family("members", _wrong_bytes(), _archived, few=40, many=4_000),
    Family("wires", _wrong_wires(), _archived, few=40, many=5_000),
    # What parses goes all the way: overrides, references, versions, Admin's own compiler.
    Family("messages", _wrong_messages(), _archived, few=50, many=6_000),
    # Written by hand.
    Family("texts", _wrong_texts(), _archived, few=30, many=4_000),
    Family("folders", _wrong_folders(), _in_folder, few=20, many=2_000),
)
