"""One HTTP request and its answer, as plain values; what of HTTP the handlers see."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Headers = Sequence[tuple[str, str]]


class HTTPError(Exception):
    """A request that breaks off: answer with this status and text, and nothing else."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(f"{status} {text}")


class StalledError(HTTPError):
    """A body of which nothing more came for too long."""

    def __init__(self) -> None:
        super().__init__(408, "the rest of the body did not come")


@dataclass(frozen=True)
class Request:
    """What a client asked.

    Attributes:
        target: Path and query as they travelled, every escape in place.
        headers: In order; names in lower case, values as Latin-1.
        peer: The client's address; empty if it has none.
        chunks: Gives the body as it comes; called again, what is left of it.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    peer: str
    chunks: Callable[[], Iterator[bytes]]

    @property
    def path(self) -> str:
        """The path as it travelled."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as it travelled, without its question mark."""
        return self.target.partition("?")[2]

    def header(self, name: str, default: str = "") -> str:
        """Return the first header of this lower-case name."""
        return next((value for key, value in self.headers if key == name), default)

    def values(self, name: str) -> list[str]:
        """Return every header of this lower-case name."""
        return [value for key, value in self.headers if key == name]

    def body(self, *, limit: int) -> bytes:
        """Read the whole body.

        Raises:
            HTTPError: It is longer than `limit` bytes.
        """
        read = bytearray()
        for chunk in self.chunks():
            read += chunk
            if len(read) > limit:
                raise HTTPError(413, "the body is too large")
        return bytes(read)


@dataclass(frozen=True)
class Answer:
    """What goes back.

    Attributes:
        headers: Content-Length is added where it can be told.
        body: Bytes, or an iterable of them that is read once and closed if it can be.
        length: Of an iterable body, if known; also what a HEAD is told.
    """

    status: int
    headers: Headers = ()
    body: bytes | Iterable[bytes] = b""
    length: int | None = field(default=None)

    def plus(self, *headers: tuple[str, str]) -> "Answer":
        """Return the answer with more headers."""
        return Answer(self.status, (*self.headers, *headers), self.body, self.length)


def plain(status: int, text: str) -> Answer:
    """Return an answer of plain text."""
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())
