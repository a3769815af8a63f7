"""One HTTP PUT to a signed URL; what comes of it, and nothing of the URL's secrets in any word.

A signed URL's query is a credential for as long as it is good: it stands in no error and no log.
"""

import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_TAKEN = frozenset({200, 201})  # Azure says created
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
# S3 answers 400 to what merely went wrong on the way.
_ON_THE_WAY = frozenset({"RequestTimeout", "BadDigest", "IncompleteBody"})
_QUERY = re.compile(r"\?[^\s\"'<>]*")
_LONGEST = 300
_LENGTH = "content-length"
_BLOB_STORES = ("abfs", "abfss", "wasb", "wasbs")


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

    @property
    def shown(self) -> str:
        """The signed URL without what allows to use it."""
        parts = urlsplit(self.signed_url)
        return f"{parts.scheme}://{parts.hostname or ''}{_port(parts.port)}{parts.path}"


def put(target: Target, file: Path, *, size: int, seconds: float) -> Put:
    """Send a file, with exactly the headers that were signed, and its true length.

    Args:
        seconds: That any one step of it may take: to connect, to send a piece, to be answered.
    """
    # Imported late: an apply without code waits for no HTTP client.
    import httpx

    headers = {name: value for name, value in target.headers.items() if name.lower() != _LENGTH}
    if urlsplit(target.native_url).scheme in _BLOB_STORES:
        headers.setdefault("x-ms-blob-type", "BlockBlob")
    headers["Content-Length"] = str(size)  # Admin says the length of the digest's text there
    _keep_queries_out_of_logs()
    try:
        with open(file, "rb") as content, httpx.Client(timeout=seconds) as client:
            answer = client.put(target.signed_url, content=content, headers=headers)
    except (httpx.TransportError, ssl.SSLError) as error:
        return Put(Answer.AGAIN, text=redacted(str(error) or type(error).__name__))
    except httpx.InvalidURL as error:
        return Put(Answer.REFUSED, text=redacted(str(error)))
    return _judged(answer)


def redacted(text: str) -> str:
    """A text without the queries of any URLs in it, on one line and of bearable length."""
    line = " ".join(_QUERY.sub("?…", text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _judged(answer: Any) -> Put:
    status = answer.status_code
    if status in _TAKEN:
        return Put(Answer.TAKEN, status)
    code, message = _said(answer.text)
    text = redacted(f"{code}: {message}" if code else answer.reason_phrase or "no reason given")
    if status in _BUSY or code in _ON_THE_WAY:
        return Put(Answer.AGAIN, status, text)
    if status in (401, 403):
        return Put(Answer.SIGN_AGAIN, status, text)
    return Put(Answer.REFUSED, status, text)


def _said(body: str) -> tuple[str, str]:
    """Code and message of a store's XML. Its other parts may repeat what was signed."""
    code = re.search(r"<Code>([^<]*)</Code>", body)
    message = re.search(r"<Message>([^<]*)</Message>", body)
    return code[1] if code else "", message[1] if message else ""


def _port(port: int | None) -> str:
    return f":{port}" if port else ""


class _WithoutQueries(logging.Filter):
    """httpx logs each URL whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), ()
        return True


_filter = _WithoutQueries()


def _keep_queries_out_of_logs() -> None:
    logging.getLogger("httpx").addFilter(_filter)
