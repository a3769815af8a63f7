"""The sandbox on this machine, as `flytectl demo start` leaves it, or where a variable says."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.config.cache import token_folder
from reconciler.config.config import Config
from reconciler.config.endpoint import parse_endpoint
from reconciler.config.origin import Origin, Origins
from reconciler.config.storage import Storage
from reconciler.errors import ConfigError

VARIABLE = "RECONCILER_SANDBOX"
_ENDPOINT = "localhost:30080"
_CONSOLE = "http://localhost:30080"
# What the demo cluster's MinIO is started with; it listens on this machine only.
_STORAGE = Storage(
    endpoint="http://localhost:30002", access_key="minio", secret_key="miniostorage"
)


def for_sandbox(*, environ: Mapping[str, str], home: Path | None) -> Config:
    """The sandbox, never anything else.

    Source: `flytekit/configuration/__init__.py`, Config.for_sandbox, which reads no variable.
    Raises: ConfigError if the variable names another machine.
    """
    written = environ.get(VARIABLE, "").strip()
    source = VARIABLE if written else "Config.for_sandbox"
    endpoint = parse_endpoint(written or _ENDPOINT, source=source)
    if not endpoint.loopback or endpoint.target.startswith("sandbox:"):
        raise ConfigError(
            f"{VARIABLE} names {endpoint.target}; a sandbox is on this machine, "
            f"such as {_ENDPOINT}: for another Admin use Config.for_endpoint"
        )
    return Config(
        endpoint=endpoint.target,
        source=source,
        insecure=True,
        console_endpoint="" if written else _CONSOLE,
        storage=Storage() if written else _STORAGE,
        token_folder=token_folder(environ, home),
        origins=Origins({"endpoint": Origin(source=source, shown=endpoint.target)}),
    )
