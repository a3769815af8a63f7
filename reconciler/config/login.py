"""How to log in, as flytekit's and flytectl's users have said it already.

A token at hand (`RECONCILER_TOKEN`, or a file named by `RECONCILER_TOKEN_FILE`) is used as it is,
for a pipeline that was given one. Else flytekit's variables decide, then the file that named the
endpoint. Naming a place of the client's secret asks for the login by secret, whatever `authType`
says: flytekit does it so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from reconciler.config.file import AdminFile
from reconciler.errors import ConfigError

TOKEN_VARIABLE = "RECONCILER_TOKEN"
TOKEN_FILE_VARIABLE = "RECONCILER_TOKEN_FILE"
AUTH_VARIABLE = "FLYTE_CREDENTIALS_AUTH_MODE"
_PREFIX = "FLYTE_CREDENTIALS_"


class Flow(StrEnum):
    """A way to a token."""

    NONE = ""
    TOKEN = "token"
    CLIENT_SECRET = "ClientSecret"
    COMMAND = "ExternalCommand"
    PKCE = "Pkce"
    DEVICE = "DeviceFlow"


_NAMES = {
    "pkce": Flow.PKCE,
    "standard": Flow.PKCE,
    "clientsecret": Flow.CLIENT_SECRET,
    "client_credentials": Flow.CLIENT_SECRET,
    "basic": Flow.CLIENT_SECRET,
    "deviceflow": Flow.DEVICE,
    "externalcommand": Flow.COMMAND,
    "external_process": Flow.COMMAND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What there is to log in with. What is secret is in no `repr`.

    Attributes:
        flow: The way to a token; NONE if nobody said one.
        token: A token as it is, or "".
        token_file: The file that holds one, read anew whenever it was refused.
        client_id: Who asks for a token by its secret.
        secret: That client's secret itself; else `secret_file` holds it.
        scopes, audience: What is asked for; empty: what Admin says.
        token_url: Where tokens are handed out; "": where Admin says.
        command: Prints a token.
        proxy_command: Prints a token for a proxy in front of Admin.
        http_proxy: The proxy for the requests for tokens.
    """

    flow: Flow = Flow.NONE
    token: str = field(default="", repr=False)
    token_file: str = ""
    client_id: str = ""
    secret: str = field(default="", repr=False)
    secret_file: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""
    token_url: str = ""
    command: tuple[str, ...] = ()
    proxy_command: tuple[str, ...] = ()
    http_proxy: str = field(default="", repr=False)

    @property
    def sends(self) -> bool:
        """Whether there is anything to send along that we can get without a person."""
        return bool(self.proxy_command) or self.flow not in (Flow.NONE, Flow.PKCE, Flow.DEVICE)


def find_login(file: AdminFile, *, environ: Mapping[str, str]) -> Login:
    """Bring the environment and the file that named the endpoint to one Login.

    Raises: ConfigError for a flow that does not exist, or one that lacks what it needs.
    """

    def said(name: str, in_file: str = "") -> str:
        return environ.get(_PREFIX + name, "").strip() or in_file

    def listed(name: str, in_file: tuple[str, ...]) -> tuple[str, ...]:
        words = environ.get(_PREFIX + name, "").replace(",", " ").split()
        return tuple(words) or in_file

    login = Login(
        token=environ.get(TOKEN_VARIABLE, "").strip(),
        token_file=environ.get(TOKEN_FILE_VARIABLE, "").strip(),
        client_id=said("CLIENT_ID", file.client_id),
        secret=_secret(environ, said("CLIENT_SECRET_ENV_VAR", file.client_secret_variable)),
        secret_file=said("CLIENT_SECRET_LOCATION", file.client_secret_file),
        scopes=listed("SCOPES", file.scopes),
        audience=said("AUDIENCE", file.audience),
        token_url=file.token_url,
        command=listed("COMMAND", file.command),
        proxy_command=listed("PROXY_COMMAND", file.proxy_command),
        http_proxy=environ.get("FLYTE_PLATFORM_HTTP_PROXY_URL", "").strip() or file.http_proxy,
    )
    return _with_flow(login, said("AUTH_MODE", file.auth_type))


def _secret(environ: Mapping[str, str], variable: str) -> str:
    if not variable:
        return environ.get(_PREFIX + "CLIENT_SECRET", "").strip()
    if not (secret := environ.get(variable, "").strip()):
        raise ConfigError(f"clientSecretEnvVar names the variable {variable}, which is not set")
    return secret


def _with_flow(login: Login, wanted: str) -> Login:
    flow = _NAMES.get(wanted.lower(), Flow.NONE)
    if wanted and not flow:
        known = "Pkce, ClientSecret, DeviceFlow, ExternalCommand"
        raise ConfigError(f"authType {wanted} is not known; there are {known}")
    if login.token or login.token_file:
        return replace(login, flow=Flow.TOKEN)
    has_secret = bool(login.secret or login.secret_file)
    if has_secret:
        flow = Flow.CLIENT_SECRET
    elif login.command and not wanted:
        flow = Flow.COMMAND
    if flow is Flow.CLIENT_SECRET and not (
        login.client_id and (login.secret or login.secret_file)
    ):
        raise ConfigError(
            "authType ClientSecret needs clientId and a secret: clientSecretLocation, "
            f"clientSecretEnvVar or the variable {_PREFIX}CLIENT_SECRET"
        )
    if flow is Flow.COMMAND and not login.command:
        raise ConfigError(
            f"authType ExternalCommand needs `command`, or the variable {_PREFIX}COMMAND"
        )
    return replace(login, flow=flow)


def read_secret(login: Login) -> str:
    """The client's secret.

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
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {what} from {file}: {error}") from error
    if not text:
        raise ConfigError(f"{file}, which should hold {what}, is empty")
    return text
