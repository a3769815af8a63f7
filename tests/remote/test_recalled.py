"""The file of what was bound: found again whole, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.compiler_pb2 import CompiledTask

from reconciler.config import resolve
from reconciler.desired import KEY_BYTES, Recalled
from reconciler.manifest import load
from reconciler.model import Kind, Packed
from reconciler.remote import Remote
from reconciler.remote.recalled import OLDEST, BoundCache, recalling
from reconciler.sandbox import Sandbox
from tests.desired.test_bind import a_launch_plan, a_task, a_workflow

PROGRAM = b"p" * 32
KEY = b"k" * KEY_BYTES


def a_recalled(version: str = "v1") -> Recalled:
    spec, request = CompiledTask(), TaskSpec()
    spec.template.type = request.template.type = version
    return Recalled(
        version,
        Packed(CompiledTask, spec.SerializeToString()),
        Packed(TaskSpec, request.SerializeToString()),
    )


def saved(file: Path, **entries: str) -> None:
    """Open the file, keep entries by the letter of their keys, and save it."""
    cache = BoundCache(file, program=PROGRAM)
    for letter, version in entries.items():
        cache.keep(letter.encode() * KEY_BYTES, a_recalled(version))
    cache.save()


def version_of(file: Path, letter: str = "k", program: bytes = PROGRAM) -> str | None:
    found = BoundCache(file, program=program).find(letter.encode() * KEY_BYTES, Kind.TASK)
    if found is None:
        return None
    assert found.spec.message.template.type == found.request.message.template.type == found.version
    return found.version


def test_what_is_saved_is_found(tmp_path: Path) -> None:
    """Each under its key, with both of its messages."""
    file = tmp_path / "bound" / "file"
    saved(file, k="v1", m="v2")
    assert (version_of(file), version_of(file, "m"), version_of(file, "n")) == ("v1", "v2", None)


def test_another_program_finds_nothing(tmp_path: Path) -> None:
    """What a key stands for is the program's to say, so a newer one starts anew."""
    saved(tmp_path / "file", k="v1")
    assert version_of(tmp_path / "file", program=b"q" * 32) is None


@pytest.mark.parametrize("at", range(0, 200, 7))
def test_a_damaged_file_is_none(tmp_path: Path, at: int) -> None:
    """A bit turned or the end cut off, wherever: nothing is found, and the next save mends it."""
    file = tmp_path / "file"
    saved(file, k="v1")
    whole = file.read_bytes()
    at = min(at, len(whole) - 1)
    for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
        file.write_bytes(broken)
        assert version_of(file) is None
    saved(file, k="v1")
    assert version_of(file) == "v1"


def test_what_is_not_used_is_dropped_in_time(tmp_path: Path) -> None:
    """Other branches and environments may come back, but not everything that ever was."""
    file = tmp_path / "file"
    saved(file, k="v1", o="v1")
    for number in range(OLDEST + 3):
        cache = BoundCache(file, program=PROGRAM)
        assert cache.find(KEY, Kind.TASK)
        cache.keep(bytes([number]) * KEY_BYTES, a_recalled())
        cache.save()
        assert (version_of(file, "o") is not None) == (number < OLDEST)
    assert version_of(file) == "v1"


def test_plans_side_by_side_replace_the_file_whole(tmp_path: Path) -> None:
    """One of two that save at once loses what it added, which costs time the next time."""
    file = tmp_path / "file"
    one, other = (BoundCache(file, program=PROGRAM) for _ in range(2))
    one.keep(KEY, a_recalled("v1"))
    other.keep(b"m" * KEY_BYTES, a_recalled("v2"))
    one.save()
    other.save()
    assert (version_of(file), version_of(file, "m")) == (None, "v2")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_no_folder_is_no_trouble(tmp_path: Path) -> None:
    """A cache that cannot be written is gone without; so is none at all."""
    (tmp_path / "bound").write_text("in the way")
    with recalling(tmp_path) as recall:
        assert recall is not None
        recall.keep(KEY, a_recalled())
    with recalling(None) as recall:
        assert recall is None


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with Sandbox(data=":memory:") as sandbox:
        yield sandbox.endpoint


def test_a_plan_is_the_same_with_a_cache_and_without(tmp_path: Path, endpoint: str) -> None:
    """The first one fills it, the second finds all there, and what changes is planned."""
    folder, cache = tmp_path / "manifests", tmp_path / "cache"
    folder.mkdir()
    (folder / "flow.yaml").write_text("\n---\n".join((a_task(), a_workflow(), a_launch_plan())))

    def actions(cache: Path | None) -> list[object]:
        with Remote(resolve(endpoint, environ={}, home=None), cache=cache) as remote:
            plan = remote.plan(load([folder]))
            return [(one.verb, one.id, one.after and one.after.request) for one in plan]

    plain = actions(None)
    assert plain == actions(cache) == actions(cache)
    (file,) = (cache / "bound").iterdir()
    written = file.stat().st_mtime_ns
    assert actions(cache) == plain
    assert file.stat().st_mtime_ns == written
    (folder / "flow.yaml").write_text(
        "\n---\n".join((a_task(image="ghcr.io/acme/etl:2"), a_workflow(), a_launch_plan()))
    )
    assert actions(cache) == actions(None) != plain
