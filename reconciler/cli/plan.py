"""`reconciler plan`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.against import against_option, plan_against
from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit, for_plan
from reconciler.cli.options import (
    admin_option,
    build_option,
    json_option,
    parallelism_option,
    paths_argument,
    program_options,
    settings,
    verbose_option,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.planning import make_plan, planning_options
from reconciler.cli.readers import masks_for

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import PlanOptions


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if there are changes, 0 if none.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Save the plan: `reconciler apply FILE` carries out exactly this, once.",
)
@against_option
@planning_options
@build_option
@choice_options
@json_option
@output_options(formats=True)
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
    detailed_exitcode: bool,
    out: Path | None,
    against: Path | None,
    planning: "PlanOptions",
    build: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Show what would change in Flyte Admin.

    Reads the manifests in PATH (files and folders; without any, what reconciler.yaml names),
    compares them with Flyte Admin and shows each step that apply would take. It cannot write.

    \b
    Examples:
      reconciler plan
      reconciler plan manifests/etl.yaml --verbose
      reconciler plan --detailed-exitcode       exit 2 if there are changes
      reconciler plan --json > plan.json
      reconciler plan --admin dns:///flyte.example.com
      reconciler plan -e staging --var image_tag=1.5.0
      reconciler plan -e staging -e production  a section and an exit code each
      reconciler plan -e production --out production.plan
    """
    from reconciler.cli import session
    from reconciler.cli.ledgered import read_head
    from reconciler.cli.sections import Result, run_sections
    from reconciler.cli.session import (
        Unit,
        connected,
        find_units,
        manifests,
        say_without_ledger,
    )
    from reconciler.report import plan_as_text, without_secrets

    if out is not None and against is not None:
        raise click.UsageError(
            "--out saves a plan to be carried out, and one made --against a snapshot is only to "
            "be looked at"
        )
    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )

    def section(unit: Unit) -> Result:
        declared = manifests(paths, unit)
        if build:
            session.build(declared)
        if against is not None:
            plan, head = plan_against(against, unit, declared, planning, paths=paths)
            config = None
        else:
            with connected(options, unit, parallelism=parallelism) as (remote, config):
                head = read_head(remote, unit)
                plan = make_plan(remote, unit, declared, planning, paths=paths, head=head)
                options.outputs.remember(remote, unit, plan)
        say_without_ledger(unit)
        code = for_plan(plan, detailed=detailed_exitcode)
        shown = without_secrets(plan, unit.sensitive)
        if options.outputs.is_text:
            color = options.colors(sys.stdout)
            sys.stdout.write(
                plan_as_text(shown, color=color, verbose=verbose, masks=masks_for(shown, unit))
            )
            sys.stdout.flush()
        if out is not None and config is not None:
            from reconciler.cli import saving

            is_saved = saving.save(
                out,
                plan,
                shown=shown,
                declared=declared,
                unit=unit,
                config=config,
                head=head,
            )
            if not is_saved and code in (Exit.OK, Exit.CHANGES):
                code = Exit.ERROR
        return Result(code, options.outputs.plan(unit, shown))

    units = find_units(chosen)
    if out is not None:
        from reconciler.cli import saving

        saving.check_single(units, out)
    return run_sections(units, section, options, kind="plans")
