"""A file sent to a signed URL: one PUT and what comes of it, and as many as it takes."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.admin.retry import RetryPolicy
from reconciler.admin.signed.text import redacted, said, shown
from reconciler.admin.signed.wire import Wire
from reconciler.errors import UploadError
from reconciler.ports import Clock

# A signature that ends this soon is not used any more.
MARGIN = timedelta(seconds=30)
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_TAKEN = frozenset({200, 201})  # Azure says created
# S3 answers 400 to what merely went wrong on the way.
_ON_THE_WAY = frozenset({"RequestTimeout", "BadDigest", "IncompleteBody"})
_BLOB_STORES = ("abfs", "abfss", "wasb", "wasbs")
_WORDS = 1 << 16  # of a refusal


class Answer(Enum):
    """What a PUT led to."""

    TAKEN = "taken"
    AGAIN = "try again"
    # Not allowed, or not any more: another signature may be.
    SIGN_AGAIN = "sign again"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Put:
    """The end of one attempt; `status` is 0 where no answer came, `text` says why it failed."""

    answer: Answer
    status: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to put something: as `CreateUploadLocation` answers."""

    signed_url: str
    native_url: str
    headers: Mapping[str, str]
    expires_at: datetime | None = None

    @classmethod
    def of(cls, location: Any) -> "Target":
        """The same from a `CreateUploadLocationResponse`."""
        ends = location.expires_at.ToDatetime(tzinfo=UTC)
        return cls(
            location.signed_url,
            location.native_url,
            dict(location.headers),
            ends if location.HasField("expires_at") else None,
        )

    @property
    def shown(self) -> str:
        """The signed URL without what allows to use it."""
        return shown(self.signed_url)

    def is_over(self, now: datetime) -> bool:
        """Whether its signature is not worth to be used any more."""
        return self.expires_at is not None and self.expires_at - now < MARGIN

    def __repr__(self) -> str:
        return f"Target({self.shown!r}, {self.native_url!r})"


def send(
    sign: Callable[[], Target],
    file: Path,
    *,
    size: int,
    wire: Wire,
    policy: RetryPolicy,
    clock: Clock,
    rand: Callable[[], float],
) -> Target:
    """Put a file where a signature allows it, and return that place.

    Args:
        sign: Asked at first, and again whenever a signature is about to end or was refused;
            what it raises is raised.
        policy: How often is tried and how long it is waited in between.

    Raises: UploadError once the tries are used up, or the store refuses for good.
    """
    delays = policy.delays(rand)
    signed_again = False
    target = sign()
    while True:
        if target.is_over(clock.now()):
            target = sign()
        end = put(target, file, size=size, wire=wire)
        if end.answer is Answer.TAKEN:
            return target
        if end.answer is Answer.REFUSED or (end.answer is Answer.SIGN_AGAIN and signed_again):
            raise _error(end, target)
        delay = next(delays, None)
        if delay is None:
            raise _error(end, target)
        if end.answer is Answer.SIGN_AGAIN:
            signed_again = True
            target = sign()
        else:
            clock.sleep(delay)


def put(target: Target, file: Path, *, size: int, wire: Wire) -> Put:
    """Send a file, with exactly the headers that were signed, and its true length.

    Raises: OSError if the file cannot be opened.
    """
    # Admin says the length of the digest's text there.
    headers = {k: v for k, v in target.headers.items() if k.lower() != "content-length"}
    if urlsplit(target.native_url).scheme in _BLOB_STORES:
        headers.setdefault("x-ms-blob-type", "BlockBlob")
    with open(file, "rb") as content:
        try:
            with wire.request("PUT", target.signed_url, headers, body=content, size=size) as reply:
                return _judged(reply.status, reply.reason, reply.read(_WORDS))
        except (ssl.SSLCertVerificationError, http.client.InvalidURL, ValueError) as error:
            return Put(Answer.REFUSED, text=redacted(str(error)))
        except (OSError, http.client.HTTPException) as error:
            return Put(Answer.AGAIN, text=redacted(str(error) or type(error).__name__))


def _judged(status: int, reason: str, body: bytes) -> Put:
    if status in _TAKEN:
        return Put(Answer.TAKEN, status)
    code, text = said(body, reason)
    if status in BUSY or code in _ON_THE_WAY:
        return Put(Answer.AGAIN, status, text)
    if status in (401, 403):
        return Put(Answer.SIGN_AGAIN, status, text)
    return Put(Answer.REFUSED, status, text)


def _error(end: Put, target: Target) -> UploadError:
    return UploadError(end.text, url=target.shown, status=end.status)
