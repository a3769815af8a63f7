"""`reconciler promote`: what is active in one environment, to another."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import Choice, ChoosingCommand, workspace_option
from reconciler.cli.options import (
    json_lines_option,
    lock_timeout_option,
    parallelism_option,
    program_options,
    settings,
    verbose_option,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.readers import masks_for
from reconciler.cli.terminal import can_ask

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.options import Settings
    from reconciler.cli.sections import Result
    from reconciler.cli.session import Unit


@click.command(cls=ChoosingCommand)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "origin",
    required=True,
    metavar="ENVIRONMENT",
    help="Where it comes from: what is active there.",
)
@click.option("--to", "goal", required=True, metavar="ENVIRONMENT", help="Where it is to be.")
@click.option("--dry-run", is_flag=True, help="Show the plan; write nothing to Flyte Admin.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save the plan, for `reconciler apply FILE`; write nothing to Flyte Admin.",
)
@click.option(
    "--detailed-exitcode", is_flag=True, help="With --dry-run or --out, exit 2 if it would change."
)
@click.option(
    "--allow-unproven",
    is_flag=True,
    help="Promote also what has not run as reconciler.yaml requires (`promotion`).",
)
@click.option(
    "--auto-approve", "--yes", is_flag=True, help="Do not ask before changing Flyte Admin."
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
@lock_timeout_option
@workspace_option
@json_lines_option
@output_options(streams=True)
@verbose_option
@parallelism_option
@program_options
def command(
    names: tuple[str, ...],
    origin: str,
    goal: str,
    dry_run: bool,
    out: Path | None,
    detailed_exitcode: bool,
    allow_unproven: bool,
    auto_approve: bool,
    allow_older: bool,
    atomic: bool,
    lock_timeout: float,
    workspaces: tuple[str, ...],
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Make active in one environment what is active in another: the very same.

    NAME is the name of a launch plan, or project/domain/name, or a glob; without any, all that the
    workspace owns there. The active version of each is registered in the other environment with
    every workflow and task that it is made of, under the versions they have, byte for byte: only
    project and domain are the other's, as reconciler.yaml maps them. Nothing is built; images keep
    their digests. Where the other environment has a Flyte Admin of its own, code is uploaded there
    by its content.

    It is planned and applied like any other change, with guards, ledger and lock, and so
    `reconciler rollback -e ENVIRONMENT NAME` takes it back. What is active there and not named
    stays as it is. What reconciler.yaml requires of a promotion (`promotion`, such as a run that
    succeeded within a week) and is not true is named, and nothing is promoted: exit 3.

    \b
    Examples:
      reconciler promote --from staging --to production --dry-run
      reconciler promote --from staging --to production orders.daily
      reconciler promote --from staging --to production 'orders.*' --auto-approve
      reconciler promote --from staging --to production --out production.plan
    """
    from reconciler.cli.promoting import written
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import WORKSPACE_FILE, find_unit
    from reconciler.errors import ApplyRefusedError, ConfigError
    from reconciler.manifest import LISTING_FILE

    options = settings()
    if not any(map(os.path.lexists, (WORKSPACE_FILE, LISTING_FILE))):
        raise ConfigError(
            f"--from and --to name environments of {WORKSPACE_FILE}, and there is none here"
        )
    source = find_unit(Choice((origin,), workspaces))
    target = find_unit(Choice((goal,), workspaces))
    only_shown = dry_run or out is not None
    if not only_shown and not auto_approve and not can_ask(os.environ):
        raise ApplyRefusedError(
            "promote asks before it writes, and here is no terminal to ask on; "
            "pass --auto-approve, or --dry-run to see what would change"
        )

    def section(unit: "Unit") -> "Result":
        folder = written(
            source, unit, names, options, proven=not allow_unproven, parallelism=parallelism
        )
        if only_shown:
            return _planned(
                unit,
                folder,
                options,
                out=out,
                detailed=detailed_exitcode,
                verbose=verbose,
                parallelism=parallelism,
            )
        from reconciler.cli.applying import apply_manifests
        from reconciler.cli.carrying import Manner
        from reconciler.model import PlanOptions

        manner = Manner(
            ask=not auto_approve,
            wait=lock_timeout,
            allow_older=allow_older,
            atomic=atomic,
            verbose=verbose,
            parallelism=parallelism,
        )
        return apply_manifests(
            _as_written(unit), [folder], options, manner, planning=PlanOptions(), build=False
        )

    return run_sections([target], section, options, kind="plans" if only_shown else "applies")


def _planned(
    unit: "Unit",
    folder: Path,
    options: "Settings",
    *,
    out: Path | None,
    detailed: bool,
    verbose: bool,
    parallelism: int,
) -> "Result":
    """Show the plan of what was written, and save it if that is asked."""
    import sys

    from reconciler.cli import saving
    from reconciler.cli.exits import Exit, for_plan
    from reconciler.cli.ledgered import read_head
    from reconciler.cli.planning import make_plan
    from reconciler.cli.sections import Result
    from reconciler.cli.session import connected, manifests, say_without_ledger
    from reconciler.model import PlanOptions
    from reconciler.report import plan_as_text, without_secrets

    here = _as_written(unit)
    declared = manifests([folder], here)
    with connected(options, here, parallelism=parallelism) as (remote, config):
        head = read_head(remote, here)
        plan = make_plan(remote, here, declared, PlanOptions(), paths=[folder], head=head)
        options.outputs.remember(remote, here, plan)
    say_without_ledger(here)
    code = for_plan(plan, detailed=detailed)
    shown = without_secrets(plan, here.sensitive)
    if options.outputs.is_text:
        color = options.colors(sys.stdout)
        sys.stdout.write(
            plan_as_text(shown, color=color, verbose=verbose, masks=masks_for(shown, here))
        )
        sys.stdout.flush()
    if out is not None:
        saved = saving.save(
            out, plan, shown=shown, declared=declared, unit=here, config=config, head=head
        )
        if not saved and code in (Exit.OK, Exit.CHANGES):
            code = Exit.ERROR
    return Result(code, options.outputs.plan(here, shown))


def _as_written(unit: "Unit") -> "Unit":
    """The unit for manifests that say everything as it is to be: no name of theirs means another,
    and nothing is added to what they say."""
    settled = unit.settled
    if settled is None:
        return unit
    setting = replace(settled.setting, projects={}, domains={}, defaults=(), overrides=())
    copy = replace(unit)
    copy.__dict__["settled"] = replace(settled, setting=setting)
    return copy
