"""What never changes, asked for once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar, cast

from google.protobuf.message import Message

Found = TypeVar("Found")

MEGABYTES = 64


class Cache:
    """Messages by a key, the least used dropped first. Safe to use from many threads.

    Kept as bytes and decoded for each caller, so nobody changes what another sees, and the bound
    is the true one. Threads that ask for the same at once wait for one call. What fails is not
    kept.

    Args:
        limit: Bytes of all messages together; one that is larger alone is never kept.
    """

    def __init__(self, limit: int = MEGABYTES << 20) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Any, tuple[type[Message], bytes]] = OrderedDict()
        self._asked: dict[Any, Future[Any]] = {}
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._size

    def get(self, key: Any, ask: Callable[[], Found]) -> Found:
        """Return the message of a key; `ask` for it if it is not there.

        Raises: What `ask` raises.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            pending = self._asked.get(key) if kept is None else None
            if kept is None and pending is None:
                mine = self._asked[key] = Future()
        if kept is not None:
            return cast(Found, kept[0].FromString(kept[1]))
        if pending is not None:
            return cast(Found, _copied(pending.result()))
        try:
            answer = ask()
        except BaseException as error:
            with self._lock:
                del self._asked[key]
            mine.set_exception(error)
            raise
        self.put(key, answer)
        with self._lock:
            del self._asked[key]
        mine.set_result(_copied(answer))
        return answer

    def put(self, key: Any, message: Any) -> None:
        """Keep a message that came along with something else."""
        encoded: bytes = message.SerializeToString()
        if len(encoded) > self._limit:
            return
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = type(message), encoded
            self._size += len(encoded)
            while self._size > self._limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= len(dropped)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._size = 0


def _copied(message: Any) -> Any:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy
