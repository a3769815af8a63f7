"""Which workspace, in which environments, with which values: `-w`, `-e`, `--var`, `--var-file`."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.completing import complete
from reconciler.cli.telemetry import begin

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.manifest import Assignment

Command = TypeVar("Command", bound=Callable[..., Any])

ENVIRONMENT_VARIABLE = "RECONCILER_ENV"
_ASSIGNING = ("variables", "variable_files")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line chose; values of variables are kept in the order they were given."""

    environments: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    assignments: "tuple[Assignment, ...]" = ()


@dataclass(slots=True)
class _Order:
    """In which order options that may be mixed stand on the line."""

    names: list[str] = field(default_factory=list)


class ChoosingCommand(click.Command):
    """A command that remembers in which order its options were given: the later value counts."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        *_, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[__name__] = _Order([parameter.name or "" for parameter in order])
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        begin(ctx)
        return super().invoke(ctx)


def choice_options(command: Command) -> Command:
    """Add `-e`, `--workspace`, `--var` and `--var-file`; needs a `ChoosingCommand`."""
    for option in (
        click.option(
            "--var-file",
            "variable_files",
            multiple=True,
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help="Values of variables, as a YAML or JSON mapping.",
        ),
        click.option(
            "--var",
            "variables",
            multiple=True,
            metavar="NAME=VALUE",
            help="The value of a variable; of several the last counts. Else what the environment "
            "says, RECONCILER_VAR_NAME, its default.",
        ),
        workspace_option,
        environment_option,
    ):
        command = option(command)
    return command


def environment_option(command: Command) -> Command:
    """Add `-e`."""
    return click.option(
        "-e",
        "--env",
        "environments",
        multiple=True,
        metavar="NAME",
        shell_complete=complete("environments"),
        help="An environment of the workspace; several give a section each. Else RECONCILER_ENV, "
        "then the workspace's defaultEnvironment.",
    )(command)


def workspace_option(command: Command) -> Command:
    """Add `--workspace`."""
    return click.option(
        "-w",
        "--workspace",
        "workspaces",
        multiple=True,
        metavar="NAME",
        shell_complete=complete("workspaces"),
        help="Only this one of those that reconciler.workspaces.yaml lists.",
    )(command)


def ledger_option(command: Command) -> Command:
    """Add `--ledger`."""
    return click.option(
        "--ledger",
        "ledger_place",
        metavar="PLACE",
        help="The ledger, as project/domain/workspace, instead of that of reconciler.yaml. "
        "Without both it is looked for.",
    )(command)


def choice(
    *,
    environments: Sequence[str] = (),
    workspaces: Sequence[str] = (),
    variables: Sequence[str] = (),
    variable_files: Sequence[str] = (),
    environ: Mapping[str, str] = os.environ,
) -> Choice:
    """Gather what the options say.

    Raises: ConfigError for a `--var` without `=`; ManifestError for a file that cannot be read.
    """
    named = tuple(environments)
    if not named and environ.get(ENVIRONMENT_VARIABLE):
        named = (environ[ENVIRONMENT_VARIABLE],)
    return Choice(named, tuple(workspaces), _assignments(variables, variable_files))


def _assignments(variables: Sequence[str], files: Sequence[str]) -> "tuple[Assignment, ...]":
    from pathlib import Path

    from reconciler.manifest import parse_assignment, read_assignments

    given = {"variables": iter(variables), "variable_files": iter(files)}
    order = click.get_current_context().meta.get(__name__, _Order())
    found: list[Assignment] = []
    for name in (name for name in order.names if name in _ASSIGNING):
        value = next(given[name])
        if name == "variables":
            found.append(parse_assignment(value))
        else:
            found += read_assignments(Path(value))
    return tuple(found)
