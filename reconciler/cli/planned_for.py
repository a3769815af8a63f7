"""What a saved plan was made for, and whether that is what is here and what the line says."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from reconciler.cli.choice import Choice
from reconciler.cli.session import Unit, find_units
from reconciler.config import Config
from reconciler.errors import ApplyRefusedError, ConfigError
from reconciler.manifest import Assignment
from reconciler.model import Origin
from reconciler.remote import SavedPlan

# What may be said beside a saved plan; whatever else says how to plan.
_OF_APPLYING = frozenset(
    {
        "paths",
        "auto_approve",
        "approved",
        "policies_from",
        "lock_timeout",
        "allow_older",
        "atomic",
        "as_json",
        "json_into",
        "junit_into",
        "markdown_into",
        "markdown_limit",
        "verbose",
        "parallelism",
        "admin",
        "color",
        "no_color",
        "environments",
        "workspaces",
    }
)
_OF_SECRETS = frozenset({"variables", "variable_files"})


def check_line(
    context: click.Context, paths: Sequence[Path], file: Path, saved: SavedPlan
) -> None:
    """Check that the command line only says what there is to say about a saved plan.

    Raises: click.UsageError naming everything else on it.
    """
    allowed = _OF_APPLYING | (_OF_SECRETS if _variables(saved) else frozenset())
    given = [
        parameter.opts[-1]
        for parameter in context.command.params
        if parameter.name not in allowed
        and context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    ]
    given += [str(path) for path in paths if path != file]
    if given:
        raise click.UsageError(
            f"{file} is a saved plan and is carried out as it is; {_listed(given)} would be for "
            "planning: leave that out, or plan again"
        )


def unit_of(file: Path, saved: SavedPlan, chosen: Choice) -> Unit:
    """The workspace and environment that a plan was made for, as they are here.

    Raises: ConfigError if they are not here, or others were chosen; click.UsageError for a value
        of a variable that the plan does not take again.
    """
    about = saved.about
    if any(name != about.environment for name in chosen.environments):
        was = about.environment or "no environment"
        raise ConfigError(f"{file} was planned for {was}, not for {chosen.environments[0]}")
    if any(name != about.listed for name in chosen.workspaces):
        was = about.listed or about.workspace or "no workspace"
        raise ConfigError(f"{file} was planned for {was}, not for {chosen.workspaces[0]}")
    again = _variables(saved)
    for one in chosen.assignments:
        if one.is_text and one.name not in again:
            raise click.UsageError(
                f"--var {one.name}: {file} holds its value; only of {_listed(again)} it is taken "
                "again"
            )
    as_planned = tuple(
        Assignment(name, value, Origin(str(file)), is_text=False)
        for name, value in about.variables.items()
    )
    given = tuple(one for one in chosen.assignments if one.name in again)
    unit = _find(file, saved)
    declared = unit.workspace.spec.variables if unit.workspace else {}
    values = tuple(one for one in (*as_planned, *given) if one.name in declared)
    return replace(unit, choice=replace(unit.choice, assignments=values), needed=frozenset(again))


def _find(file: Path, saved: SavedPlan) -> Unit:
    about = saved.about
    environments = (about.environment,) if about.environment else ()
    wanted = _workspace(about.workspace, about.environment)
    hint = "apply it in the folder where it was planned, or in another checkout of that"
    try:
        units = find_units(Choice(environments, (about.listed,) if about.listed else ()))
    except ConfigError as error:
        raise ConfigError(f"{file} was planned for {wanted}: {error}; {hint}") from error
    names = [unit.workspace.metadata.name if unit.workspace else "" for unit in units]
    if names != [about.workspace]:
        here = ", ".join(map(_workspace, names))
        raise ConfigError(f"{file} was planned for {wanted}, and here is {here}; {hint}")
    return units[0]


def check_home(unit: Unit, file: Path, saved: SavedPlan) -> None:
    """Check that the ledger is where it was.

    Raises: ConfigError if it is elsewhere, or if there is one now, or none any more.
    """
    home = unit.home
    here = (home.project, home.domain, home.workspace) if home is not None else None
    if here != saved.about.home:
        was, now = (_ledger(one) for one in (saved.about.home, here))
        raise ConfigError(
            f"{file} was planned with {was}, and here is {now}: apply it in a checkout of what "
            "was planned, or plan again"
        )


def check_endpoint(unit: Unit, file: Path, saved: SavedPlan, config: Config) -> None:
    """Check that this is the Admin that was planned against.

    Raises: ConfigError if it is another one.
    """
    was, now = saved.about.endpoint, unit.sensitive.mask(config.endpoint)
    if _place(replace(config, endpoint=was)) != _place(replace(config, endpoint=now)):
        raise ConfigError(
            f"{file} was planned against Flyte Admin at {was}, and this is {now} "
            f"(from {config.source}); name that one, or plan again"
        )


def _place(config: Config) -> str:
    """The endpoint; of an embedded Admin its file, however that is spelled."""
    path = config.sandbox_path
    return config.endpoint if path in (None, ":memory:") else os.path.realpath(str(path))


def values_again(unit: Unit, file: Path, saved: SavedPlan) -> Mapping[str, Sequence[str]]:
    """The sensitive values here.

    Raises: ApplyRefusedError if one that the plan needs is not given, or is no longer sensitive.
    """
    values = unit.settled.secrets if unit.settled else {}
    missing = [secret.name for secret in saved.secrets if secret.name not in values]
    if missing:
        ways = ", ".join(_way(name) for name in missing)
        raise ApplyRefusedError(
            f"{file} was made with sensitive values, which it does not hold; give them again: "
            f"{ways}"
        )
    return values


def _way(name: str) -> str:
    source, _, variable = name.partition(".")
    if source == "env":
        return f"the environment variable {variable}"
    return f"--var {variable}=…, a --var-file or RECONCILER_VAR_{variable}"


def _variables(saved: SavedPlan) -> tuple[str, ...]:
    """The variables of the workspace whose values are taken again."""
    names = (secret.name for secret in saved.secrets)
    return tuple(name.removeprefix("var.") for name in names if name.startswith("var."))


def _workspace(name: str, environment: str = "") -> str:
    where = f"the workspace {name}" if name else "no workspace"
    return f"the environment {environment} of {where}" if environment else where


def _ledger(home: tuple[str, str, str] | None) -> str:
    return f"the ledger {home[2]} in {home[0]}/{home[1]}" if home else "no ledger"


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
