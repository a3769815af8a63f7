"""A message as a CloudEvent, for machines: structured JSON, by one POST.

Source: CloudEvents 1.0.2, its JSON format and HTTP binding. An event is kept within 64 KiB, which
is what every intermediary must forward: of a longer document only its summary is told.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from reconciler.errors import NotifyError
from reconciler.notify.values import Message, Target

LIMIT = 64 * 1024
_SECONDS = 15.0
_TYPE = "reconciler.{occasion}.{state}.v1"
# What of a document is told even if the whole of it is too long.
_SHORT = ("format_version", "type", "at", "compared", "summary", "counts", "exit_code")


def as_event(message: Message) -> Mapping[str, Any]:
    """The event. Its id tells apart what happened twice, and not one event that is sent twice."""
    at = message.at.astimezone(UTC)
    place = message.place or "-"
    said = f"{message.occasion}\0{message.state}\0{place}\0{message.digest}\0{at.isoformat()}"
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": hashlib.sha256(said.encode()).hexdigest()[:32],
        "source": f"/reconciler/{place}",
        "type": _TYPE.format(occasion=message.occasion, state=message.state),
        "subject": place,
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "workspace": message.workspace or None,
            "environment": message.environment or None,
            "state": message.state,
            "summary": message.summary,
            "digest": message.digest or None,
            "url": message.url or None,
            "truncated": False,
            "document": dict(message.data) or None,
        },
    }
    if len(_bytes(event)) > LIMIT:
        short = {key: value for key, value in message.data.items() if key in _SHORT}
        event["data"] |= {"document": short, "truncated": True}
    return event


def send_event(message: Message, target: Target) -> None:
    """POST the event, once more if nobody took it for want of a connection.

    Raises: NotifyError if it was not taken.
    """
    import httpx

    headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    if target.token:
        headers["Authorization"] = f"Bearer {target.token}"
    body = _bytes(as_event(message))
    for is_last in (False, True):
        try:
            answer = httpx.post(target.url, content=body, headers=headers, timeout=_SECONDS)
            break
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            if isinstance(error, httpx.ConnectError) and not is_last:
                continue
            # Its text may name the URL, and with it what is secret there.
            raise NotifyError(target.name, f"no answer ({type(error).__name__})") from None
    if not answer.is_success:
        raise NotifyError(target.name, f"it answers {answer.status_code}")


def _bytes(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
