"""`reconciler apply`: what manifests say, or a plan that was saved."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import Choice, ChoosingCommand, choice, choice_options
from reconciler.cli.options import (
    admin_option,
    as_seconds,
    build_option,
    json_lines_option,
    parallelism_option,
    paths_argument,
    program_options,
    settings,
    verbose_option,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.planning import planning_options
from reconciler.cli.terminal import can_ask

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import PlanOptions


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option(
    "--auto-approve", "--yes", is_flag=True, help="Do not ask before changing Flyte Admin."
)
@click.option(
    "--approve",
    "approved",
    multiple=True,
    metavar="POLICY",
    help="Approve what this policy found, where it asks for that. Once for each.",
)
@click.option(
    "--lock-timeout",
    default="0s",
    callback=as_seconds,
    metavar="DURATION",
    help="How long to wait if somebody else applies, 90s or 5m.  [default: not at all]",
)
@click.option(
    "--allow-older",
    is_flag=True,
    help="Apply although what was applied last is not in this commit's history.",
)
@click.option(
    "--atomic",
    is_flag=True,
    help="Take every switch back that was thrown, unless everything was done.",
)
@click.option(
    "--wait", "until_done", is_flag=True, help="Go on with backfills until all slots have run."
)
@planning_options
@build_option
@choice_options
@json_lines_option
@output_options(streams=True)
@verbose_option
@admin_option
@parallelism_option
@program_options
def command(
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    auto_approve: bool,
    approved: tuple[str, ...],
    lock_timeout: float,
    allow_older: bool,
    atomic: bool,
    until_done: bool,
    planning: "PlanOptions",
    build: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Make Flyte Admin what the manifests say, or carry out a saved plan.

    Plans as `reconciler plan` does, shows the plan, asks, and carries it out: first everything
    that is new, then the switches of what is active, each of them verified. It can be repeated
    at any time: what is there already is left alone.

    Given a file that `reconciler plan --out` wrote, it carries out exactly that plan and asks
    nothing: once, and only if everything it touches is still as it was planned.

    Ctrl-C (or SIGTERM) lets what runs finish and starts nothing new; a second one aborts.

    \b
    Examples:
      reconciler apply
      reconciler apply --auto-approve           in CI, where nobody can be asked
      reconciler apply manifests/ --admin sandbox:flyte.sqlite
      reconciler apply -e staging -e production one after the other, until one fails
      reconciler apply production.plan          a saved plan, exactly as it is
    """
    from reconciler.cli.applying import apply_manifests
    from reconciler.cli.carrying import Manner
    from reconciler.cli.saved import run_saved
    from reconciler.cli.sections import Result, run_sections
    from reconciler.cli.session import Unit, find_units
    from reconciler.errors import ApplyRefusedError, ConfigError
    from reconciler.remote import is_plan_file

    options = settings()
    manner = Manner(
        ask=not auto_approve,
        wait=lock_timeout,
        allow_older=allow_older,
        atomic=atomic,
        verbose=verbose,
        parallelism=parallelism,
        until_done=until_done,
        approved=approved,
    )

    def chosen() -> Choice:
        return choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )

    if any(map(is_plan_file, paths)):
        if until_done:
            raise ConfigError(
                "--wait goes on with what manifests say; a saved plan launches what it holds"
            )
        return run_saved(paths, chosen, options, manner)
    if manner.ask and not can_ask(os.environ):
        raise ApplyRefusedError(
            "apply asks before it writes, and here is no terminal to ask on; "
            "pass --auto-approve, or use `reconciler plan` to see what would change"
        )

    def section(unit: Unit) -> Result:
        return apply_manifests(unit, paths, options, manner, planning=planning, build=build)

    return run_sections(find_units(chosen()), section, options, kind="applies", stop_early=True)
