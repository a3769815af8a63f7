"""The last calls that clients made, for the status page to show.

Kept in memory, a fixed number of them, and of each request only its first fields: enough to see
what it was about, too little to matter if a request is four megabytes long.
"""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.sandbox.auth import FROM_HTTP
from reconciler.sandbox.errors import Refusal

KEPT = 200

_log = logging.getLogger(__name__)

_LONGEST_TEXT = 300  # characters of a method, a message, a client's name
_LONGEST_GIST = 2048  # bytes of a request
_MOST_FIELDS = 16


@dataclass(frozen=True, kw_only=True)
class RecentCall:
    """One call and what became of it.

    Attributes:
        at: When it came, in nanoseconds since 1970 UTC by Admin's clock.
        method: Full method.
        gist: The first fields of the request, encoded; large ones are left out.
        via: `gRPC`, `HTTP` or `in process`.
        client: What the client calls itself; empty if it does not.
        code: Name of the gRPC status.
        message: Why it was refused.
        seconds: How long it took, by the real clock.
    """

    at: int
    method: str
    gist: bytes
    via: str
    client: str
    code: str
    message: str
    seconds: float

    def __str__(self) -> str:
        """The call as a line of the log."""
        name = self.method.rpartition("/")[2]
        why = f" {self.message!r}" if self.message else ""
        return f"{name} {self.code}{why} ({self.seconds * 1000:.1f} ms, {self.via})"


class RecentCalls:
    """Remembers the last calls; threads share it freely.

    Args:
        clock: Gives nanoseconds since 1970 UTC.
    """

    def __init__(self, clock: Callable[[], int], *, kept: int = KEPT) -> None:
        self._clock = clock
        self._calls: deque[RecentCall] = deque(maxlen=kept)

    def latest(self) -> list[RecentCall]:
        """Return them, the newest first."""
        return list(self._calls.copy())[::-1]

    @contextlib.contextmanager
    def watch(
        self, method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> Iterator[None]:
        """Remember the call that is carried out inside; what it raises is raised on."""
        at, begun = self._clock(), time.perf_counter()
        code, message = "UNKNOWN", ""
        try:
            yield
            code = "OK"
        except Refusal as refusal:
            code, message = refusal.code.name, refusal.message
            raise
        finally:
            client = next((value for name, value in metadata if name == "user-agent"), "")
            call = RecentCall(
                at=at,
                method=method[:_LONGEST_TEXT],
                gist=_gist(payload),
                via="HTTP" if FROM_HTTP in metadata else "gRPC" if client else "in process",
                client=client[:_LONGEST_TEXT],
                code=code,
                message=message[:_LONGEST_TEXT],
                seconds=time.perf_counter() - begun,
            )
            self._calls.append(call)
            _log.info("%s", call)


def _gist(payload: bytes) -> bytes:
    """Return the first fields of an encoded message, without those that are long."""
    if len(payload) <= _LONGEST_GIST:
        return payload
    kept = bytearray()
    at = 0
    for _ in range(_MOST_FIELDS):
        start = at
        tag, at = _varint(payload, at)
        size = 0
        if tag & 7 == 2:
            size, at = _varint(payload, at)
        elif tag & 7 == 0:
            _, at = _varint(payload, at)
        else:  # a number of fixed size, which no request starts with, or nonsense
            break
        at += size
        if at > len(payload):
            break
        if len(kept) + at - start <= _LONGEST_GIST:
            kept += payload[start:at]
        if at == len(payload):
            break
    return bytes(kept)


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends: beyond the payload if it does not."""
    value = shift = 0
    while at < len(payload) and shift < 70:
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    return value, len(payload) + 1
