"""How to log in, as flytekit's and flytectl's users have said it already.

A token at hand (`RECONCILER_TOKEN`, or a file named by `RECONCILER_TOKEN_FILE`) is used as it is,
for a pipeline that was given one. Else `authType` decides. Naming a place of the client's secret
asks for the login by secret, whatever `authType` says there, as with flytekit; only an `authType`
of a nearer place is heard over it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.config.values import Values
from reconciler.errors import ConfigError

if TYPE_CHECKING:  # only pipelines have one
    from reconciler.config.assertion import Assertion

TOKEN_VARIABLE = "RECONCILER_TOKEN"
TOKEN_FILE_VARIABLE = "RECONCILER_TOKEN_FILE"
AUTH_VARIABLE = "FLYTE_CREDENTIALS_AUTH_MODE"
_PREFIX = "FLYTE_CREDENTIALS_"


class Flow(StrEnum):
    """A way to a token."""

    NONE = ""
    TOKEN = "token"
    CLIENT_SECRET = "ClientSecret"
    ASSERTION = "ClientAssertion"
    COMMAND = "ExternalCommand"
    PKCE = "Pkce"
    DEVICE = "DeviceFlow"

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to be there the first time; their tokens are kept."""
        return self in (Flow.NONE, Flow.PKCE, Flow.DEVICE)


_NAMES = {
    "pkce": Flow.PKCE,
    "standard": Flow.PKCE,
    "clientsecret": Flow.CLIENT_SECRET,
    "client_credentials": Flow.CLIENT_SECRET,
    "basic": Flow.CLIENT_SECRET,
    "clientassertion": Flow.ASSERTION,
    "client_assertion": Flow.ASSERTION,
    "oidc": Flow.ASSERTION,
    "deviceflow": Flow.DEVICE,
    "externalcommand": Flow.COMMAND,
    "external_process": Flow.COMMAND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What there is to log in with. What is secret is in no `repr`.

    Attributes:
        flow: The way to a token; NONE if nobody said one: then a person is asked once Admin
            refuses a call, and a pipeline is told what there is.
        token: A token as it is, or "".
        token_file: The file that holds one, read anew whenever it was refused.
        client_id: Who asks for a token; "": for people, the public client that Admin names.
        secret: That client's secret itself; else `secret_file` holds it or `secret_command`
            prints it.
        assertion: Where a token of another issuer is, which stands for the secret.
        scopes, audience: What is asked for; empty: what Admin says.
        token_url: Where tokens are handed out; "": where Admin says.
        header: The header that takes the token; "": the one that Admin says.
        command: Prints a token.
        proxy_command: Prints a token for a proxy in front of Admin.
        http_proxy: The proxy for the requests for tokens.
        browser_seconds, device_seconds: How long a person has to log in; None: two minutes, and
            as long as the server says.
        refresh_window: Seconds before a token's end at which it is renewed, if that is earlier
            than four fifths of its life; None for these.
    """

    flow: Flow = Flow.NONE
    token: str = field(default="", repr=False)
    token_file: str = ""
    client_id: str = ""
    secret: str = field(default="", repr=False)
    secret_file: str = ""
    secret_command: tuple[str, ...] = ()
    assertion: "Assertion | None" = None
    scopes: tuple[str, ...] = ()
    audience: str = ""
    token_url: str = ""
    header: str = ""
    command: tuple[str, ...] = ()
    proxy_command: tuple[str, ...] = ()
    http_proxy: str = field(default="", repr=False)
    browser_seconds: float | None = None
    device_seconds: float | None = None
    refresh_window: float | None = None

    @property
    def sends(self) -> bool:
        """Whether there is anything to send along that we can get without a person."""
        return bool(self.proxy_command) or not self.flow.needs_person


def find_login(values: Values, *, environ: Mapping[str, str]) -> Login:
    """Bring the environment and the file that is about the endpoint to one Login.

    Raises: ConfigError for a flow that does not exist, or one that lacks what it needs.
    """
    named = values.text("login.secret_variable")
    secret = _named_secret(environ, named) if named else values.text("login.secret")
    login = Login(
        token=values.text("login.token"),
        token_file=values.text("login.token_file"),
        client_id=values.text("login.client_id"),
        secret=secret,
        secret_file=values.text("login.secret_file"),
        secret_command=values.words("login.secret_command"),
        scopes=values.words("login.scopes"),
        audience=values.text("login.audience"),
        token_url=values.text("login.token_url"),
        header=values.text("login.header").lower(),
        command=values.words("login.command"),
        proxy_command=values.words("login.proxy_command"),
        http_proxy=values.text("login.http_proxy"),
        browser_seconds=values.seconds("login.browser_seconds"),
        device_seconds=values.seconds("login.device_seconds"),
        refresh_window=values.seconds("login.refresh_window"),
    )
    return _with_flow(login, values, environ)


def _named_secret(environ: Mapping[str, str], variable: str) -> str:
    if not (secret := environ.get(variable, "").strip()):
        raise ConfigError(f"clientSecretEnvVar names the variable {variable}, which is not set")
    return secret


def _with_flow(login: Login, values: Values, environ: Mapping[str, str]) -> Login:
    wanted = values.text("login.flow")
    flow = _NAMES.get(wanted.lower(), Flow.NONE)
    if wanted and not flow:
        known = "Pkce, ClientSecret, ClientAssertion, DeviceFlow, ExternalCommand"
        raise ConfigError(f"authType {wanted} is not known; there are {known}")
    if login.token or login.token_file:
        return replace(login, flow=Flow.TOKEN)
    if flow is Flow.ASSERTION or (values.text("login.assertion") and not wanted):
        return _with_assertion(login, values, environ)
    has_secret = bool(login.secret or login.secret_file or login.secret_command)
    if has_secret and not (wanted and _is_nearer(values)):
        flow = Flow.CLIENT_SECRET
    elif login.command and not wanted:
        flow = Flow.COMMAND
    if flow is Flow.CLIENT_SECRET and not (login.client_id and has_secret):
        raise ConfigError(
            "authType ClientSecret needs clientId and a secret: clientSecretLocation, "
            f"clientSecretEnvVar, clientSecretCommand or the variable {_PREFIX}CLIENT_SECRET"
        )
    if flow is Flow.COMMAND and not login.command:
        raise ConfigError(
            f"authType ExternalCommand needs `command`, or the variable {_PREFIX}COMMAND"
        )
    return replace(login, flow=flow)


def _with_assertion(login: Login, values: Values, environ: Mapping[str, str]) -> Login:
    if not login.client_id:
        raise ConfigError(
            f"authType ClientAssertion needs clientId, or the variable {_PREFIX}CLIENT_ID"
        )
    from reconciler.config.assertion import find_assertion

    found = find_assertion(
        values.text("login.assertion"),
        audience=values.text("login.assertion_audience"),
        environ=environ,
    )
    return replace(login, flow=Flow.ASSERTION, assertion=found)


def _is_nearer(values: Values) -> bool:
    """Whether a variable says how to log in, and only the file knows of a secret."""
    places = ("secret", "secret_file", "secret_variable", "secret_command")
    return values.by_variable("login.flow") and not any(
        values.by_variable(f"login.{place}") for place in places
    )


def read_secret(login: Login) -> str:
    """The client's secret, where it needs no command.

    Raises: ConfigError if its file cannot be read, or is empty.
    """
    if login.secret:
        return login.secret
    return read_text(login.secret_file, what="the client's secret")


def read_text(file: str, *, what: str) -> str:
    """What a file holds, without the white space around it.

    Raises: ConfigError if it cannot be read, or holds nothing.
    """
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        # Its text would show what it could not decode.
        raise ConfigError(f"cannot read {what} from {file}: it is no text") from None
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"cannot read {what} from {file}: {reason}") from error
    if not text:
        raise ConfigError(f"{file}, which should hold {what}, is empty")
    return text
