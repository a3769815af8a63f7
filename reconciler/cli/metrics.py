"""Where metrics go: a file that is there whole or not at all, or a Pushgateway."""

import os
from pathlib import Path

from reconciler.errors import MetricsError

_JOB = "reconciler"
_SECONDS = 15.0


def write_metrics(path: Path, text: str) -> None:
    """Write a file for a textfile collector, which may read it at any moment.

    Raises: MetricsError if it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise MetricsError(f"{path} cannot be written: {error.strerror or error}") from error


def push_metrics(url: str, text: str) -> None:
    """Replace what a Pushgateway holds of us.

    Args:
        url: Of the gateway; user and password in it are sent as such, and in no message.

    Raises: MetricsError if it does not take them.
    """
    import httpx

    try:
        address = httpx.URL(url)
        target = address.copy_with(path=f"{address.path.rstrip('/')}/metrics/job/{_JOB}")
        answer = httpx.put(target, content=text.encode(), timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise MetricsError(f"the metrics could not be pushed: {error}") from None
    if not answer.is_success:
        raise MetricsError(
            f"the metrics could not be pushed: {address.host} says {answer.status_code}"
        )
