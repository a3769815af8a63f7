"""`reconciler apply`: plan, show, ask, do, report."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit, for_apply
from reconciler.cli.options import (
    Settings,
    admin_option,
    as_seconds,
    build_option,
    json_option,
    parallelism_option,
    paths_argument,
    program_options,
    say,
    settings,
    verbose_option,
)
from reconciler.cli.planning import make_plan, planning_options
from reconciler.cli.terminal import can_ask, can_redraw

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.sections import Result
    from reconciler.cli.session import Unit
    from reconciler.model import ApplyReport, Plan, PlanOptions
    from reconciler.remote import Held, Remote


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option(
    "--auto-approve", "--yes", is_flag=True, help="Do not ask before changing Flyte Admin."
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
@planning_options
@build_option
@choice_options
@json_option
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
    lock_timeout: float,
    allow_older: bool,
    planning: "PlanOptions",
    build: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Make Flyte Admin what the manifests say.

    Plans as `reconciler plan` does, shows the plan, asks, and carries it out: first everything
    that is new, then the switches of what is active, each of them verified. It can be repeated
    at any time: what is there already is left alone.

    Ctrl-C (or SIGTERM) lets what runs finish and starts nothing new; a second one aborts.

    \b
    Examples:
      reconciler apply
      reconciler apply --auto-approve           in CI, where nobody can be asked
      reconciler apply manifests/ --admin sandbox:flyte.sqlite
      reconciler apply -e staging -e production one after the other, until one fails
    """
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import Unit, find_units
    from reconciler.errors import ApplyRefusedError

    options = settings()
    if not auto_approve and not can_ask(os.environ):
        raise ApplyRefusedError(
            "apply asks before it writes, and here is no terminal to ask on; "
            "pass --auto-approve, or use `reconciler plan` to see what would change"
        )
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )

    def section(unit: Unit) -> "Result":
        return _section(
            unit,
            paths,
            options,
            auto_approve=auto_approve,
            lock_timeout=lock_timeout,
            allow_older=allow_older,
            planning=planning,
            build=build,
            verbose=verbose,
            parallelism=parallelism,
        )

    units = find_units(chosen)
    return run_sections(units, section, options, kind="applies", stop_early=True)


def _section(
    unit: "Unit",
    paths: Sequence[Path],
    options: Settings,
    *,
    auto_approve: bool,
    lock_timeout: float,
    allow_older: bool,
    planning: "PlanOptions",
    build: bool,
    verbose: bool,
    parallelism: int,
) -> "Result":
    """Plan, show, ask, do and report, in one environment of one workspace."""
    from reconciler.cli import session
    from reconciler.cli.ledgered import before_planning, check_commits, locked, same_plan
    from reconciler.cli.sections import Result
    from reconciler.cli.session import connected, manifests, say_without_ledger
    from reconciler.errors import ApplyRefusedError, GuardError
    from reconciler.model import GUARDS, ApplyReport, Head, Plan
    from reconciler.report import report_as_json, without_secrets

    declared = manifests(paths, unit)
    if build:
        session.build(declared)
    with connected(options, unit, parallelism=parallelism) as (remote, config):
        head = before_planning(remote, unit, allow_older=allow_older)

        def make(head: Head) -> Plan:
            return make_plan(remote, unit, declared, planning, paths=paths, head=head)

        plan = make(head)
        say_without_ledger(unit)
        shown = without_secrets(plan, unit.sensitive)
        _show(shown, options, verbose=verbose, asking=not auto_approve)
        if plan.is_empty and head.loose and head.holder is None:
            # An apply that never ended may have done all of it: then it is ours, and is noted.
            with locked(remote, unit, plan, wait=lock_timeout) as held:
                remote.apply(plan, held=held, say=say)
        if plan.conflicts or plan.is_empty:
            code = Exit.ERROR if plan.conflicts else Exit.OK
            return Result(code, report_as_json(shown, ApplyReport(())) if options.json else "")
        if plan.obstacles:
            first = plan.obstacles[0]
            if first.code in GUARDS:
                raise GuardError(f"nothing was written: {first.message}; {first.hint}")
            raise ApplyRefusedError(f"nothing was written: {first.message}; {first.hint}")
        if not auto_approve:
            _ask(config.endpoint)
        with locked(remote, unit, plan, wait=lock_timeout) as held:
            if held is not None and held.before.serial != head.serial:
                # Somebody applied since we planned.
                check_commits(unit, held.before, allow_older=allow_older)
                again = make(held.before)
                if not same_plan(again, plan):
                    if not auto_approve or again.conflicts or again.obstacles:
                        raise ApplyRefusedError(
                            "somebody else applied meanwhile, and the plan is another one now; "
                            "nothing was written: apply again to see it"
                        )
                    plan, shown = again, without_secrets(again, unit.sensitive)
                    held.claim(plan)
                    _show(shown, options, verbose=verbose, asking=False)
            report = _carry_out(remote, plan, shown, options, held)
        document = report_as_json(shown, report) if options.json else ""
        return Result(for_apply(report), document)


def _show(plan: "Plan", options: Settings, *, verbose: bool, asking: bool) -> None:
    """Show the plan; with `--json` only to who is going to be asked: stdout is the document's."""
    from reconciler.report import plan_as_text

    if options.json and not asking:
        return
    stream = sys.stderr if options.json else sys.stdout
    stream.write(plan_as_text(plan, color=options.colors(stream), verbose=verbose))
    stream.flush()


def _ask(endpoint: str) -> None:
    """Return only if a person typed `yes`.

    Raises: ApplyRefusedError for any other answer, and for none.
    """
    from reconciler.errors import ApplyRefusedError

    sys.stderr.write(f"\nApply this to Flyte Admin at {endpoint}? Only `yes` will do it: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        sys.stderr.write("\n")
        raise ApplyRefusedError("no answer, so nothing was written; --auto-approve asks nothing")
    if answer.strip() != "yes":
        raise ApplyRefusedError("not approved, so nothing was written")


def _carry_out(
    remote: "Remote", plan: "Plan", shown: "Plan", options: Settings, held: "Held | None"
) -> "ApplyReport":
    """Apply `plan`, told of as `shown`: progress on stderr, then the report on stdout."""
    from reconciler.cli.interrupt import Drain, Tally
    from reconciler.report import progress, report_as_json, report_as_text

    live = can_redraw(os.environ)
    color = options.colors(sys.stderr)
    view = progress(sys.stderr, total=len(plan.actions), live=live, color=color)
    tally = Tally(plan, view)

    def account() -> str:
        if live:
            os.write(2, b"\r\x1b[K\x1b[?25h")  # the display hid the cursor and owns the line
        if options.json:
            text = report_as_json(shown, tally.report())
        else:
            text = report_as_text(tally.report())
        # It goes past the streams that would mask it.
        return options.sensitive.mask(text) if options.sensitive else text

    with Drain(account) as drain:
        with view:
            remarks: list[str] = []
            report = remote.apply(
                plan, held=held, stop=drain.stop, on_event=tally, say=remarks.append
            )
        for remark in remarks:
            say(f"Warning: {remark}")
        if not options.json:
            sys.stdout.write(f"\n{report_as_text(report, color=options.colors(sys.stdout))}")
        sys.stdout.flush()
    return report
