"""Native URLs of objects: how Admin builds them and takes them apart.

Source: `flytestdlib/storage`, `URLPathConstructor.ConstructReference` and `DataReference.Split`.
"""

from dataclasses import dataclass

from reconciler.sandbox.objects import gourl


class BadReferenceError(ValueError):
    """Parts of which no native URL can be made; the message is Admin's."""


@dataclass(frozen=True)
class Location:
    """Where a native URL points: the container it names and the key in it, both decoded."""

    scheme: str
    container: str
    key: str


def construct(base: str, *parts: str) -> str:
    """Return the native URL of `parts` below `base`.

    Slashes around each part are dropped; the rest is resolved as a relative URL is, so that
    `..` climbs, `?` and `#` start a query and a fragment, and given escapes are kept.

    Raises:
        BadReferenceError: The parts do not parse as a URL.
    """
    try:
        document = gourl.parse(base if base.endswith("/") else f"{base}/")
        relative = gourl.parse("/".join(part.strip("/") for part in parts))
    except gourl.URLError as exc:
        raise BadReferenceError(f"Reference is of an invalid format [{base}]: {exc}") from exc
    return str(document.resolve(relative))


def split(url: str) -> Location:
    """Take a native URL apart: two that differ in query, fragment or escapes are one object.

    Raises:
        URLError: `url` does not parse.
    """
    parsed = gourl.parse(url)
    return Location(parsed.scheme, parsed.host, parsed.path.strip("/"))


def can_parse(url: str) -> bool:
    """Tell whether a text is a URL at all."""
    try:
        gourl.parse(url)
    except gourl.URLError:
        return False
    return True
