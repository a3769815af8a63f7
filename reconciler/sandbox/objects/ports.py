"""What services ask of the object store, whichever one it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.sandbox.objects.folder import ObjectInfo

MEBIBYTE = 1 << 20


class StorageError(Exception):
    """The object store refuses; the message is what Admin's own storage layer says."""


class ObjectMissingError(StorageError):
    """There is no such object."""


@dataclass(frozen=True)
class SignedURL:
    """A URL that allows one request for a while, and the headers it must come with."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class ObjectStore(Protocol):
    """A bucket, its native URLs, and signed URLs for those who are no client of it."""

    @property
    def base(self) -> str:
        """The native URL of the configured container, such as `s3://my-s3-bucket`."""
        ...

    def reference(self, *parts: str) -> str:
        """Return the native URL of `parts` below the base.

        Raises:
            BadReferenceError: They make no URL.
        """
        ...

    def can_parse(self, url: str) -> bool:
        """Tell whether a text is a URL at all, wherever it points."""
        ...

    def info(self, url: str) -> ObjectInfo | None:
        """Return what is known of an object, None if there is none.

        Raises:
            StorageError: The URL cannot be read, or names another container.
        """
        ...

    def get(self, url: str) -> bytes:
        """Return an object's bytes, if they are not more than Admin reads into memory.

        Raises:
            ObjectMissingError: There is none.
            StorageError: It is too large, or as for `info`.
        """
        ...

    def put(self, url: str, content: bytes) -> None:
        """Store bytes at a native URL, over what was there.

        Raises:
            StorageError: As for `info`; or there is no space.
        """
        ...

    def sign_get(self, url: str, *, expires: float) -> SignedURL:
        """Allow anyone with the result to read an object, which need not exist.

        Args:
            expires: Seconds.

        Raises:
            StorageError: The URL names no container or key, or the time is not positive.
        """
        ...

    def sign_put(
        self, url: str, *, expires: float, content_md5: str = "", add_md5_metadata: bool = False
    ) -> SignedURL:
        """Allow anyone with the result to write one object.

        Args:
            expires: Seconds.
            content_md5: Base64 of the digest that the bytes must have; empty: any.
            add_md5_metadata: Whether the digest is kept with the object.

        Raises:
            StorageError: As for `sign_get`.
        """
        ...


def too_large(url: str, *, size: int, limit: int) -> StorageError:
    """Return the error for an object of `size` bytes where `limit` MiB may be read."""
    return StorageError(
        f"path:{url}: [LIMIT_EXCEEDED] limit exceeded. {size / MEBIBYTE:.6f}mb > {limit}mb. "
        "You can increase the limit by setting maxDownloadMBs."
    )


def missing(url: str) -> ObjectMissingError:
    """Return the error for an object that is not there."""
    return ObjectMissingError(f"path:{url}: not found")


def wrong_container(configured: str, given: str) -> StorageError:
    """Return the error for a container that is not the configured one."""
    return StorageError(
        f"Conf container:{configured} != Passed Container:{given}. "
        "Dynamic loading is disabled: not found"
    )


def check_signable(operation: str, *, container: str, key: str, expires: float) -> None:
    """Refuse what the AWS SDK refuses to sign.

    Args:
        operation: The SDK's name of the input, `GetObjectInput` or `PutObjectInput`.

    Raises:
        StorageError: No time, no container, no key.
    """
    if expires <= 0:
        raise StorageError(
            "InvalidPresignExpireError: presigned URL requires an expire duration greater than 0"
        )
    absent = [name for name, text in (("Bucket", container), ("Key", key)) if not text]
    if absent:
        lines = "".join(f"- minimum field size of 1, {operation}.{name}.\n" for name in absent)
        raise StorageError(f"InvalidParameter: {len(absent)} validation error(s) found.\n{lines}")
