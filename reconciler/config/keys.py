"""Every setting there is: its variables, its place in a file, and how its value reads.

A variable of flytekit's, `FLYTE_SECTION_OPTION`, is `option` of `[section]` in an ini file too.
Names that begin with `RECONCILER_` are ours; no other tool reads them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from reconciler.errors import ConfigError
from reconciler.model import parse_duration


class Key(NamedTuple):  # every command waits for this file, and for a dataclass longer
    """One setting.

    Attributes:
        name: The field of Config, Login or Storage that it ends up in, and its name in `origins`.
        variables: Nearest first.
        path: Its place in a YAML file, with dots; the case of letters does not matter.
        read: From what is written to a value; raises ConfigError with `what` it was.
        secret: Its value is never shown.
        personal: It is about whoever asks, not about a server: a file says it for all servers.
    """

    name: str
    variables: tuple[str, ...] = ()
    path: str = ""
    read: Callable[[Any, str], Any] = lambda value, what: value
    secret: bool = False
    personal: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """Its places in an ini file, `section.option`."""
        flytekits = (name.split("_", 2) for name in self.variables if name.startswith("FLYTE_"))
        return tuple(f"{section}.{option}".lower() for _, section, option in flytekits)


def text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{what} must be a text, not {_kind(value)}")
    return value.strip()


def flag(value: Any, what: str) -> bool:
    """True or false, as YAML or as a word (`on`, `0`, …)."""
    if isinstance(value, bool):
        return value
    match str(value).strip().lower():
        case "true" | "1" | "yes" | "on" | "t" | "y":
            return True
        case "false" | "0" | "no" | "off" | "f" | "n":
            return False
    raise ConfigError(f"{what} is {value!r}; it must be true or false")


def number(value: Any, what: str) -> int:
    try:
        if isinstance(value, bool):
            raise ValueError
        found = int(str(value))
    except ValueError:
        raise ConfigError(f"{what} is {value!r}; it must be a whole number") from None
    if found < 0:
        raise ConfigError(f"{what} is {found}; it must not be negative")
    return found


def seconds(value: Any, what: str) -> float:
    """A duration as Go writes them, `15s` or `1m30s`; a number alone is seconds."""
    written = str(value).strip()
    if written.replace(".", "", 1).isdigit():
        written += "s"
    try:
        duration = parse_duration(written)
    except ValueError:
        raise ConfigError(f"{what} is {value!r}; it must be a duration, such as 15s") from None
    found = duration.seconds + duration.nanos / 1e9
    if found <= 0:
        raise ConfigError(f"{what} is {value!r}; it must be longer than nothing")
    return found


def words(value: Any, what: str) -> tuple[str, ...]:
    """A list, or words with commas or white space between them."""
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    return _texts(value, what)


def argv(value: Any, what: str) -> tuple[str, ...]:
    """A command: a list, a JSON list, words with commas as flytekit has them, or a shell's words.

    It is never run by a shell. `tok,--name,John Doe` is three words, since its first has no blank
    in it; `tok --scopes a,b` is three as well.
    """
    if not isinstance(value, str):
        return _texts(value, what)
    import json
    import shlex

    value = value.strip()
    try:
        if value.startswith("["):
            return _texts(json.loads(value), what)
        first, comma, _ = value.partition(",")
        if comma and not any(character.isspace() for character in first):
            return tuple(filter(None, (word.strip() for word in value.split(","))))
        return tuple(shlex.split(value))
    except ValueError:
        raise ConfigError(f"{what} is no command: a quote or bracket is not closed") from None


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"{what} must be a list of texts")
    return tuple(value)


def _kind(value: Any) -> str:
    # Not the value: it may be a secret in the wrong place.
    return {bool: "true or false", int: "a number", float: "a number", list: "a list"}.get(
        type(value), "something else"
    )


_CREDENTIALS = "FLYTE_CREDENTIALS_"

KEYS: tuple[Key, ...] = (
    # How to connect.
    Key("insecure", ("FLYTE_PLATFORM_INSECURE",), "admin.insecure", flag),
    Key(
        "insecure_skip_verify",
        ("FLYTE_PLATFORM_INSECURE_SKIP_VERIFY",),
        "admin.insecureSkipVerify",
        flag,
    ),
    Key("ca_cert_file", ("FLYTE_PLATFORM_CA_CERT_FILE_PATH",), "admin.caCertFilePath", text),
    Key("client_cert_file", ("RECONCILER_CLIENT_CERT_FILE",), "admin.clientCertFilePath", text),
    Key("client_key_file", ("RECONCILER_CLIENT_KEY_FILE",), "admin.clientKeyFilePath", text),
    Key("retries", ("RECONCILER_RETRIES",), "admin.maxRetries", number),
    Key("call_seconds", ("RECONCILER_CALL_TIMEOUT",), "admin.perRetryTimeout", seconds),
    Key("receive_limit", ("RECONCILER_RECEIVE_LIMIT",), "admin.maxMessageSizeBytes", number),
    # How to log in.
    Key("login.flow", (_CREDENTIALS + "AUTH_MODE",), "admin.authType", text),
    Key("login.token", ("RECONCILER_TOKEN",), read=text, secret=True),
    Key("login.token_file", ("RECONCILER_TOKEN_FILE",), read=text),
    Key("login.client_id", (_CREDENTIALS + "CLIENT_ID",), "admin.clientId", text),
    Key("login.secret", (_CREDENTIALS + "CLIENT_SECRET",), read=text, secret=True),
    Key(
        "login.secret_file",
        (_CREDENTIALS + "CLIENT_SECRET_LOCATION",),
        "admin.clientSecretLocation",
        text,
    ),
    Key(
        "login.secret_variable",
        (_CREDENTIALS + "CLIENT_SECRET_ENV_VAR",),
        "admin.clientSecretEnvVar",
        text,
    ),
    Key(
        "login.secret_command",
        ("RECONCILER_CLIENT_SECRET_COMMAND",),
        "admin.clientSecretCommand",
        argv,
    ),
    Key("login.assertion", ("RECONCILER_ASSERTION",), "admin.clientAssertion", text),
    Key(
        "login.assertion_audience",
        ("RECONCILER_ASSERTION_AUDIENCE",),
        "admin.clientAssertionAudience",
        text,
    ),
    Key("login.scopes", (_CREDENTIALS + "SCOPES",), "admin.scopes", words),
    Key("login.audience", (_CREDENTIALS + "AUDIENCE",), "admin.audience", text),
    Key("login.token_url", ("RECONCILER_TOKEN_URL",), "admin.tokenUrl", text),
    Key("login.header", ("RECONCILER_TOKEN_HEADER",), "admin.authorizationHeader", text),
    Key("login.command", (_CREDENTIALS + "COMMAND",), "admin.command", argv),
    Key("login.proxy_command", (_CREDENTIALS + "PROXY_COMMAND",), "admin.proxyCommand", argv),
    # A URL of a proxy may hold its password.
    Key(
        "login.http_proxy",
        ("FLYTE_PLATFORM_HTTP_PROXY_URL",),
        "admin.httpProxyURL",
        text,
        secret=True,
    ),
    Key("login.browser_seconds", (), "admin.pkceConfig.timeout", seconds),
    Key("login.device_seconds", (), "admin.deviceFlowConfig.timeout", seconds),
    Key("login.refresh_window", (), "admin.tokenRefreshWindow", seconds),
    # What is usual there.
    Key("console_endpoint", ("FLYTE_PLATFORM_CONSOLE_ENDPOINT",), "console.endpoint", text),
    Key(
        "default_project",
        ("FLYTE_DEFAULT_PROJECT", "FLYTE_LOCAL_PROJECT"),
        "task.project",
        text,
        personal=True,
    ),
    Key(
        "default_domain",
        ("FLYTE_DEFAULT_DOMAIN", "FLYTE_LOCAL_DOMAIN"),
        "task.domain",
        text,
        personal=True,
    ),
    Key("storage.endpoint", ("FLYTE_AWS_ENDPOINT",), "storage.connection.endpoint", text),
    Key("storage.access_key", ("FLYTE_AWS_ACCESS_KEY_ID",), "storage.connection.access-key", text),
    Key(
        "storage.secret_key",
        ("FLYTE_AWS_SECRET_ACCESS_KEY",),
        "storage.connection.secret-key",
        text,
        secret=True,
    ),
    Key(
        "storage.addressing_style",
        ("FLYTE_AWS_ADDRESSING_STYLE",),
        "storage.connection.addressing-style",
        text,
    ),
    Key("storage.region", (), "storage.connection.region", text),
    Key("keyring", ("RECONCILER_KEYRING",), read=flag, personal=True),
)

ENDPOINT = Key("endpoint", ("FLYTE_PLATFORM_URL",), "admin.endpoint", text)


def known_keys() -> tuple[str, ...]:
    """The paths of everything that a YAML file may say, as they are usually written."""
    return tuple(key.path for key in (ENDPOINT, *KEYS) if key.path)
