"""`reconciler explain`."""

import sys
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.options import json_option, program_options, settings


@click.command(cls=ChoosingCommand)
@click.argument("id")
@click.argument("field", required=False, default="", metavar="[FIELD]")
@click.option(
    "-f",
    "--file",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Files and folders to look in; else those that reconciler.yaml names.",
)
@choice_options
@json_option
@program_options
def command(
    id: str,
    field: str,
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    as_json: bool,
) -> int:
    """Tell which file and line a value came from.

    ID is a name, project/domain/name, Kind/project/domain/name, or an address of a plan. Of each
    value, or of those in FIELD, its effective value is shown, where it was said, and whether it is
    the manifest's own, a default, an override, or made of variables.

    \b
    Examples:
      reconciler explain etl.daily
      reconciler explain etl.daily spec.schedule.cron -e production
      reconciler explain LaunchPlan/flytesnacks/development/etl.daily state --json
    """
    from reconciler.cli.sections import Result, run_sections
    from reconciler.cli.session import Unit, find_units, manifest_paths
    from reconciler.manifest import explain_values
    from reconciler.report import explanations_as_json, explanations_as_text

    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )

    def section(unit: Unit) -> Result:
        found = explain_values(
            manifest_paths(paths, unit),
            id,
            field,
            settled=unit.settled,
            ignore=unit.workspace.ignored if unit.workspace else (),
        )
        if as_json:
            return Result(0, explanations_as_json(found))
        sys.stdout.write(explanations_as_text(found, color=options.colors(sys.stdout)))
        return Result(0)

    return run_sections(find_units(chosen), section, options, kind="explanations")
