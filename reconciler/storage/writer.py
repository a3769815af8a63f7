"""A file that is uploaded when it is closed: any size, in little memory, all of it or nothing."""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from reconciler.storage.dataproxy import Digest


class HttpFileWriter(io.RawIOBase):
    """What `open(path, "wb")` gives. A signed PUT takes a whole file, so that is kept on disk.

    Closing uploads; leaving a `with` by an exception uploads nothing. On S3 a file may have up to
    5 GiB.

    Args:
        upload: Takes the file and its digest; what it raises, `close` raises.
        autocommit: Whether closing uploads, or `commit` does.
    """

    def __init__(
        self, upload: Callable[[Path, Digest], object], *, path: str, autocommit: bool = True
    ) -> None:
        super().__init__()
        self.path = path
        self.mode = "wb"
        self._upload = upload
        self._autocommit = autocommit
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0
        handle, name = tempfile.mkstemp(prefix="flyte-upload-")
        self._spool: Path | None = Path(name)
        self._file = os.fdopen(handle, "wb")

    def write(self, data: Any, /) -> int:
        """Add bytes; nothing is sent yet."""
        if self.closed:
            raise ValueError("write to a closed file")
        view = memoryview(data).cast("B")
        self._file.write(view)
        self._md5.update(view)
        self._size += len(view)
        return len(view)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Does nothing: an object appears whole."""

    def close(self) -> None:
        """Upload, unless that was put off or done.

        Raises: OSError, for instance FileExistsError if another object is there.
        """
        if self.closed:
            return
        super().close()
        self._file.close()
        if self._autocommit:
            self.commit()

    def commit(self) -> None:
        """Upload what was written. Raises: as `close`."""
        if self._spool is None:
            return
        try:
            self._upload(self._spool, Digest(self._md5.digest(), self._size))
        finally:
            self.discard()

    def discard(self) -> None:
        """Forget what was written; nothing is uploaded any more."""
        spool, self._spool = self._spool, None
        if not self._file.closed:
            self._file.close()
        if spool is not None:
            spool.unlink(missing_ok=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.discard()
        self.close()

    def __del__(self) -> None:
        # What nobody closed is nobody's wish.
        if getattr(self, "_spool", None) is not None and self._autocommit:
            self.discard()
        super().__del__()
