"""Objects read through signed URLs: whole or in part, and to the end whatever breaks on the way.

A read that breaks off goes on where it was, but only if it is still the same object: the store is
asked for that very version by `If-Match`, and its answer's `ETag` is compared as well.
"""

import http.client
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reconciler.admin import BUFFER, BUSY, Reply, RetryPolicy, Wire, redacted, said
from reconciler.errors import (
    ChangedObjectError,
    DownloadError,
    ForbiddenObjectError,
    MissingObjectError,
)
from reconciler.ports import Clock

_WORDS = 1 << 16  # of a refusal
_TOTAL = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
_ACTUAL = re.compile(rb"<ActualObjectSize>(\d+)</ActualObjectSize>")  # where S3 says the same


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of an object: its size in bytes, its version, when it was written."""

    size: int
    etag: str
    modified: datetime | None = None


class Reading:
    """Reads objects.

    Args:
        sign: Gives a signed URL for a native one; `anew` if the last one was refused.
        policy: How often is tried without a byte of progress, and how long it is waited between.
    """

    def __init__(
        self,
        sign: Callable[[str, bool], str],
        *,
        wire: Wire,
        policy: RetryPolicy,
        clock: Clock,
        rand: Callable[[], float],
    ) -> None:
        self._sign = sign
        self._wire = wire
        self._policy = policy
        self._clock = clock
        self._rand = rand

    def stat(self, native_url: str) -> Stat:
        """Look at an object without reading it.

        Raises: MissingObjectError, ForbiddenObjectError, or DownloadError after all tries.
        """
        # A signature is for one method, and Admin signs GETs only.
        return self.stream(native_url, lambda data: None, start=0, stop=1)

    def stream(
        self,
        native_url: str,
        sink: Callable[[memoryview], object],
        *,
        start: int = 0,
        stop: int | None = None,
        etag: str = "",
    ) -> Stat:
        """Give the bytes of an object in order, in pieces of up to 1 MiB that are then reused.

        Args:
            start: The first byte.
            stop: The byte after the last; None for the end. May lie behind the end.
            etag: The version that is meant; "" for whichever is there.

        Raises: MissingObjectError, ForbiddenObjectError; ChangedObjectError if another version is
            there; DownloadError after all tries; what `sink` raises.
        """
        at = _Progress(native_url, position=start, start=start, stop=stop, etag=etag)
        buffer: memoryview | None = None
        delays = self._policy.delays(self._rand)
        anew = signed_again = asked_whole = False
        while True:
            before = at.position
            try:
                with self._ask(at, anew) as reply:
                    stat = at.judge(reply)
                    if stat is not None:
                        buffer = buffer or memoryview(bytearray(min(BUFFER, max(at.left, 1))))
                        at.receive(reply, buffer, sink)
                        return stat
                    problem, forbidden = at.problem, at.forbidden
            except _UnwrittenError as error:
                raise error.reason from None
            except (ssl.SSLCertVerificationError, http.client.InvalidURL, ValueError) as error:
                raise DownloadError(redacted(str(error)), native_url=native_url) from None
            except (OSError, http.client.HTTPException) as error:
                text = redacted(str(error) or type(error).__name__)
                problem, forbidden = DownloadError(text, native_url=native_url), False
            if at.at_once and not asked_whole:
                asked_whole = True
                continue
            if at.position > before:  # as good as a first try
                delays, signed_again = self._policy.delays(self._rand), False
            delay = next(delays, None)
            if delay is None or (forbidden and signed_again):
                raise problem
            anew = signed_again = forbidden
            if not forbidden:
                self._clock.sleep(delay)

    def _ask(self, at: "_Progress", anew: bool) -> Reply:
        return self._wire.request("GET", self._sign(at.native_url, anew), at.headers())


class _UnwrittenError(Exception):
    """Whoever takes the bytes could not: nothing that another try would mend."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason
        super().__init__()


class _Progress:
    """One read on its way."""

    def __init__(
        self, native_url: str, *, position: int, start: int, stop: int | None, etag: str
    ) -> None:
        self.native_url = native_url
        self.position = position
        self.forbidden = False
        self.at_once = False
        self.left = 0
        self._start = start
        self._stop = stop
        self._etag = etag
        self.problem = DownloadError("not tried", native_url=native_url)

    def headers(self) -> dict[str, str]:
        found = {}
        if not self.at_once and (self.position or self._stop is not None):
            last = "" if self._stop is None else str(max(self._stop - 1, self.position))
            found["Range"] = f"bytes={self.position}-{last}"
        if self._etag and not self._etag.startswith("W/"):  # a weak one never matches
            found["If-Match"] = self._etag
        return found

    def judge(self, reply: Reply) -> Stat | None:
        """What is known of the object, its bytes coming now; None if `problem` may pass.

        Raises: The error that no other try would mend.
        """
        if reply.status in (200, 206):
            return self._begun(reply)
        body = reply.read(_WORDS)
        if reply.status == 416:
            # There is nothing from here on; an empty object has not even a first byte.
            total = _TOTAL.fullmatch(reply.header("Content-Range"))
            size = total[2] if total else (_ACTUAL.findall(body) or [None])[0]
            if size is not None:
                self.left = 0
                return self._stat(reply, int(size))
            if not self.at_once:
                # This store keeps the size to itself, and has to be asked for the whole.
                self.at_once = True
                return None
        self.forbidden = reply.status in (401, 403)
        code, text = said(body, reply.reason)
        if reply.status == 404:
            raise MissingObjectError("there is no such object", native_url=self.native_url)
        if reply.status == 412:
            raise self._changed()
        kind = ForbiddenObjectError if self.forbidden else DownloadError
        self.problem = kind(text, native_url=self.native_url, status=reply.status)
        if reply.status in BUSY or self.forbidden or code == "RequestTimeout":
            return None
        raise self.problem

    def receive(
        self, reply: Reply, buffer: memoryview, sink: Callable[[memoryview], object]
    ) -> None:
        while self.left:
            count = reply.readinto(buffer[: self.left] if self.left < len(buffer) else buffer)
            if not count:
                raise ConnectionError(f"the answer ended {self.left} bytes early")
            try:
                sink(buffer[:count])
            except Exception as error:
                raise _UnwrittenError(error) from None
            self.position += count
            self.left -= count

    def _begun(self, reply: Reply) -> Stat:
        if reply.length is None:
            raise DownloadError("the store tells no length", native_url=self.native_url)
        first, size = 0, reply.length
        if reply.status == 206:
            found = _TOTAL.fullmatch(reply.header("Content-Range"))
            if found is None or found[1] is None:
                raise DownloadError("the store gives no ranges", native_url=self.native_url)
            first, size = int(found[1]), int(found[2])
        if self.at_once and first == 0 and size <= self.position:
            self.left = 0
            return self._stat(reply, size)
        if first != self.position:
            raise DownloadError("the store gives no ranges", native_url=self.native_url)
        stop = size if self._stop is None else min(self._stop, size)
        self.left = max(0, stop - self.position)
        return self._stat(reply, size)

    def _stat(self, reply: Reply, size: int) -> Stat:
        etag = reply.header("ETag")
        if self._etag and etag and etag != self._etag:
            raise self._changed()
        self._etag = self._etag or etag
        return Stat(size, etag, _time(reply.header("Last-Modified")))

    def _changed(self) -> ChangedObjectError:
        return ChangedObjectError(
            "somebody wrote another object in its place while it was read; read it anew",
            native_url=self.native_url,
        )


def _time(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
