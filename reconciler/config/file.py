"""The configuration file that flytekit and flytectl share, in both their dialects.

    admin:
      endpoint: dns:///flyte.example.com
      authType: Pkce
      insecure: false

The two agree on the names we read; flytectl does not care about the case of a key, so neither
do we. Everything else in the file (`console`, `logger`, `storage`, …) is not ours.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.errors import ConfigError

# Of the `admin` section, in lower case: flytekit's and flytectl's keys together.
_KNOWN = frozenset(
    """
    endpoint insecure insecureskipverify cacertfilepath authtype command proxycommand clientid
    clientsecretlocation clientsecretenvvar scopes audience httpproxyurl tokenurl
    authorizationserverurl authorizationheader pkceconfig deviceflowconfig useaudiencefromadmin
    maxmessagesizebytes maxretries perretrytimeout maxbackoffdelay defaultserviceconfig
    tokenrefreshwindow useauth
    """.split()  # noqa: SIM905  a list this long reads better as words
)


@dataclass(frozen=True, slots=True)
class AdminFile:
    """The `admin` section of one file; None or "" where it says nothing."""

    path: Path
    endpoint: str = ""
    insecure: bool | None = None
    insecure_skip_verify: bool | None = None
    ca_cert_file: str = ""
    auth_type: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    client_secret_variable: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""
    token_url: str = ""
    command: tuple[str, ...] = ()
    proxy_command: tuple[str, ...] = ()
    http_proxy: str = ""
    unknown_keys: tuple[str, ...] = ()


def read_file(path: Path) -> AdminFile:
    """Read the `admin` section of a configuration file.

    Raises: ConfigError naming the file, if it cannot be read or is not what it should be.
    """
    document = _load(path)
    section = _section(document, "admin", path)
    values = {str(key).lower(): value for key, value in section.items()}
    return AdminFile(
        path=path,
        endpoint=_text(values, "endpoint", path),
        insecure=_flag(values, "insecure", path),
        insecure_skip_verify=_flag(values, "insecureSkipVerify", path),
        ca_cert_file=_text(values, "caCertFilePath", path),
        auth_type=_text(values, "authType", path),
        client_id=_text(values, "clientId", path),
        client_secret_file=_text(values, "clientSecretLocation", path),
        client_secret_variable=_text(values, "clientSecretEnvVar", path),
        scopes=_texts(values, "scopes", path),
        audience=_text(values, "audience", path),
        token_url=_text(values, "tokenUrl", path),
        command=_texts(values, "command", path),
        proxy_command=_texts(values, "proxyCommand", path),
        http_proxy=_text(values, "httpProxyURL", path),
        unknown_keys=tuple(str(key) for key in section if str(key).lower() not in _KNOWN),
    )


def parse_flag(value: Any, *, what: str) -> bool:
    """Read true or false, as YAML or as a word (`on`, `0`, …); ConfigError if it is neither."""
    if isinstance(value, bool):
        return value
    match str(value).strip().lower():
        case "true" | "1" | "yes" | "on" | "t" | "y":
            return True
        case "false" | "0" | "no" | "off" | "f" | "n":
            return False
    raise ConfigError(f"{what} is {value!r}; it must be true or false")


def _load(path: Path) -> Any:
    import yaml  # costs more than the rest of this room together

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{place}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not YAML: {reason}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error


def _section(document: Any, name: str, path: Path) -> dict[Any, Any]:
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: expected a mapping with a section `{name}`")
    section = next((value for key, value in document.items() if str(key).lower() == name), None)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: `{name}` must be a mapping")
    return section


def _text(values: dict[str, Any], key: str, path: Path) -> str:
    value = values.get(key.lower())
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ConfigError(f"{path}: admin.{key} must be a text, not {value!r}")
    return value.strip()


def _texts(values: dict[str, Any], key: str, path: Path) -> tuple[str, ...]:
    value = values.get(key.lower())
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(value.split())
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"{path}: admin.{key} must be a list of texts")
    return tuple(value)


def _flag(values: dict[str, Any], key: str, path: Path) -> bool | None:
    value = values.get(key.lower())
    if value is None or value == "":
        return None
    return parse_flag(value, what=f"admin.{key} in {path}")
