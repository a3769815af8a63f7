"""Code, packages, images and data: what could not be made, sent or fetched."""

from collections.abc import Sequence
from typing import Any

from reconciler.errors.base import ReconcilerError, revived
from reconciler.model import ResourceId


class OversizedError(ReconcilerError):
    """A request above the size that Admin reads; it was not sent.

    Attributes: `id` of the resource; `size` of its request and `limit`, both in bytes.
    """

    def __init__(self, id: ResourceId, *, size: int, limit: int) -> None:
        self.id = id
        self.size = size
        self.limit = limit
        super().__init__(
            f"{id} takes a request of {size:,} bytes, and Flyte Admin reads at most {limit:,}; "
            "make its specification smaller"
        )


class BundleError(ReconcilerError):
    """A folder or archive cannot be the bundle it is to be; `problems` says everything wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        # Names of files may be bytes that are no text, and nobody could write those.
        self.problems = tuple(one.encode("utf-8", "replace").decode() for one in problems)
        super().__init__("; ".join(self.problems))


class UploadError(ReconcilerError):
    """The object store did not take an upload.

    Attributes: `url` without its query, which is a credential; `status` of the HTTP answer, 0 if
    there was none; `text` the store's own words.
    """

    def __init__(self, text: str, *, url: str, status: int = 0) -> None:
        self.text = text
        self.url = url
        self.status = status
        answer = f"HTTP {status}: " if status else ""
        super().__init__(f"upload to {url}: {answer}{text}")


class FetchError(ReconcilerError):
    """What a URL is to hold could not be had, or it is not what its digest says."""


class DownloadError(FetchError):
    """The object store did not give an object.

    Attributes: `native_url` of the object; `status` of the HTTP answer, 0 if there was none;
    `text` the store's own words.
    """

    def __init__(self, text: str, *, native_url: str, status: int = 0) -> None:
        self.text = text
        self.native_url = native_url
        self.status = status
        answer = f"HTTP {status}: " if status else ""
        super().__init__(f"{native_url}: {answer}{text}")

    def __reduce__(self) -> tuple[Any, ...]:
        return revived, (type(self), self.args, self.__dict__)


class MissingObjectError(DownloadError):
    """There is no such object."""


class ForbiddenObjectError(DownloadError):
    """Admin may not read the object, so neither may whoever has its signature.

    Stores say so of what does not exist, too, to those who may not list.
    """


class ChangedObjectError(DownloadError):
    """Somebody wrote another object in its place while it was read."""


class UnsuitableError(FetchError):
    """Files or literals that cannot be carried as they are; `problems` says everything wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        # Names of files may be bytes that are no text, and nobody could write those.
        self.problems = tuple(one.encode("utf-8", "replace").decode() for one in problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class BuildError(ReconcilerError):
    """The command that makes a package failed, or what it made is none."""


class RegistryError(ReconcilerError):
    """A container registry that cannot be asked, refuses, or has no such image."""
