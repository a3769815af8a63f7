"""What may be said of a signed URL, and of a store's answer to it."""

import re
from urllib.parse import urlsplit

_QUERY = re.compile(r"\?[^\s\"'<>]*")
_LONGEST = 300


def redacted(text: str) -> str:
    """A text without the queries of any URLs in it, on one line and of bearable length."""
    line = " ".join(_QUERY.sub("?…", text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def shown(url: str) -> str:
    """A signed URL without what allows to use it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def said(body: bytes, reason: str) -> tuple[str, str]:
    """Code and words of a store's refusal. Its other parts may repeat what was signed.

    Args:
        body: XML as S3, GCS and Azure write it, or anything else.
        reason: What the status line says.
    """
    text = body.decode("utf-8", "replace")
    code = re.search(r"<Code>([^<]*)</Code>", text)
    message = re.search(r"<Message>([^<]*)</Message>", text)
    if code is None:
        return "", redacted(reason or "no reason given")
    return code[1], redacted(f"{code[1]}: {message[1] if message else ''}".rstrip(": "))
