"""`apply FILE`: carry out a saved plan exactly as it is, once, if the world is still that one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from reconciler.cli.carrying import Manner, carry_out, show
from reconciler.cli.choice import Choice
from reconciler.cli.exits import for_apply
from reconciler.cli.judging import check_policies, judged
from reconciler.cli.ledgered import check_commits, locked
from reconciler.cli.options import Settings
from reconciler.cli.planned_for import (
    check_endpoint,
    check_home,
    check_line,
    unit_of,
    values_again,
)
from reconciler.cli.sections import Result, run_sections
from reconciler.cli.session import Unit, connected, say_without_ledger
from reconciler.errors import PlanRanError
from reconciler.model import ApplyReport, Head, Plan
from reconciler.remote import Remote, SavedPlan, is_plan_file, read_saved
from reconciler.report import without_secrets


def run_saved(
    paths: Sequence[Path], chosen: Callable[[], Choice], options: Settings, manner: Manner
) -> int:
    """Carry out the saved plan among `paths`; returns the exit code.

    Args:
        chosen: Says what the command line chose; asked once that is known to be allowed.

    Raises: PlanFileError for a file that is not whole; click.UsageError for anything on the line
        that is for planning; and as `apply_saved`.
    """
    file = next(filter(is_plan_file, paths))
    saved = read_saved(file)
    check_line(click.get_current_context(), paths, file, saved)
    unit = unit_of(file, saved, chosen())
    return run_sections(
        [unit],
        lambda unit: apply_saved(unit, file, saved, options, manner),
        options,
        kind="applies",
    )


def apply_saved(
    unit: Unit, file: Path, saved: SavedPlan, options: Settings, manner: Manner
) -> Result:
    """Carry out a saved plan, and report.

    Raises: StalePlanError, PlanRanError or OlderCommitError if it may not be any more;
        ApplyRefusedError or ConfigError if it is not for here.
    """
    check_home(unit, file, saved)
    with connected(options, unit, parallelism=manner.parallelism) as (remote, config):
        check_endpoint(unit, file, saved, config)
        # Whatever was said when it was planned: what counts is what policies say here and now.
        plan = judged(remote.open(saved, values_again(unit, file, saved)), unit)
        head = remote.ledger_of(unit.home).head() if unit.home is not None else None
        if plan.actions:
            _check(remote, unit, saved, plan, head, manner)
        say_without_ledger(unit)
        options.outputs.remember(remote, unit, plan)
        shown = without_secrets(plan, unit.sensitive)
        show(shown, options, manner, asking=False, unit=unit)
        check_policies(plan, manner.approved)
        if not plan.actions:
            nothing = ApplyReport(())
            return Result(for_apply(nothing, plan), options.outputs.applied(unit, shown, nothing))
        with locked(remote, unit, plan, wait=manner.wait, saved=saved) as held:
            if held is not None and head is not None and held.before.serial != head.serial:
                _check(remote, unit, saved, plan, held.before, manner)
            report = carry_out(remote, plan, options, manner, unit=unit, shown=shown, held=held)
        document = options.outputs.applied(unit, shown, report)
        return Result(for_apply(report, plan), document)


def _check(
    remote: Remote, unit: Unit, saved: SavedPlan, plan: Plan, head: Head | None, manner: Manner
) -> None:
    """Check that nothing has happened since a plan was made that keeps it from being carried out.

    Args:
        head: Of the ledger; None without one.
    """
    if head is not None:
        if head.has_run(saved.digest):
            raise PlanRanError("this saved plan was applied already; plan again")
        if unit.home is not None:
            remote.ledger_of(unit.home).check_holds(head, *saved.about.entry)
        commit = saved.about.commit
        check_commits(unit, head, allow_older=manner.allow_older, commit=commit)
    remote.check_fresh(plan, memory=head)
