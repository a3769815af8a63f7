"""The places an endpoint may come from, in order; the first that names one decides.

1. `--admin`
2. the workspace's environment that `-e` names, if it says so itself
3. the variable `RECONCILER_ADMIN`
4. the variable `FLYTE_PLATFORM_URL`
5. the file named by `FLYTECTL_CONFIG`
6. `endpoint` of the workspace file
7. `~/.flyte/config.yaml`

There is no default: a tool that changes things must not guess whose. How to connect (plain text,
authorities, login) comes from flytekit's variables, then from the file that named the endpoint,
never from a file about another server. A scheme in the endpoint itself wins over both.
"""

from collections.abc import Mapping
from pathlib import Path

from reconciler.config.config import Config
from reconciler.config.endpoint import parse_endpoint
from reconciler.config.file import AdminFile, parse_flag, read_file
from reconciler.config.login import find_login
from reconciler.errors import ConfigError

OWN_VARIABLE = "RECONCILER_ADMIN"
URL_VARIABLE = "FLYTE_PLATFORM_URL"
FILE_VARIABLE = "FLYTECTL_CONFIG"
INSECURE_VARIABLE = "FLYTE_PLATFORM_INSECURE"
SKIP_VERIFY_VARIABLE = "FLYTE_PLATFORM_INSECURE_SKIP_VERIFY"
CA_VARIABLE = "FLYTE_PLATFORM_CA_CERT_FILE_PATH"


def resolve(
    flag: str | None = None,
    *,
    environ: Mapping[str, str],
    home: Path | None,
    environment_endpoint: str | None = None,
    workspace_endpoint: str | None = None,
    workspace_file: str = "reconciler.yaml",
) -> Config:
    """Settle which Admin is meant and how to reach it.

    Args:
        flag: The value of `--admin`; an empty one is an error, since a script that meant to
            name a server must not end up at another.
        environ: The environment; empty variables count as unset.
        home: Where `.flyte/config.yaml` and `~` are looked up; None if there is no home.
        environment_endpoint: What the environment that somebody named says: whoever names
            `production` must not end up elsewhere because of a variable in their shell.
        workspace_endpoint: What the workspace file says, and `workspace_file` its name.

    Raises:
        ConfigError: No place names an endpoint (all of them are listed), or the place that does
            is broken.
    """
    if flag is not None:
        return _settle(flag, source="--admin", environ=environ, home=home)
    if environment_endpoint is not None:
        return _settle(environment_endpoint, source=workspace_file, environ=environ, home=home)
    for variable in (OWN_VARIABLE, URL_VARIABLE):
        if value := environ.get(variable, "").strip():
            return _settle(value, source=variable, environ=environ, home=home)
    if value := environ.get(FILE_VARIABLE, "").strip():
        file = _named_file(_path(value, home))
        source = f"{file.path}, named by {FILE_VARIABLE}"
        return _settle(file.endpoint, source=source, environ=environ, home=home, file=file)
    if workspace_endpoint is not None:
        return _settle(workspace_endpoint, source=workspace_file, environ=environ, home=home)
    usual = home / ".flyte" / "config.yaml" if home else None
    if usual and usual.is_file():
        file = read_file(usual)
        if file.endpoint:
            return _settle(file.endpoint, source=str(usual), environ=environ, home=home, file=file)
    raise ConfigError(
        f"no Flyte Admin endpoint is set; name one by --admin, the variable {OWN_VARIABLE} or "
        f"{URL_VARIABLE}, a file named by {FILE_VARIABLE}, `endpoint` in {workspace_file}, or "
        "admin.endpoint in ~/.flyte/config.yaml"
    )


def _settle(
    text: str,
    *,
    source: str,
    environ: Mapping[str, str],
    home: Path | None,
    file: AdminFile | None = None,
) -> Config:
    endpoint = parse_endpoint(text, source=source)
    if endpoint.target.startswith("sandbox:"):
        return Config(endpoint=endpoint.target, source=source, insecure=True)
    said = file or AdminFile(Path())
    if None not in (said.insecure, endpoint.insecure) and said.insecure != endpoint.insecure:
        raise ConfigError(
            f"{said.path}: admin.endpoint {text} contradicts admin.insecure: drop one of them"
        )
    wishes = (endpoint.insecure, _variable(environ, INSECURE_VARIABLE), said.insecure)
    skips = (_variable(environ, SKIP_VERIFY_VARIABLE), said.insecure_skip_verify)
    ca_cert_file = environ.get(CA_VARIABLE, "").strip() or said.ca_cert_file
    return Config(
        endpoint=endpoint.target,
        source=source,
        insecure=_first(*wishes, endpoint.loopback),
        ca_cert_file=str(_path(ca_cert_file, home)) if ca_cert_file else "",
        insecure_skip_verify=_first(*skips, False),
        login=find_login(said, environ=environ),
        unknown_keys=said.unknown_keys,
    )


def _named_file(path: Path) -> AdminFile:
    # Somebody named this very file: passing over it could lead to a server nobody meant.
    if not path.exists():
        raise ConfigError(f"{FILE_VARIABLE} names {path}, which does not exist")
    file = read_file(path)
    if not file.endpoint:
        raise ConfigError(f"{path}, named by {FILE_VARIABLE}, sets no admin.endpoint")
    return file


def _path(text: str, home: Path | None) -> Path:
    if home and (text == "~" or text.startswith("~/")):
        return home / text[2:]
    return Path(text)


def _variable(environ: Mapping[str, str], name: str) -> bool | None:
    value = environ.get(name, "").strip()
    return parse_flag(value, what=name) if value else None


def _first(*wishes: bool | None) -> bool:
    return next(wish for wish in wishes if wish is not None)
