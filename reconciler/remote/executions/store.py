"""What of an execution's data lies in the object store, read through signed URLs."""

from typing import Any
from urllib.parse import urlsplit

from reconciler.admin import Wire
from reconciler.errors import ExecutionError
from reconciler.storage import DataProxy

_LARGEST = 1 << 31  # bytes: more than this no message of protobuf's has


def stored(connection: Any, url: str) -> bytes:
    """The bytes behind a URL: signed already, or of the store itself.

    Raises: DownloadError or AdminError if they cannot be had.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        return DataProxy.on(connection).read(url)
    config = connection.config
    wire = Wire(ca_cert_file=config.ca_cert_file, insecure_skip_verify=config.insecure_skip_verify)
    shown = url.partition("?")[0]  # the rest is a credential
    with wire.request("GET", url, {}) as reply:
        if reply.status != 200:
            raise ExecutionError(f"{shown}: HTTP {reply.status}")
        content: bytes = reply.read(_LARGEST)
    return content
