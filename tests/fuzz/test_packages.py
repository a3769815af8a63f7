"""Archives and their members made wrong: refused whole or a valid set, soon, and no traceback."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.desired import bind, declare
from reconciler.desired.package import read_package
from reconciler.manifest import Package
from reconciler.model import Kind
from tests.fuzz.bounds import judged, planned
from tests.fuzz.mutations import change_bytes, change_message, change_value, parts_of, pick

HERE = Path(__file__).parent.parent / "desired"
ARCHIVES = [*sorted((HERE / "packages").glob("*.tgz"))]
ARCHIVES += [*sorted((HERE / "fast_packages").glob("*.tgz"))]
BYTES = [path.read_bytes() for path in ARCHIVES]
TARS = [gzip.decompress(content) for content in BYTES]
NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}


def files_of(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {
            member.name: file.read()
            for member in tar.getmembers()
            if (file := tar.extractfile(member)) is not None
        }


FILES = [files_of(content) for content in BYTES]
CONTENTS = [read_package(path) for path in ARCHIVES]
PARTS = parts_of([member.spec for contents in CONTENTS for member in contents])
OVERRIDES: list[dict[str, Any]] = [
    {},
    {"versions": "perEntity"},
    {"version": "v1", "activation": {"*": "active"}},
    {"overrides": {"tasks": {"*": {"image": "new:1", "tags": {"a": "b"}}}}},
    {"overrides": {"launchPlans": {"*": {"labels": {"a": "b"}, "runAs": {"iamRole": "r"}}}}},
]

SHORT = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
LONG = settings(SHORT, max_examples=25_000, derandomize=False)


def an_archive(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@st.composite
def wrong_archives(draw: st.DrawFn) -> bytes:
    """The file itself, as a disk or a network may spoil it."""
    return change_bytes(draw, pick(draw, BYTES), BYTES)


@st.composite
def wrong_tars(draw: st.DrawFn) -> bytes:
    """Headers, paddings and contents inside a sound gzip."""
    made = bytearray(pick(draw, TARS))
    for _ in range(draw(st.integers(1, 3))):
        # Headers are what the reader of tars trusts.
        block = draw(st.integers(0, len(made) // 512 - 1)) * 512
        place = block + draw(st.integers(0, 511))
        made[place] ^= 1 << draw(st.integers(0, 7))
        if draw(st.booleans()) and any(made[block : block + 512]):
            total = sum(made[block : block + 148]) + 256 + sum(made[block + 156 : block + 512])
            made[block + 148 : block + 156] = b"%06o\0 " % (total & 0o777777)
    return gzip.compress(bytes(made), 1)


@st.composite
def wrong_members(draw: st.DrawFn) -> bytes:
    """A member's bytes, spoiled or another's."""
    files = dict(pick(draw, FILES))
    name = pick(draw, sorted(files))
    others = list(files.values())
    files[name] = change_bytes(draw, files[name], others)
    return an_archive(files)


@st.composite
def wrong_messages(draw: st.DrawFn) -> bytes:
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
    files |= {name: content for name, content in FILES[number].items() if name.startswith("fast")}
    return an_archive(files)


@st.composite
def wrong_texts(draw: st.DrawFn) -> bytes:
    """Members as JSON, with a wrong value."""
    number = draw(st.integers(0, len(FILES) - 1))
    members = CONTENTS[number].members
    values = [MessageToDict(member.spec) for member in members[:8]]
    files = {
        f"{index}_{NUMBERS[member.kind]}.pb": member.spec.SerializeToString()
        for index, member in enumerate(members)
    }
    index = draw(st.integers(0, len(values) - 1))
    del files[f"{index}_{NUMBERS[members[index].kind]}.pb"]
    text = json.dumps(change_value(draw, values[index], values))
    files[f"{index}_{NUMBERS[members[index].kind]}.json"] = text.encode()
    files |= {name: content for name, content in FILES[number].items() if name.startswith("fast")}
    return an_archive(files)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "package.tgz"


def a_package(file: Path, spec: Mapping[str, Any]) -> Package:
    return Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "flytesnacks", "domain": "development", "name": "code"},
            "spec": {"source": str(file), **spec},
        }
    )


def package_is_judged(file: Path, content: bytes, spec: Mapping[str, Any]) -> None:
    """Offline, and planned against an Admin that holds nothing."""
    file.write_bytes(content)
    package = a_package(file, spec)
    judged(lambda: bind(declare([package]), None))
    judged(lambda: planned([package]))


@SHORT
@given(content=wrong_archives())
def test_a_file_with_wrong_bytes(file: Path, content: bytes) -> None:
    """Spoiled on the way."""
    package_is_judged(file, content, {})


@SHORT
@given(content=wrong_tars())
def test_a_tar_with_wrong_headers(file: Path, content: bytes) -> None:
    """Written by somebody who means ill; its checksums are right, or not."""
    package_is_judged(file, content, {})


@SHORT
@given(content=wrong_members())
def test_members_with_wrong_bytes(file: Path, content: bytes) -> None:
    """Spoiled before they were packaged."""
    package_is_judged(file, content, {})


@SHORT
@given(content=wrong_messages(), spec=st.sampled_from(OVERRIDES))
def test_members_that_make_no_sense(file: Path, content: bytes, spec: dict[str, Any]) -> None:
    """What parses goes all the way: overrides, references, versions, Admin's own compiler."""
    package_is_judged(file, content, spec)


@SHORT
@given(content=wrong_texts(), spec=st.sampled_from(OVERRIDES))
def test_texts_with_a_wrong_value(file: Path, content: bytes, spec: dict[str, Any]) -> None:
    """Written by hand."""
    package_is_judged(file, content, spec)


@pytest.mark.long
@LONG
@given(content=wrong_archives() | wrong_tars() | wrong_members())
def test_many_archives(file: Path, content: bytes) -> None:
    """The same, by the ten thousand."""
    package_is_judged(file, content, {})


@pytest.mark.long
@LONG
@given(content=wrong_messages() | wrong_texts(), spec=st.sampled_from(OVERRIDES))
def test_many_members(file: Path, content: bytes, spec: dict[str, Any]) -> None:
    """The same, by the ten thousand."""
    package_is_judged(file, content, spec)
