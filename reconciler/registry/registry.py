"""A registry's HTTP API, as far as it tells what a tag means.

One HEAD of the tag's manifest, with a token where the registry asks for one. The digest is the
registry's own word (`Docker-Content-Digest`) or, where it says none, that of the bytes it serves.

Source: OCI Distribution Specification 1.1, "Pulling manifests"; distribution/distribution,
`docs/content/spec/auth/token.md`.
"""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from reconciler.errors import RegistryError
from reconciler.registry.credentials import Credentials
from reconciler.registry.name import ImageName

# Lists first: a digest of one platform's image would not run on the others.
ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHALLENGE = re.compile(r'([a-zA-Z]+)="([^"]*)"')
_SECONDS = 30.0
_LARGEST = 8 << 20  # bytes of a manifest; registries take half of it at most


class Registry:
    """Asks registries; close it, or use it in a `with`."""

    def __init__(self, *, transport: httpx.BaseTransport | None = None) -> None:
        """
        Args:
            transport: How to reach registries; over the network unless given.
        """
        self._client = httpx.Client(
            transport=transport or httpx.HTTPTransport(retries=2),
            timeout=_SECONDS,
            follow_redirects=True,
        )

    def digest(
        self,
        image: ImageName,
        *,
        credentials: Credentials | None = None,
        insecure: bool = False,
    ) -> str | None:
        """Return the digest that a tag has now, `sha256:…`; None if there is no such tag.

        Args:
            insecure: The registry speaks plain HTTP. On the own machine it is expected to.

        Raises: RegistryError if the registry cannot be reached, refuses, or makes no sense.
        """
        scheme = "http" if insecure or _is_loopback(image.host) else "https"
        url = f"{scheme}://{image.host}/v2/{image.repository}/manifests/{image.tag}"
        headers = {"Accept": ACCEPT}
        answer = self._ask("HEAD", url, headers, image)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            headers |= self._authorization(answer, image, credentials, scheme)
            answer = self._ask("HEAD", url, headers, image)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        digest = str(answer.headers.get("Docker-Content-Digest", ""))
        if answer.status_code == httpx.codes.METHOD_NOT_ALLOWED or (
            answer.is_success and not digest
        ):
            answer = self._ask("GET", url, headers, image)
            digest = digest or f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        if not answer.is_success:
            raise _refused(image, answer, credentials)
        if not _DIGEST.fullmatch(digest):
            raise RegistryError(f"{image.host} gave {digest[:80]!r} as the digest of {image}")
        return digest

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def __enter__(self) -> "Registry":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], image: ImageName
    ) -> httpx.Response:
        try:
            with self._client.stream(method, url, headers=dict(headers)) as answer:
                size = 0
                chunks = []
                for chunk in answer.iter_bytes():
                    size += len(chunk)
                    if size > _LARGEST:
                        raise RegistryError(f"{image.host} answers without end for {image}")
                    chunks.append(chunk)
        except httpx.HTTPError as error:
            raise RegistryError(
                f"{image.host} cannot be asked for {image}: {_reason(error)}"
            ) from error
        content = b"".join(chunks)
        kept = {
            key: value
            for key, value in answer.headers.items()
            # It was decoded on the way.
            if key.lower() not in ("content-encoding", "content-length")
        }
        return httpx.Response(answer.status_code, headers=kept, content=content)

    def _authorization(
        self,
        answer: httpx.Response,
        image: ImageName,
        credentials: Credentials | None,
        scheme: str,
    ) -> dict[str, str]:
        """What the registry asked for in its 401: a token of its own making, or a password."""
        challenge = answer.headers.get("WWW-Authenticate", "")
        kind, _, parameters = challenge.partition(" ")
        said = {key.lower(): value for key, value in _CHALLENGE.findall(parameters)}
        if kind.lower() == "basic":
            if credentials is None or not credentials.password:
                raise _refused(image, answer, credentials)
            request = self._client.build_request("GET", f"{scheme}://{image.host}/")
            flow = httpx.BasicAuth(credentials.user, credentials.password).auth_flow(request)
            return {"Authorization": next(flow).headers["Authorization"]}
        if kind.lower() != "bearer" or "realm" not in said:
            raise RegistryError(
                f"{image.host} asks for a login that is not known: {kind or 'none'}"
            )
        realm = said["realm"]
        if scheme == "https" and urlsplit(realm).scheme != "https":
            raise RegistryError(f"{image.host} wants credentials sent in plain text to {realm}")
        return {"Authorization": f"Bearer {self._token(realm, said, image, credentials)}"}

    def _token(
        self,
        realm: str,
        said: Mapping[str, str],
        image: ImageName,
        credentials: Credentials | None,
    ) -> str:
        scope = said.get("scope") or f"repository:{image.repository}:pull"
        parameters = {"service": said.get("service", ""), "scope": scope}
        try:
            if credentials and credentials.identity_token:
                form = {
                    **parameters,
                    "grant_type": "refresh_token",
                    "refresh_token": credentials.identity_token,
                    "client_id": "reconciler",
                }
                answer = self._client.post(realm, data=form)
            else:
                given = credentials if credentials and credentials.password else None
                auth = httpx.BasicAuth(given.user, given.password) if given else None
                answer = self._client.get(realm, params=parameters, auth=auth)
            body = answer.json() if answer.is_success else {}
        except httpx.HTTPError as error:
            raise RegistryError(
                f"{realm} cannot be asked for a token: {_reason(error)}"
            ) from error
        except ValueError:
            body = {}
        token = body.get("token") or body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise _refused(image, answer, credentials)
        return token


def _reason(error: httpx.HTTPError) -> str:
    """What went wrong on the way; texts of other errors may hold a URL, and that a token."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, httpx.ConnectError) else name


def _refused(
    image: ImageName, answer: httpx.Response, credentials: Credentials | None
) -> RegistryError:
    message = f"{image.host} refuses {image}: HTTP {answer.status_code}"
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        as_whom = f"as {credentials.user or 'a token'}" if credentials else "without a login"
        message += f" {as_whom}; run `docker login {image.registry}`, or mind the name"
    return RegistryError(message)


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
