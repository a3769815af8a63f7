"""Ask an authorization server for something: form posts with a deadline, and errors as words.

Custom authorities, the client's certificate and the proxy count here as they do for Admin.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.config import Config
from reconciler.errors import ConfigError, LoginError

if TYPE_CHECKING:
    import httpx

SECONDS = 15.0
# Tries of one request, for whatever hands tokens out may just be starting anew.
_TRIES = 3
# Of a form, what must not come back in words.
_SECRETS = (
    "client_secret",
    "client_assertion",
    "refresh_token",
    "code",
    "code_verifier",
    "device_code",
)


class OAuthError(LoginError):
    """The authorization server said no.

    Attributes: `error` the word of RFC 6749 §5.2 (`invalid_grant`, …), "" if it gave none;
    `status` of the HTTP answer.
    """

    def __init__(self, text: str, *, error: str, status: int) -> None:
        self.error = error
        self.status = status
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """The HTTP side of whoever hands out tokens."""

    config: Config
    sleep: Callable[[float], None]

    def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        basic: tuple[str, str] | None = None,
        once: bool = False,
    ) -> dict[str, Any]:
        """Post a form and return the JSON object that is answered.

        Args:
            basic: The client's id and secret, for the header.
            once: What is sent is used up by it, such as a code: only if nobody was reached it is
                sent again.

        Raises:
            OAuthError: The server refused.
            LoginError: Nobody answered, or nothing that makes sense.
        """
        import httpx

        auth = httpx.BasicAuth(*basic) if basic else None
        secrets = [form[name] for name in _SECRETS if form.get(name)]
        secrets += [basic[1]] if basic else []
        with self._client(auth) as client:
            answer = self._tried(lambda: client.post(url, data=form), url, once=once)
        return _checked(answer, url, secrets)

    def get(self, url: str, *, bearer: str) -> dict[str, Any]:
        """Get a JSON object; as `post`."""
        headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
        with self._client() as client:
            answer = self._tried(lambda: client.get(url, headers=headers), url, once=False)
        return _checked(answer, url, [bearer])

    def _client(self, auth: "httpx.Auth | None" = None) -> "httpx.Client":
        import httpx

        proxy = self.config.login.http_proxy or None
        try:
            return httpx.Client(timeout=SECONDS, verify=tls(self.config), proxy=proxy, auth=auth)
        except (ValueError, httpx.InvalidURL):
            # Its text shows the URL, and there may be a password in it.
            raise ConfigError("httpProxyURL is no URL of a proxy: http://host:port") from None

    def _tried(
        self, send: Callable[[], "httpx.Response"], url: str, *, once: bool
    ) -> "httpx.Response":
        import httpx

        for tried in range(1, _TRIES + 1):
            last = tried == _TRIES
            try:
                answer = send()
            except (httpx.InvalidURL, httpx.UnsupportedProtocol):
                raise LoginError(f"{place(url)} is no address to log in at") from None
            except httpx.HTTPError as error:
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if last or (once and not unsent):
                    reason = " ".join(str(error).split()) or type(error).__name__
                    raise LoginError(f"no token from {place(url)}: {reason}") from None
            else:
                if answer.status_code < 500 or last or once:
                    return answer
            self.sleep(0.2 * 2**tried)
        raise AssertionError("the last try returns or raises")


def tls(config: Config) -> ssl.SSLContext:
    """How HTTPS is done beside an Admin: its authorities, and our certificate for it.

    Raises: ConfigError for files that cannot be used.
    """
    import httpx

    try:
        # The library's own, where nobody named any: a slim image has none of the system's.
        context = (
            ssl.create_default_context(cafile=config.ca_cert_file)
            if config.ca_cert_file
            else httpx.create_ssl_context()
        )
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"cannot use the CA file {config.ca_cert_file}: {reason}") from error
    if config.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if config.client_cert_file:
        try:
            context.load_cert_chain(config.client_cert_file, config.client_key_file or None)
        except (OSError, ssl.SSLError) as error:
            files = f"{config.client_cert_file} and {config.client_key_file or 'no key'}"
            raise ConfigError(
                f"cannot use the client certificate {files}: {error.strerror or error}"
            ) from error
    return context


def place(url: str) -> str:
    """A URL without what may be secret in it."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "a broken URL"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _checked(answer: "httpx.Response", url: str, secrets: list[str]) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.is_success:
        if not isinstance(document, dict):
            raise LoginError(f"{place(url)} answered without a JSON object")
        return document
    if not isinstance(document, dict):
        document = {}
    # Only the two fields that RFC 6749 §5.2 has for it: anything else could hold what was sent.
    words = " ".join(str(document.get(key, "")) for key in ("error", "error_description"))
    for secret in secrets:
        words = words.replace(secret, "***")
    said = " ".join(words.split())[:300]
    raise OAuthError(
        f"no token from {place(url)}: {answer.status_code} {said}".rstrip(),
        error=str(document.get("error", "")),
        status=answer.status_code,
    )
