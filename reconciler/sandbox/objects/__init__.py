"""The object store: native URLs, objects behind them, signed URLs to them.

Services meet it as `call.objects`. `reference(*parts)` builds a native URL the way Admin does,
`get`, `put` and `info` take one, `sign_get` and `sign_put` make URLs for clients.
"""

from collections.abc import Callable

from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.objects.builtin import BuiltinObjects
from reconciler.sandbox.objects.folder import ObjectError, ObjectInfo
from reconciler.sandbox.objects.gourl import URLError
from reconciler.sandbox.objects.ports import (
    ObjectMissingError,
    ObjectStore,
    SignedURL,
    StorageError,
)
from reconciler.sandbox.objects.reference import BadReferenceError
from reconciler.sandbox.store import Store

__all__ = [
    "BadReferenceError",
    "BuiltinObjects",
    "ObjectError",
    "ObjectInfo",
    "ObjectMissingError",
    "ObjectStore",
    "SignedURL",
    "StorageError",
    "URLError",
    "open_objects",
]

_S3_KINDS = ("s3", "minio")


def open_objects(store: Store, config: SandboxConfig, clock: Callable[[], int]) -> ObjectStore:
    """Return the object store that the configuration asks for.

    Args:
        store: Beside it lie the built-in store's objects.
        clock: Gives nanoseconds since 1970 UTC.

    Raises:
        ConfigError: Somebody else's is asked for and cannot be had.
    """
    storage = config.storage
    if storage.given and storage.kind in _S3_KINDS and storage.stow.get("endpoint"):
        # Only who configures an endpoint needs botocore.
        from reconciler.sandbox.objects.s3 import S3Objects

        return S3Objects(storage)
    return BuiltinObjects(store, storage, clock)
