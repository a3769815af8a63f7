"""`reconciler ci drift`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.forging import forge_options
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    program_options,
    say,
    settings,
)
from reconciler.cli.outputs import output_options

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.ci import Request

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=ChoosingCommand)
@click.option(
    "--ledger-only",
    is_flag=True,
    help="Compare with what the last apply left, and read no manifests.",
)
@click.option(
    "--ignore-pending",
    is_flag=True,
    help="Neither count nor tell what is only not applied yet.",
)
@click.option(
    "--issue/--no-issue",
    "has_issue",
    default=True,
    help="Keep one issue for each environment where something drifts.  [default: if there is a "
    "token]",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME",
    help="A label for an issue that is opened; may be given several times.",
)
@click.option(
    "--notify/--no-notify",
    "notifies",
    default=True,
    help="Tell who `notifications` of the workspace names.  [default: yes]",
)
@click.option(
    "--sarif-into",
    "sarif",
    metavar="FILE",
    type=_FILE,
    help="Write remarks on the manifests' lines into FILE, as SARIF 2.1.0.",
)
@click.option(
    "--prometheus-into",
    "prometheus",
    metavar="FILE",
    type=_FILE,
    help="Write metrics into FILE, for node_exporter's textfile collector.",
)
@click.option(
    "--push",
    metavar="URL",
    help="Send the same metrics to a Pushgateway, a group for each workspace and environment; "
    "credentials may stand in the URL.",
)
@click.option(
    "--patch-into",
    "patch",
    metavar="FILE",
    type=_FILE,
    help="Write a patch of the manifests into FILE that declares what was done by hand.",
)
@forge_options
@choice_options
@json_option
@output_options(formats=True)
@admin_option
@parallelism_option
@program_options
def command(
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    ledger_only: bool,
    ignore_pending: bool,
    has_issue: bool,
    labels: tuple[str, ...],
    notifies: bool,
    sarif: Path | None,
    prometheus: Path | None,
    push: str | None,
    patch: Path | None,
    request: "Request",
    as_json: bool,
    parallelism: int,
) -> int:
    """Find what drifted, on a schedule, and tell everybody once.

    Compares every environment (or those of -e) as `reconciler drift` does. Where something
    drifts, one issue is opened on the forge, kept up to date, and closed once nothing does; who
    `notifications` of reconciler.yaml names is told when that changes, not at every run. Nothing
    is kept for that: what was told is read from the open issue, or without a forge from the
    metrics of the last run. Without either, everybody is told at every run that finds some.

    Exits 2 if something drifted, 1 or 7 if somebody could not be told. It cannot write to Flyte
    Admin.

    \b
    Examples:
      reconciler ci drift
      reconciler ci drift -e production --ignore-pending --sarif-into drift.sarif
      reconciler ci drift --no-issue --push http://pushgateway:9091
      reconciler ci drift --ledger-only         needs no manifests and no packages
    """
    from reconciler.cli.drifting import Asked, Round
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import find_units

    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )
    units = find_units(chosen, everywhere=True)
    if patch is not None and (ledger_only or len(units) > 1):
        raise click.UsageError("--patch-into is about the manifests of one environment")
    asked = Asked(
        ledger_only=ledger_only,
        ignore_pending=ignore_pending,
        notifies=notifies,
        parallelism=parallelism,
        patch=patch,
        sarif=sarif,
        prometheus=prometheus,
        push=push,
        labels=labels,
    )
    with Round(asked, units, request, os.environ, options, say=say) as looking:
        if has_issue:
            looking.connect()
        return run_sections(units, looking.look, options, kind="drifts")
