"""Requests of which nobody's log says where they went.

The URLs of chat services and of gateways hold tokens and passwords, and what sends requests logs
their URLs: httpx for whoever logs at INFO, urllib3 at DEBUG.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LOGGERS = ("httpx", "urllib3.connectionpool", "requests")
_is_secret: ContextVar[bool] = ContextVar("_is_secret", default=False)


@contextmanager
def unlogged() -> Iterator[None]:
    """Drop what the libraries log of requests made within, by this thread."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_drops)  # once, however often it is said
    before = _is_secret.set(True)
    try:
        yield
    finally:
        _is_secret.reset(before)


def _drops(record: logging.LogRecord) -> bool:
    return not _is_secret.get()
