"""What can go wrong with an object behind a signed URL; the URL's query is in none of it."""

from reconciler.errors import FetchError


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

    def __init__(self, problems: "list[str] | tuple[str, ...]") -> None:
        # Names of files may be bytes that are no text, and nobody could write those.
        self.problems = tuple(one.encode("utf-8", "replace").decode() for one in problems)
        super().__init__("\n".join(self.problems))
