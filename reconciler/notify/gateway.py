"""A Pushgateway: push what one run found, and read what the last one pushed."""

import base64
from collections.abc import Mapping
from urllib.parse import quote

from reconciler.errors import MetricsError
from reconciler.notify.unlogged import unlogged

_JOB = "reconciler"
_SECONDS = 15.0
_FAILED = {
    "PUT": "the metrics could not be pushed",
    "GET": "the last metrics could not be read",
}


def push_metrics(url: str, text: str, *, group: Mapping[str, str]) -> None:
    """Replace what a Pushgateway holds of one group, and nothing of any other.

    Args:
        url: Of the gateway; user and password in it are sent as such, and in no message.
        group: Labels that tell this group from others, all of which `text` has as well.

    Raises: MetricsError if it does not take them.
    """
    path = "".join(f"/{_label(name, value)}" for name, value in group.items())
    _ask("PUT", url, f"/metrics/job/{_JOB}{path}", text)


def read_metrics(url: str) -> str:
    """All that a Pushgateway holds, in Prometheus' text exposition.

    Raises: MetricsError if it gives no answer.
    """
    return _ask("GET", url, "/metrics")


@unlogged()
def _ask(method: str, url: str, path: str, text: str = "") -> str:
    import httpx

    try:
        address = httpx.URL(url)
        below = address.raw_path.decode().partition("?")[0].rstrip("/")
        target = address.copy_with(raw_path=f"{below}{path}".encode())
        answer = httpx.request(method, target, content=text.encode(), timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise MetricsError(f"{_FAILED[method]}: {error}") from None
    if not answer.is_success:
        said = f"{_FAILED[method]}: {address.host} says {answer.status_code}"
        raise MetricsError(said)
    return answer.text


def _label(name: str, value: str) -> str:
    # What cannot be a part of a path is sent in another spelling, which the gateway knows.
    if value and "/" not in value:
        return f"{name}/{quote(value, safe='')}"
    spelled = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=") or "="
    return f"{name}@base64/{spelled}"
