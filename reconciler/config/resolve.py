"""The places an endpoint may come from, in order; the first that names one decides.

 1. `--admin`
 2. the workspace's environment that `-e` names, if it says so itself
 3. the variable `RECONCILER_ADMIN`
 4. the variable `FLYTE_PLATFORM_URL`
 5. the file `~/.flyte/config-NAME.yaml` for the NAME in `RECONCILER_PROFILE`
 6. the file named by `FLYTECTL_CONFIG`
 7. `endpoint` of the workspace file
 8. `./flytekit.config`, `~/.flyte/config` (ini), `~/.flyte/config.yaml`

There is no default: a tool that changes things must not guess whose. How to connect (plain text,
authorities, login) comes from variables, then from the file that named the endpoint or names the
same one, never from a file about another server. A scheme in the endpoint itself wins over both.
"""

from collections.abc import Mapping
from pathlib import Path

from reconciler.config.cache import token_folder
from reconciler.config.config import DEFAULT_DOMAIN, DEFAULT_PROJECT, Config
from reconciler.config.endpoint import Endpoint, parse_endpoint
from reconciler.config.files import NO_FILE, Found, expand, find_file
from reconciler.config.login import find_login
from reconciler.config.origin import Origin, Origins
from reconciler.config.storage import Storage
from reconciler.config.values import Values, shown
from reconciler.errors import ConfigError

OWN_VARIABLE = "RECONCILER_ADMIN"
URL_VARIABLE = "FLYTE_PLATFORM_URL"
_REACHING = {
    "login.command": "a command",
    "login.proxy_command": "a command",
    "login.secret_command": "a command",
    "login.secret_file": "a file of secrets",
    "login.secret_variable": "a variable of secrets",
}


def resolve(
    flag: str | None = None,
    *,
    environ: Mapping[str, str],
    home: Path | None,
    environment_endpoint: str | None = None,
    workspace_endpoint: str | None = None,
    workspace_file: str = "reconciler.yaml",
    config_file: str | Path | None = None,
    flag_source: str = "--admin",
    insecure: bool | None = None,
    folder: Path | None = None,
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
        config_file: A file that a program names; without `flag` it must name the endpoint.
        flag_source: What the `flag` is called, for people.
        insecure: What a program says about plain text, over everything else.
        folder: Where `flytekit.config` is looked for; None for the working directory.

    Raises:
        ConfigError: No place names an endpoint (all of them are listed), or the place that does
            is broken.
    """
    found = find_file(config_file, environ=environ, home=home, folder=folder or Path())
    whole = config_file is not None
    if whole:
        found.read()
    # A file that a program names is nearer to it than the shell it was started from.
    mine = found.endpoint() if whole and flag is None and environment_endpoint is None else None
    named = (
        (flag, flag_source),
        (environment_endpoint, workspace_file),
        (mine, found.source),
        (_said(environ, OWN_VARIABLE), OWN_VARIABLE),
        (_said(environ, URL_VARIABLE), URL_VARIABLE),
    )
    text, source = next((one for one in named if one[0] is not None), (None, ""))
    if text is None and found.named:
        # Somebody named this very file: passing over it could lead to a server nobody meant.
        text, source = found.endpoint(), found.source
    if text is None and workspace_endpoint is not None:
        text, source = workspace_endpoint, workspace_file
    if text is None and found.read().endpoint:
        text, source = found.endpoint(), found.source
    if text is None:
        raise ConfigError(
            f"no Flyte Admin endpoint is set; name one by --admin, the variable {OWN_VARIABLE} or "
            f"{URL_VARIABLE}, a file named by FLYTECTL_CONFIG, `endpoint` in {workspace_file}, or "
            "admin.endpoint in ~/.flyte/config.yaml"
        )
    endpoint = parse_endpoint(text, source=source)
    about_it = whole or source == found.source or _is_same(found, endpoint)
    return _settle(
        endpoint, source, found, about_it=about_it, insecure=insecure, environ=environ, home=home
    )


def _settle(
    endpoint: Endpoint,
    source: str,
    found: Found,
    *,
    about_it: bool,
    insecure: bool | None,
    environ: Mapping[str, str],
    home: Path | None,
) -> Config:
    file = found.file if about_it else NO_FILE
    values = Values(environ, file, found.file)
    if found.from_folder:
        _refuse_reach(values)
    if source == found.source:
        _check_agreement(endpoint, values, found)
    origins = {"endpoint": Origin(source=source, shown=endpoint.target)} | values.origins
    plain, origins["insecure"] = _insecure(endpoint, source, insecure, values)
    remarks = [str(found.problem)] if found.problem else []
    is_sandbox = endpoint.target.startswith("sandbox:")
    return Config(
        endpoint=endpoint.target,
        source=source,
        insecure=plain,
        ca_cert_file=_path(values.text("ca_cert_file"), home),
        insecure_skip_verify=bool(values.get("insecure_skip_verify")),
        client_cert_file=_path(values.text("client_cert_file"), home),
        client_key_file=_path(values.text("client_key_file"), home),
        retries=values.get("retries"),
        call_seconds=values.seconds("call_seconds"),
        receive_limit=values.get("receive_limit"),
        **({} if is_sandbox else {"login": find_login(values, environ=environ)}),
        console_endpoint=values.text("console_endpoint").rstrip("/"),
        default_project=values.text("default_project") or DEFAULT_PROJECT,
        default_domain=values.text("default_domain") or DEFAULT_DOMAIN,
        storage=Storage(
            endpoint=values.text("storage.endpoint"),
            access_key=values.text("storage.access_key"),
            secret_key=values.text("storage.secret_key"),
            addressing_style=values.text("storage.addressing_style"),
            region=values.text("storage.region"),
        ),
        token_folder=token_folder(environ, home),
        keyring=bool(values.get("keyring")),
        unknown_keys=file.unknown_keys,
        remarks=tuple(remarks),
        origins=Origins(origins),
    )


def _insecure(
    endpoint: Endpoint, source: str, given: bool | None, values: Values
) -> tuple[bool, Origin]:
    """Whether to go without TLS, and who said so."""
    said: list[tuple[bool, str]] = []
    if given is not None:
        said.append((given, "Config.for_endpoint"))
    if endpoint.insecure is not None:
        said.append((endpoint.insecure, f"the scheme of the endpoint in {source}"))
    if (wish := values.get("insecure")) is not None:
        said.append((wish, values.origins["insecure"].source))
    default = "default for this machine" if endpoint.loopback else "default"
    (value, place), *others = [*said, (endpoint.loopback, default)]
    over = [other for other_wish, other in others[: len(said) - 1] if other_wish != value]
    if wish == value:
        over += values.origins["insecure"].over
    return value, Origin(source=place, shown=shown(value), over=tuple(over))


def _check_agreement(endpoint: Endpoint, values: Values, found: Found) -> None:
    written = values.get("insecure")
    if values.by_variable("insecure"):
        return
    if None not in (written, endpoint.insecure) and written != endpoint.insecure:
        raise ConfigError(
            f"{found.file.path}: admin.endpoint {found.file.endpoint} contradicts "
            "admin.insecure: drop one of them"
        )


def _refuse_reach(values: Values) -> None:
    # A checkout of somebody's must not run what it likes on the machine where it is planned, nor
    # send a file or variable of that machine to its own server as a client's secret.
    for name, what in _REACHING.items():
        if values.get(name) and not values.by_variable(name):
            raise ConfigError(
                f"{values.origins[name].source} names {what}, which a file of the working "
                "directory may not; put it into ~/.flyte/config, or into a file that "
                "FLYTECTL_CONFIG names"
            )


def _is_same(found: Found, endpoint: Endpoint) -> bool:
    """Whether a file is about the server that something nearer named."""
    if found.from_folder or not found.file.endpoint:
        return False
    try:
        return parse_endpoint(found.file.endpoint, source="").target == endpoint.target
    except ConfigError:
        return False


def _said(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _path(text: str, home: Path | None) -> str:
    return str(expand(text, home)) if text else ""
