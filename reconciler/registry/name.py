"""Names of images, as `docker pull` takes them."""

import re
from dataclasses import dataclass

from reconciler.errors import RegistryError

HUB = "docker.io"
# The name that people say, and the host that answers for it.
_HUB_HOST = "registry-1.docker.io"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class ImageName:
    """`registry/repository:tag`, nothing left out; `tag` is "" in names of repositories."""

    registry: str
    repository: str
    tag: str

    @property
    def host(self) -> str:
        """Who answers for the registry: a host, perhaps with a port."""
        return _HUB_HOST if self.registry == HUB else self.registry

    def at(self, digest: str) -> str:
        """The very content: `registry/repository@sha256:…`."""
        return f"{self.registry}/{self.repository}@{digest}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.registry}/{self.repository}{tag}"


def parse_image(text: str) -> ImageName:
    """Read the name of an image; without a registry it is Docker Hub's, without a tag `latest`.

    Raises: RegistryError for what is no name, and for one with a digest: it is pinned already.
    Source: github.com/distribution/reference, `normalize.go`, `regexp.go`.
    """
    if "@" in text:
        raise RegistryError(f"{text} has a digest already, so there is nothing to resolve")
    first, slash, rest = text.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    registry, name = (first, rest) if is_host else (HUB, text)
    if registry == "index.docker.io":
        registry = HUB
    repository, _, tag = name.partition(":")
    if registry == HUB and "/" not in repository:
        repository = f"library/{repository}"
    if not (_HOST.fullmatch(registry) and _REPOSITORY.fullmatch(repository)):
        raise RegistryError(f"{text!r} names no image; write registry/repository:tag")
    if not _TAG.fullmatch(tag or "latest"):
        raise RegistryError(f"{text!r} has no valid tag")
    return ImageName(registry, repository, tag or "latest")
