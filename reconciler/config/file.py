"""The configuration files that flytekit and flytectl have: YAML, and flytekit's older ini.

    admin:                                    [platform]
      endpoint: dns:///flyte.example.com      url = flyte.example.com
      authType: Pkce                          [credentials]
      insecure: false                         auth_mode = Pkce

The two tools agree on the names that we read; flytectl does not care about the case of a key, so
neither do we. Only a name that ends with `.yaml` or `.yml` is YAML, as with flytekit.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.config.keys import ENDPOINT, KEYS, Key
from reconciler.errors import ConfigError

# Keys that flytekit or flytectl know and we do not read, in lower case.
_LET_BE: Mapping[str, frozenset[str]] = {
    "admin": frozenset(
        """
        authorizationserverurl pkceconfig deviceflowconfig useaudiencefromadmin maxbackoffdelay
        defaultserviceconfig useauth
        """.split()  # noqa: SIM905  a list this long reads better as words
    ),
    "console": frozenset(),
    "task": frozenset({"org"}),
    "storage.connection": frozenset({"auth-type", "disable-ssl"}),
}
_OPTIONS_LET_BE = frozenset(
    """
    local.org local.cache_enabled local.cache_overwrite aws.retries aws.backoff_seconds
    aws.enable_debug
    """.split()  # noqa: SIM905
)
_SECTIONS = ("admin", "console", "task", "storage", "images", "logger", "local")


class SettingsFile(NamedTuple):
    """What one file says, by lower-case path with dots; nothing, where there is no file."""

    path: Path = Path()
    values: Mapping[str, Any] = MappingProxyType({})
    is_ini: bool = False
    unknown_keys: tuple[str, ...] = ()

    def find(self, key: Key) -> tuple[Any, str] | None:
        """A value as written and its place, for people; None where the file says nothing.

        Empty means nothing, but zero and false are values.
        """
        for path in key.options if self.is_ini else (key.path,):
            value = self.values.get(path.lower())
            if value is not None and value != "":
                return value, f"{path} in {self.path}"
        return None

    @property
    def endpoint(self) -> str:
        """The endpoint as written, or ""."""
        found = self.find(ENDPOINT)
        return ENDPOINT.read(found[0], f"{self.path}: admin.endpoint") if found else ""


def read_file(path: Path) -> SettingsFile:
    """Read a configuration file of either form.

    Raises: ConfigError naming the file, if it cannot be read or is not what it should be.
    """
    if path.suffix not in (".yaml", ".yml"):
        values = dict(_ini(path))
        return SettingsFile(path, values, is_ini=True, unknown_keys=_unknown_options(values))
    document = _yaml(path)
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: expected a mapping with a section `admin`")
    for section in ("admin", "console", "task", "storage"):
        value = next((v for k, v in document.items() if str(k).lower() == section), None)
        if value is not None and not isinstance(value, dict):
            raise ConfigError(f"{path}: `{section}` must be a mapping")
    flat = dict(_flat(document))
    return SettingsFile(
        path,
        {name.lower(): value for name, value in flat.items()},
        unknown_keys=tuple(_unknown(document)),
    )


def _yaml(path: Path) -> Any:
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


def _ini(path: Path) -> Iterator[tuple[str, Any]]:
    import configparser

    # No interpolation: a secret may hold a `%`.
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except configparser.Error as error:
        # The rest of the message is the line itself, which may hold a secret.
        line = getattr(error, "lineno", None)
        raise ConfigError(f"{path}{f':{line}' if line else ''}: not an ini file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not an ini file: {error.reason}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    for section in parser.sections():
        for option, value in parser.items(section):
            yield f"{section}.{option}".lower(), value


def _flat(document: Mapping[Any, Any], above: str = "", depth: int = 0) -> Iterator[Any]:
    for key, value in document.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and depth < 3:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name, value


def _unknown(document: Mapping[Any, Any]) -> Iterator[str]:
    """Keys of sections that we read which nobody knows, and sections that look misspelt."""
    known = {key.path.lower() for key in (*KEYS, ENDPOINT)}
    for name, let_be in _LET_BE.items():
        section: Any = document
        for part in name.split("."):
            below = section.items() if isinstance(section, dict) else ()
            section = next((v for k, v in below if str(k).lower() == part), None)
        for key in section if isinstance(section, dict) else ():
            if str(key).lower() not in let_be and f"{name}.{str(key).lower()}" not in known:
                yield f"{name}.{key}"
    others = [str(key) for key in document if str(key).lower() not in _SECTIONS]
    if not others:
        return
    from difflib import get_close_matches

    # Tools have sections of their own; only what looks like one of these is likely a slip.
    yield from (key for key in others if get_close_matches(key.lower(), _SECTIONS, cutoff=0.75))


def _unknown_options(values: Mapping[str, Any]) -> tuple[str, ...]:
    known = {option for key in (*KEYS, ENDPOINT) for option in key.options} | _OPTIONS_LET_BE
    ours = ("platform.", "credentials.", "local.", "aws.")
    return tuple(name for name in values if name.startswith(ours) and name not in known)
