"""Files that appear whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Writing:
    """A file on its way: every piece is written whole, with no buffer in between."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def write(self, data: bytes | memoryview) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._handle, left) :]


@contextmanager
def replacing(path: Path) -> Iterator[Writing]:
    """Write a file beside its place; it is moved there when the block ends without an error.

    Folders on the way are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:60]}.{secrets.token_hex(6)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            yield Writing(handle)
        finally:
            os.close(handle)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
