"""Which files were read before, and what their content was: so that an unchanged one is not again.

As git's index does it: a file whose size, times and inode are as remembered holds what it held.
Nothing younger than two seconds is remembered, since it may change once more within one tick
of the clock. Losing the cache costs time and nothing else, so no trouble with it is ever told.
"""

import contextlib
import json
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from reconciler.bundle.select import Taken

_VERSION = 1
_TICK = 2_000_000_000  # nanoseconds: the coarsest file systems in use


class StatCache:
    """What is remembered of one folder.

    Args:
        file: Where; None to remember nothing.
        now: Nanoseconds since 1970, taken before the files were looked at.
    """

    def __init__(self, file: Path | None, *, now: int) -> None:
        self._file = file
        self._now = now
        self._known = _read(file) if file else {}
        self._next: dict[str, list[Any]] = {}

    @staticmethod
    def file_for(folder: Path, root: str) -> Path:
        """Where the cache of the bundle root at `root` lies, in the caches' folder."""
        name = sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:32]
        return folder / "bundles" / f"{name}.json"

    def recall(self, taken: Taken) -> bytes | None:
        """The hash of a file's content, or None if it must be read."""
        key = _key(taken)
        found = self._known.get(key)
        if found is None or found[:-1] != list(taken.stamp):
            return None
        self._next[key] = found
        return bytes.fromhex(found[-1])

    def remember(self, taken: Taken, content: bytes) -> None:
        """Keep a hash, unless the file is too young for its times to tell."""
        _, modified, changed, _ = taken.stamp
        if max(modified, changed) < self._now - _TICK:
            self._next[_key(taken)] = [*taken.stamp, content.hex()]

    def save(self) -> None:
        """Write it, if there is anything new, so that no reader ever sees half of it."""
        if self._file is None or self._next == self._known:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent)
            try:
                with open(handle, "w", encoding="ascii") as file:
                    json.dump({"version": _VERSION, "files": self._next}, file)
                os.replace(name, self._file)
            except BaseException:
                os.unlink(name)
                raise


def _key(taken: Taken) -> str:
    return os.fsdecode(taken.path)


def _read(file: Path) -> dict[str, list[Any]]:
    try:
        found = json.loads(file.read_bytes())
        files = found["files"] if found["version"] == _VERSION else {}
        well_formed = isinstance(files, dict) and all(
            isinstance(entry, list) and len(entry) == 5 and len(bytes.fromhex(entry[-1])) == 32
            for entry in files.values()
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return files if well_formed else {}
