"""What a command works on: the manifests it was pointed at, and the Admin it talks to."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from reconciler.cli.choice import Choice
from reconciler.cli.options import Settings, say
from reconciler.cli.telemetry import stage
from reconciler.config import Config, cache_folder, resolve
from reconciler.errors import ConfigError
from reconciler.manifest import (
    KNOWN_AFTER_BUILD,
    LISTING_FILE,
    Manifest,
    Setting,
    Settled,
    Workspace,
    choose_environments,
    image_states,
    load,
    load_listing,
    load_workspace,
    settle,
    unbuilt_images,
    unmatched_overrides,
)
from reconciler.model import Action, Diagnostic, Origin, Plan, Sensitive, Severity
from reconciler.remote import Home, Remote

WORKSPACE_FILE = "reconciler.yaml"


@dataclass(frozen=True)
class Unit:
    """One workspace in one environment, or no workspace at all: what one section is about."""

    workspace: Workspace | None = None
    environment: str = ""
    choice: Choice = field(default_factory=Choice)
    # The variables that must have a value: all, if that is None.
    needed: frozenset[str] | None = None
    # Its name in a list of workspaces; "" where it is the only one.
    listed: str = ""
    # Where the ledger is, for who has no workspace.
    at: Home | None = None

    @property
    def title(self) -> str:
        """How a section is headed: `workspace team-a, environment dev`."""
        parts = (("workspace", self.listed), ("environment", self.environment))
        return ", ".join(f"{word} {name}" for word, name in parts if name)

    @cached_property
    def settled(self) -> Settled | None:
        """What the workspace says here; None without one.

        Raises: ManifestError with everything that has no value, or one that cannot be.
        """
        if self.workspace is None:
            if self.choice.assignments:
                raise ConfigError(
                    f"--var and --var-file give values to variables that {WORKSPACE_FILE} "
                    "declares, and there is none here"
                )
            return None
        return settle(
            self.workspace,
            self.environment,
            environ=os.environ,
            assignments=self.choice.assignments,
            images=image_states(self.workspace),
            needed=self.needed,
        )

    @property
    def home(self) -> Home | None:
        """Where the ledger is kept; None if there is none."""
        if self.at is not None:
            return self.at
        place = self.settled.ledger if self.settled else None
        if place is None or self.settled is None:
            return None
        name = self.settled.workspace.metadata.name
        if self.environment:
            # Each has its own, for what is applied to one says nothing about another.
            name = f"{name}.{self.environment}"
        return Home(place.project, place.domain, name)

    @property
    def folder(self) -> Path:
        """Where the workspace is; without one, here."""
        return self.workspace.folder if self.workspace else Path()

    @property
    def together(self) -> bool:
        """Whether launch plans of a project-domain are switched only once all there is done."""
        return self.workspace is None or self.workspace.spec.activation == "together"

    @property
    def sensitive(self) -> Sensitive:
        return self.settled.sensitive if self.settled else Sensitive()


def home_of(unit: Unit) -> Home:
    """Where the ledger of a unit is kept.

    Raises: ConfigError if there is none.
    """
    if unit.home is None:
        raise ConfigError(
            f"there is no ledger: {WORKSPACE_FILE} names no home for it, such as "
            "`ledger: {project: platform, domain: production}`"
        )
    return unit.home


def say_without_ledger(unit: Unit) -> None:
    """One line for every plan that nobody will remember."""
    if unit.home is None:
        say("No ledger: nothing is locked, owned or remembered (`ledger:` in reconciler.yaml)")


def find_workspace() -> Workspace | None:
    """The workspace of the current directory, or None if it is none.

    Raises: ManifestError for a workspace file that cannot be used as it is.
    """
    return load_workspace(WORKSPACE_FILE) if os.path.lexists(WORKSPACE_FILE) else None


def find_units(choice: Choice, *, everywhere: bool = False) -> Sequence[Unit]:
    """What a command is to work on, in order.

    Args:
        everywhere: Where an environment must be named and is not, take all of them.

    Raises: ConfigError for a workspace or environment that is not there; ManifestError for a
        workspace file that cannot be used as it is.
    """
    units: list[Unit] = []
    for listed, workspace in _workspaces(choice.workspaces):
        if workspace is None:
            if choice.environments:
                raise ConfigError(
                    f"-e names an environment of {WORKSPACE_FILE}, and there is none here"
                )
            units.append(Unit(choice=choice))
            continue
        environments = workspace.spec.environments
        names: Sequence[str] = choice.environments
        if everywhere and not names and not workspace.spec.default_environment and environments:
            names = tuple(environments)
        units += (
            Unit(workspace, environment, choice, listed=listed)
            for environment in choose_environments(workspace, names)
        )
    return units


def find_unit(choice: Choice) -> Unit:
    """The one unit of a command that works on one.

    Raises: ConfigError if there are several; and as `find_units`.
    """
    units = find_units(choice)
    if len(units) > 1:
        titles = "; ".join(unit.title for unit in units)
        raise ConfigError(f"this needs one workspace and environment, not all of: {titles}")
    return units[0]


def manifests(paths: Sequence[Path], unit: Unit) -> Sequence[Manifest]:
    """Load what the command names, or else what the workspace does.

    Raises: ConfigError if neither names anything; ManifestError with every problem of every file.
    """
    setting = unit.settled.setting if unit.settled else Setting()
    ignore = unit.workspace.ignored if unit.workspace else ()
    with stage("read manifests"):
        return load(manifest_paths(paths, unit), setting=setting, ignore=ignore)


def manifest_paths(paths: Sequence[Path], unit: Unit) -> Sequence[str | Path]:
    """What the command names, or else what the workspace does.

    Raises: ConfigError if neither names anything.
    """
    if paths:
        return paths
    if unit.workspace is None:
        raise ConfigError(
            f"no manifests named, and there is no {WORKSPACE_FILE} here to name them; "
            "give files or folders, or run `reconciler init`"
        )
    return unit.workspace.paths


def with_obstacles(plan: Plan, declared: Sequence[Manifest], unit: Unit) -> Plan:
    """The plan, and what the workspace knows that keeps it from being applied."""
    names = unit.settled.unbuilt if unit.settled else ()
    obstacles = unbuilt_diagnostics(declared, names)
    if names and not obstacles:
        obstacles = [_unbuilt(action) for action in plan if _waits_for_image(action)]
    return replace(plan, obstacles=(*plan.obstacles, *obstacles)) if obstacles else plan


def _waits_for_image(action: Action) -> bool:
    # No manifest of ours refers to the image: what a package brings does.
    spec = action.after.spec if action.after else None
    return spec is not None and KNOWN_AFTER_BUILD.encode() in spec.SerializeToString()


def _unbuilt(action: Action) -> Diagnostic:
    return Diagnostic(
        "image-not-built",
        f"{action.id} uses an image that is (known after build), and so its version is not known",
        action.after.origin if action.after else None,
        "run `reconciler images update`",
        Severity.WARNING,
    )


def unbuilt_diagnostics(declared: Sequence[Manifest], names: Sequence[str]) -> list[Diagnostic]:
    """Say of each image that is used and has no digest yet where it is used first."""
    first: dict[str, Origin] = {}
    for name, origin in unbuilt_images(declared, names):
        first.setdefault(name, origin)
    return [
        Diagnostic(
            "image-not-built",
            f"image {name} is (known after build), and with it the versions of what uses it",
            origin,
            f"run `reconciler images update {name}`",
            Severity.WARNING,
        )
        for name, origin in first.items()
    ]


def override_warnings(
    declared: Sequence[Manifest], unit: Unit, paths: Sequence[Path]
) -> Sequence[Diagnostic]:
    """Say of each override of the environment that is about nothing; of a whole set only."""
    if unit.settled is None or paths:
        return ()
    return tuple(unmatched_overrides(declared, unit.settled.setting))


def build(declared: Sequence[Manifest]) -> None:
    """Run the builds of packages before they are read, telling what they print.

    Raises: BuildError for one that fails, or gives something else than its manifest pins.
    """
    from reconciler.remote import build_for_plan

    build_for_plan(declared, environ=os.environ, log=say, cache=caches())


def caches() -> Path:
    """The folder of what can be had again."""
    return cache_folder(os.environ, home())


def find_one_workspace(choice: Choice) -> Workspace:
    """The one workspace of a command that is about no environment of it.

    Raises: ConfigError if there is none, or several; and as `find_units`.
    """
    found = [workspace for _, workspace in _workspaces(choice.workspaces) if workspace]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(f"{LISTING_FILE} lists several workspaces; name one by --workspace")
    raise ConfigError(f"there is no {WORKSPACE_FILE} here; `reconciler init` writes one")


@contextmanager
def connected(
    settings: Settings, unit: Unit, *, parallelism: int = 10
) -> Iterator[tuple[Remote, Config]]:
    """Settle which Admin is meant, say so unless that was said last, and talk to it; an embedded
    one lives this long.

    Raises: ConfigError if no endpoint is named, or the embedded Admin cannot be started.
    """
    config = settled_config(settings, unit)
    if (named := str(config)) != settings.admin_named:
        settings.admin_named = named
        say(f"Flyte Admin: {named}")
        for warning in config.warnings:
            say(f"Warning: {warning}")
    with (
        listening(config) as reachable,
        Remote(reachable, parallelism=parallelism, cache=caches()) as remote,
    ):
        yield remote, config


def _workspaces(names: Sequence[str]) -> Iterator[tuple[str, Workspace | None]]:
    """Each workspace that is meant, with its name if it is one of several."""
    if not os.path.lexists(LISTING_FILE):
        if names:
            raise ConfigError(f"--workspace names one that {LISTING_FILE} lists; it is not here")
        yield "", find_workspace()
        return
    for entry in load_listing(LISTING_FILE, names):
        yield entry.name, load_workspace(entry.path)


def settled_config(settings: Settings, unit: Unit) -> Config:
    """Which Admin is meant, by options, environment, workspace and files.

    Raises: ConfigError if none is named.
    """
    admin = unit.settled.admin if unit.settled else None
    file = unit.workspace.origin.file if unit.workspace else WORKSPACE_FILE
    source = f"{file}, environment {unit.environment}" if unit.environment else file
    endpoint = admin.endpoint if admin else None
    own = unit.settled is not None and unit.settled.has_own_admin
    config = resolve(
        settings.admin,
        environ=os.environ,
        home=home(),
        environment_endpoint=endpoint if own else None,
        workspace_endpoint=endpoint,
        workspace_file=source,
    )
    if admin and admin.insecure and config.source == source:
        return replace(config, insecure=True)
    return config


@contextmanager
def listening(config: Config) -> Iterator[Config]:
    """The same, for as long as the context lasts; of `sandbox:PATH`, with its server started.

    Raises: ConfigError if that cannot start.
    """
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


def home() -> Path | None:
    """The home directory, or None if there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return None
