"""What a command works on: the manifests it was pointed at, and the Admin it talks to."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reconciler.cli.options import Settings, say
from reconciler.config import Config, resolve
from reconciler.errors import ConfigError
from reconciler.manifest import Manifest, Workspace, load, load_workspace
from reconciler.remote import Remote

WORKSPACE_FILE = "reconciler.yaml"


def find_workspace() -> Workspace | None:
    """The workspace of the current directory, or None if it is none.

    Raises: ManifestError for a workspace file that cannot be used as it is.
    """
    return load_workspace(WORKSPACE_FILE) if os.path.lexists(WORKSPACE_FILE) else None


def manifests(paths: Sequence[Path], workspace: Workspace | None) -> Sequence[Manifest]:
    """Load what the command names, or else what the workspace does.

    Raises: ConfigError if neither names anything; ManifestError with every problem of every file.
    """
    if paths:
        return load(paths)
    if workspace is None:
        raise ConfigError(
            f"no manifests named, and there is no {WORKSPACE_FILE} here to name them; "
            "give files or folders, or run `reconciler init`"
        )
    return load(workspace.paths)


@contextmanager
def connected(
    settings: Settings, workspace: Workspace | None, *, parallelism: int = 10
) -> Iterator[tuple[Remote, Config]]:
    """Settle which Admin is meant, say so, and talk to it; an embedded one lives this long.

    Raises: ConfigError if no endpoint is named, or the embedded Admin cannot be started.
    """
    config = _config(settings, workspace)
    say(f"Flyte Admin: {config}")
    for key in config.unknown_keys:
        say(f"Warning: {config.source} sets admin.{key}, which nothing reads")
    with (
        _listening(config) as reachable,
        Remote.connect(reachable, parallelism=parallelism) as remote,
    ):
        yield remote, config


def _config(settings: Settings, workspace: Workspace | None) -> Config:
    admin = workspace.spec.admin if workspace else None
    config = resolve(
        settings.admin,
        environ=os.environ,
        home=_home(),
        workspace_endpoint=admin.endpoint if admin else None,
        workspace_file=WORKSPACE_FILE,
    )
    if admin and admin.insecure and config.source == WORKSPACE_FILE:
        return replace(config, insecure=True)
    return config


@contextmanager
def _listening(config: Config) -> Iterator[Config]:
    path = config.sandbox_path
    if path is None:
        yield config
        return
    # Imported late: only `sandbox:` needs a server in this process.
    from reconciler.sandbox import Sandbox, StoreError

    try:
        sandbox = Sandbox(data=path).start()
    except (StoreError, OSError) as error:
        raise ConfigError(f"the embedded Flyte Admin cannot start: {error}") from error
    try:
        yield config.at(sandbox.endpoint)
    finally:
        sandbox.stop()


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None
