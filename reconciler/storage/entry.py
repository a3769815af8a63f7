"""What a file system says of one path, and what is remembered of an answer for a moment."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from reconciler.ports import Clock

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a folder.

    Attributes:
        path: Without the scheme.
        native_url: Where a file's bytes are; "" if `content` has them, or it is a folder.
        size: In bytes; None if it would have to be asked for.
    """

    path: str
    folder: bool = False
    size: int | None = None
    native_url: str = ""
    content: bytes | None = None
    etag: str = ""
    md5: str = ""
    modified: datetime | None = None

    def as_info(self) -> dict[str, Any]:
        """As fsspec has it."""
        info: dict[str, Any] = {
            "name": self.path,
            "size": 0 if self.folder else self.size,
            "type": "directory" if self.folder else "file",
        }
        if self.native_url:
            info["native_url"] = self.native_url
        if self.etag:
            info["ETag"] = self.etag
        if self.md5:
            info["md5"] = self.md5
        if self.modified:
            info["mtime"] = self.modified
        return info


class Fresh(Generic[Answer]):
    """Answers that are good for some seconds: a walk asks for the same thing many times."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._known: dict[Hashable, tuple[float, Answer]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer of `ask`, now or a moment ago."""
        with self._lock:
            until, known = self._known.get(key, (0.0, None))
        if known is not None and until > self._clock.monotonic():
            return known
        answer = ask()
        with self._lock:
            self._known[key] = (self._clock.monotonic() + self._seconds, answer)
        return answer

    def forget(self, key: Hashable | None = None) -> None:
        """Ask anew next time; for all if no key is given."""
        with self._lock:
            if key is None:
                self._known.clear()
            else:
                self._known.pop(key, None)
