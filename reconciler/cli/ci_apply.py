"""`reconciler ci apply`."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.forging import forge_options
from reconciler.cli.options import (
    admin_option,
    build_option,
    json_lines_option,
    lock_timeout_option,
    parallelism_option,
    paths_argument,
    program_options,
    say,
    settings,
    verbose_option,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.planning import planning_options

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.ci import Request
    from reconciler.model import PlanOptions


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option(
    "--approved-digest",
    "approved",
    multiple=True,
    metavar="DIGEST",
    help="Apply a plan of this digest, whether or not it is what was reviewed; 8 digits or more.",
)
@click.option(
    "--approve",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="Approve what this policy found, where it asks for that; so does the label "
    "policy-approved-POLICY on the request.",
)
@click.option(
    "--reviewed",
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Compare with the artifacts of `ci preview` in FOLDER, not with the request's comment.",
)
@click.option(
    "--unreviewed",
    is_flag=True,
    help="Apply what no request was reviewed for, such as a push. What was reviewed and is "
    "another plan now is refused all the same.",
)
@lock_timeout_option
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
@forge_options
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
    approved: tuple[str, ...],
    policies: tuple[str, ...],
    reviewed: Path | None,
    unreviewed: bool,
    lock_timeout: float,
    allow_older: bool,
    atomic: bool,
    request: "Request",
    planning: "PlanOptions",
    build: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Apply what was merged, if it does what was reviewed.

    Plans the commit that is checked out, with its own configuration, and compares the steps with
    those that the request's comment was about. If each of them was reviewed, it applies them,
    whatever else was merged in between. Else it tells the request what differs, writes nothing
    and exits 3, until the plan's digest is approved: by a label on the request that names it, or
    by --approved-digest. What became of it is told on the request and on the commit.

    Somebody else's lock is waited for (--lock-timeout, exit 6); one whose pipeline the forge says
    is over is taken over at once.

    \b
    Examples:
      reconciler ci apply -e production --lock-timeout 10m
      reconciler ci apply --approved-digest 1a2b3c4d5e6f
      reconciler ci apply --unreviewed            of a branch that is pushed to
    """
    import os
    from contextlib import nullcontext

    from reconciler.ci import forge_of
    from reconciler.cli.carrying import Manner
    from reconciler.cli.merging import Merging
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import find_units

    for digest in approved:
        if not re.fullmatch(r"[0-9a-fA-F]{8,64}", digest):
            raise click.BadParameter(
                f"{digest} is no digest: 8 hexadecimal digits or more, as `ci apply` tells them",
                param_hint="--approved-digest",
            )
    options = settings()
    manner = Manner(
        ask=False,
        wait=lock_timeout,
        allow_older=allow_older,
        atomic=atomic,
        verbose=verbose,
        parallelism=parallelism,
        approved=policies,
    )
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )
    with forge_of(request, os.environ, say) or nullcontext() as forge:
        merging = Merging(
            request=request,
            forge=forge,
            manner=manner,
            approved=approved,
            reviewed=reviewed,
            reviewed_only=not unreviewed,
        )

        return run_sections(
            find_units(chosen),
            lambda unit: merging.apply(unit, paths, options, planning=planning, build=build),
            options,
            kind="applies",
            stop_early=True,
        )
