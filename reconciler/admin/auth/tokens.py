"""Where tokens come from: handed over, printed by a command, or got for a client's secret."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from reconciler.config import Config, Login, read_secret, read_text
from reconciler.errors import LoginError

if TYPE_CHECKING:
    import httpx

_COMMAND_SECONDS = 60.0
_HTTP_SECONDS = 15.0
# Tries of one request for a token, for whatever hands them out may just be starting anew.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `lifetime` in seconds from when it was got, None if nobody says."""

    value: str = field(repr=False)
    lifetime: float | None = None


class TokenSource(Protocol):
    """Gives a token, a new one every time if it can."""

    def get(self) -> Token | None:
        """A token; None if Admin needs none.

        Raises: LoginError or ConfigError if there is none to be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """The token that this run was given, or a file in which somebody keeps it fresh."""

    login: Login

    def get(self) -> Token:
        if self.login.token:
            return Token(self.login.token)
        return Token(read_text(self.login.token_file, what="the token"))


@dataclass(frozen=True, slots=True)
class Command:
    """What a command of the user's prints."""

    argv: Sequence[str]

    def get(self) -> Token:
        try:
            done = subprocess.run(
                self.argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except OSError as error:
            reason = error.strerror or error
            raise LoginError(f"the login command {self.argv[0]} cannot run: {reason}") from error
        except subprocess.TimeoutExpired as error:
            raise LoginError(
                f"the login command {self.argv[0]} did not end within {_COMMAND_SECONDS:.0f} s"
            ) from error
        if done.returncode:
            # What it printed may hold a token; its last line of complaint is what people need.
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            said = f": {lines[-1][:200]}" if lines else ""
            raise LoginError(
                f"the login command {self.argv[0]} ended with {done.returncode}{said}"
            )
        token = done.stdout.decode(errors="replace").strip()
        if not token or any(character.isspace() for character in token):
            raise LoginError(f"the login command {self.argv[0]} printed no token")
        return Token(token)


@dataclass(frozen=True, slots=True)
class Server:
    """What Admin says about the server that hands out its tokens; "" where it says nothing."""

    token_url: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A token for a client's id and secret (RFC 6749 §4.4).

    Attributes: `ask` has what Admin says about its authorization server; None if it needs no
    login at all. It is asked only if the configuration does not say all.
    """

    config: Config
    ask: Callable[[], Server | None]
    sleep: Callable[[float], None]

    def get(self) -> Token | None:
        login = self.config.login
        server: Server | None = Server()
        if not login.token_url:
            server = self.ask()
        if server is None:
            return None
        url = login.token_url or server.token_url
        if not url:
            raise LoginError("Admin names no server that hands out tokens; set tokenUrl")
        form = {"grant_type": "client_credentials"}
        if scopes := login.scopes or server.scopes:
            form["scope"] = " ".join(scopes)
        if audience := login.audience or server.audience:
            form["audience"] = audience
        return _token(self._post(url, form))

    def _post(self, url: str, form: dict[str, str]) -> Any:
        from urllib.parse import quote, quote_plus

        import httpx

        login = self.config.login
        # Both parts are form-encoded first (§2.3.1); for usual ids and secrets that is nothing.
        basic = httpx.BasicAuth(quote_plus(login.client_id), quote(read_secret(login), safe=""))
        verify = _verify(self.config)
        with httpx.Client(
            timeout=_HTTP_SECONDS, verify=verify, proxy=login.http_proxy or None
        ) as client:
            for tried in range(1, _TRIES + 1):
                last = tried == _TRIES
                try:
                    answer = client.post(url, data=form, auth=basic)
                except httpx.HTTPError as error:
                    if last:
                        reason = " ".join(str(error).split()) or type(error).__name__
                        raise LoginError(f"no token from {_place(url)}: {reason}") from None
                else:
                    if answer.status_code < 500 or last:
                        return _checked(answer, url)
                self.sleep(0.2 * 2**tried)
        raise AssertionError("the last try returns or raises")


def _verify(config: Config) -> Any:
    import ssl

    if config.insecure_skip_verify:
        return False
    return ssl.create_default_context(cafile=config.ca_cert_file) if config.ca_cert_file else True


def _checked(answer: "httpx.Response", url: str) -> Any:
    try:
        document = answer.json()
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    if answer.is_success:
        return document
    # Only the two fields that RFC 6749 §5.2 has for it: anything else could hold what was sent.
    said = " ".join(str(document.get(key, "")) for key in ("error", "error_description")).strip()
    raise LoginError(f"no token from {_place(url)}: {answer.status_code} {said}".rstrip())


def _token(document: Any) -> Token:
    value = document.get("access_token")
    if not isinstance(value, str) or not value:
        raise LoginError("the authorization server answered without an access_token")
    lifetime = document.get("expires_in")
    try:
        return Token(value, float(lifetime) if lifetime is not None else None)
    except (TypeError, ValueError):
        return Token(value)


def _place(url: str) -> str:
    """A URL without what may be secret in it."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
