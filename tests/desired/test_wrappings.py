"""However a package is wrapped, it is the same package; and any byte of it that counts, counts."""

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.package import Contents, package_version, read_package
from reconciler.model import Kind
from tests.desired.test_package import PACKAGES, members_of

FAST = Path(__file__).with_name("fast_packages")
SOURCES = [PACKAGES / "subflows.tgz", PACKAGES / "schedules.tgz", FAST / "dynamics-fast.tgz"]
FOLDERS = ("", "a", "a/b", "./c", "x/" * 60 + "d")
FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
JUNK = (".DS_Store", "__MACOSX/x_1.pb", "._0_2.pb", "Thumbs.db")


@st.composite
def wrapped(draw: st.DrawFn, members: dict[str, bytes]) -> tuple[str, bytes]:
    """The members in any order, under any names and folders, in any tar; its suffix and bytes."""
    suffix = draw(st.sampled_from([".tgz", ".tar.gz", ".tar"]))
    names = list(members)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=draw(st.sampled_from(FORMATS))) as tar:
        for number, name in enumerate(draw(st.permutations(names))):
            # Suffixes say what a member is, and flytekit's prefix which one is the code.
            tail = name if name.startswith("fast") else f"{number}{name[name.rindex('_') :]}"
            folder = draw(st.sampled_from(FOLDERS))
            info = tarfile.TarInfo(f"{folder}/{tail}" if folder else tail)
            info.size = len(members[name])
            info.mode = draw(st.sampled_from([0o600, 0o644, 0o777]))
            info.mtime = draw(st.integers(0, 2**31))
            info.uname = draw(st.sampled_from(["", "alice"]))
            tar.addfile(info, io.BytesIO(members[name]))
        for junk in draw(st.sets(st.sampled_from(JUNK))):
            info = tarfile.TarInfo(junk)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"?"))
    plain = suffix == ".tar"
    return suffix, out.getvalue() if plain else gzip.compress(out.getvalue())


def told(contents: Contents) -> list[tuple[Kind, str]]:
    return [(one.kind, one.name) for one in contents]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
@settings(max_examples=25, derandomize=True, deadline=None)
@given(data=st.data())
def test_a_package_is_the_same_however_it_is_wrapped(
    tmp_path_factory: pytest.TempPathFactory, source: Path, data: st.DataObject
) -> None:
    """Order, names, folders, format, times and owners, and what desktops leave behind."""
    suffix, content = data.draw(wrapped(dict(members_of(source))))
    path = tmp_path_factory.mktemp("p") / f"again{suffix}"
    path.write_bytes(content)
    before, again = read_package(source), read_package(path)
    assert told(again) == told(before)
    assert package_version(again) == package_version(before)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.data())
def test_any_other_content_is_another_version(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One text in one member, or one byte of the code, and it is another package."""
    source = data.draw(st.sampled_from(SOURCES))
    members = dict(members_of(source))
    name = data.draw(st.sampled_from(sorted(members)))
    if name.startswith("fast"):
        members[name] = recoded(members[name], data)
    else:
        members[name] = retold(members[name], data, kind=name[-len("1.pb")])
    path = tmp_path_factory.mktemp("p") / "other.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for one, content in members.items():
            info = tarfile.TarInfo(one)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    assert package_version(read_package(path)) != package_version(read_package(source))


def retold(content: bytes, data: st.DataObject, *, kind: str) -> bytes:
    """A member that says a little more: a label, a tag."""
    message: Any = {"1": TaskSpec, "2": WorkflowSpec, "3": LaunchPlan}[kind]
    spec = message.FromString(content)
    values = spec.spec.labels.values if kind == "3" else spec.template.metadata.tags
    values[data.draw(st.text("abc", min_size=1, max_size=3))] = "x"
    said: bytes = spec.SerializeToString()
    return said


def recoded(content: bytes, data: st.DataObject) -> bytes:
    """The code with one letter more in one of its files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as old:
        files = [member for member in old if member.isfile()]
        chosen = data.draw(st.sampled_from([member.name for member in files]))
        with tarfile.open(fileobj=out, mode="w:gz") as new:
            for member in files:
                file = old.extractfile(member)
                assert file is not None
                code = file.read() + (b"#" if member.name == chosen else b"")
                member.size = len(code)
                new.addfile(member, io.BytesIO(code))
    return out.getvalue()
