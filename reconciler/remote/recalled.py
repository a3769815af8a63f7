"""What binding gave, from one plan to the next: a file among the caches.

There is one for each folder that is planned from. It holds what the last plans from there bound,
and only for the very program that wrote it. It is read whole and checked by its digest, and it is
replaced in one step; so plans side by side and files cut short cost time and nothing else, and no
trouble with it is ever told.
"""

import contextlib
import os
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import google.protobuf
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import compiler_pb2, tasks_pb2

from reconciler.desired import KEY_BYTES, Recalled
from reconciler.model import Kind, Packed

# The rooms that decide what a manifest is bound to.
_ROOMS = ("compiler", "cron", "desired", "manifest", "model")
_MESSAGES: dict[Kind, tuple[Any, Any]] = {
    Kind.TASK: (compiler_pb2.CompiledTask, task_pb2.TaskSpec),
    Kind.WORKFLOW: (compiler_pb2.CompiledWorkflowClosure, workflow_pb2.WorkflowSpec),
    Kind.LAUNCH_PLAN: (launch_plan_pb2.LaunchPlan, launch_plan_pb2.LaunchPlanSpec),
}
_DIGEST_BYTES = 32
# Key, plans since it was used, and the lengths of version, spec and request.
_ENTRY = struct.Struct(f"<{KEY_BYTES}sBHII")
_COUNT = struct.Struct("<I")
# Plans that something unused survives: other environments and branches are planned in between.
OLDEST = 32
_MOST_BYTES = 256 << 20
_LONGEST_VERSION = 1000


class BoundCache:
    """What the file held and what was bound since; `desired.Recall`.

    Args:
        file: Where; it need not be there.
        program: What tells this program from any other one.
    """

    def __init__(self, file: Path, *, program: bytes) -> None:
        self._file = file
        self._program = program
        self._data, self._places = _read(file, program)
        self._used: set[bytes] = set()
        self._new: dict[bytes, Recalled] = {}

    def find(self, key: bytes, kind: Kind) -> Recalled | None:
        place = self._places.get(key)
        if place is None:
            return None
        self._used.add(key)
        at, _, *lengths = place
        parts = []
        for length in lengths:
            parts.append(self._data[at : at + length])
            at += length
        version, spec, request = parts
        of_spec, of_request = _MESSAGES[kind]
        return Recalled(str(version, "utf-8"), Packed(of_spec, spec), Packed(of_request, request))

    def keep(self, key: bytes, recalled: Recalled) -> None:
        if len(recalled.version) <= _LONGEST_VERSION:
            self._new[key] = recalled

    def save(self) -> None:
        """Write what was used, what is new and what is not too old, if anything is new."""
        if not self._new:
            return
        body = self._body(OLDEST)
        if len(body) > _MOST_BYTES:
            body = self._body(0)
        if len(body) <= _MOST_BYTES:
            with contextlib.suppress(OSError):
                _write(self._file, self._program, body)

    def _body(self, oldest: int) -> bytes:
        """What is to be written: what is new or was used, and what is not older."""
        heads: list[bytes] = []
        parts: list[bytes | memoryview] = []
        for key, (at, age, *lengths) in self._places.items():
            age = 0 if key in self._used else age + 1
            if age <= oldest and key not in self._new:
                heads.append(_ENTRY.pack(key, age, *lengths))
                parts.append(self._data[at : at + sum(lengths)])
        for key, recalled in self._new.items():
            some = (recalled.version.encode(), recalled.spec.data, recalled.request.data)
            heads.append(_ENTRY.pack(key, 0, *map(len, some)))
            parts += some
        return b"".join((_COUNT.pack(len(heads)), *heads, *parts))


@contextmanager
def recalling(folder: Path | None) -> Iterator[BoundCache | None]:
    """Open the cache of plans from the current folder, and save what is new in the end.

    Args:
        folder: Of all caches; None to keep nothing.
    """
    recall = _opened(folder) if folder is not None else None
    try:
        yield recall
    finally:
        if recall is not None:
            recall.save()


def _opened(folder: Path) -> BoundCache | None:
    try:
        here = os.fsencode(os.getcwd())
        program = _program()
    except OSError:
        return None
    file = folder / "bound" / sha256(here).hexdigest()[:32]
    return BoundCache(file, program=program)


@cache
def _program() -> bytes:
    """A digest of all that is not in a key but decides what a key stands for.

    Once: what was loaded stays what it is, whatever becomes of its files.

    Raises: OSError if this program lies in no files.
    """
    house = Path(__file__).parent.parent
    said: list[object] = [sys.version, google.protobuf.__version__]
    said.append(_stamp(os.stat(str(tasks_pb2.__file__))))
    for room in _ROOMS:
        for folder, *_ in sorted(os.walk(house / room)):
            with os.scandir(folder) as entries:
                said += sorted(
                    (entry.name, *_stamp(entry.stat()))
                    for entry in entries
                    if entry.name.endswith(".py")
                )
    return sha256(repr(said).encode()).digest()


def _stamp(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


_Places = dict[bytes, tuple[int, ...]]


def _read(file: Path, program: bytes) -> tuple[memoryview, _Places]:
    """The file's bytes, and where in them each entry stands: place, age and three lengths."""
    nothing: tuple[memoryview, _Places] = (memoryview(b""), {})
    try:
        data = file.read_bytes()
    except OSError:
        return nothing
    start = len(program) + _DIGEST_BYTES
    body = memoryview(data)[start:]
    if data[:start] != program + _digest(program, body):
        return nothing
    (count,) = _COUNT.unpack_from(body)
    ends = _COUNT.size + count * _ENTRY.size
    places: _Places = {}
    at = ends
    for key, age, *lengths in _ENTRY.iter_unpack(body[_COUNT.size : ends]):
        places[key] = (at, age, *lengths)
        at += sum(lengths)
    return body, places


def _write(file: Path, program: bytes, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)
    try:
        with open(handle, "wb") as target:
            target.write(program + _digest(program, body))
            target.write(body)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def _digest(program: bytes, body: bytes | memoryview) -> bytes:
    return blake2b(body, digest_size=_DIGEST_BYTES, key=program).digest()
