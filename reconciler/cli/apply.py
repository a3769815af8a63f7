"""`reconciler apply`: plan, show, ask, do, report."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, for_apply
from reconciler.cli.options import (
    Settings,
    admin_option,
    json_option,
    parallelism_option,
    paths_argument,
    program_options,
    settings,
    verbose_option,
)
from reconciler.cli.terminal import can_ask, can_redraw

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import ApplyReport, Plan
    from reconciler.remote import Remote


@click.command()
@paths_argument
@click.option(
    "--auto-approve", "--yes", is_flag=True, help="Do not ask before changing Flyte Admin."
)
@json_option
@verbose_option
@admin_option
@parallelism_option
@program_options
def command(
    paths: tuple[Path, ...],
    auto_approve: bool,
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
    """
    from reconciler.cli.session import connected, find_workspace, manifests
    from reconciler.errors import ApplyRefusedError
    from reconciler.model import ApplyReport
    from reconciler.report import report_as_json

    options = settings()
    if not auto_approve and not can_ask(os.environ):
        raise ApplyRefusedError(
            "apply asks before it writes, and here is no terminal to ask on; "
            "pass --auto-approve, or use `reconciler plan` to see what would change"
        )
    workspace = find_workspace()
    declared = manifests(paths, workspace)
    with connected(options, workspace, parallelism=parallelism) as (remote, config):
        plan = remote.plan(declared)
        _show(plan, options, verbose=verbose, as_json=as_json, asking=not auto_approve)
        if plan.conflicts or plan.is_empty:
            if as_json:
                sys.stdout.write(report_as_json(plan, ApplyReport(())))
            return Exit.ERROR if plan.conflicts else Exit.OK
        if not auto_approve:
            _ask(config.endpoint)
        return for_apply(_carry_out(remote, plan, options, as_json=as_json))


def _show(plan: "Plan", options: Settings, *, verbose: bool, as_json: bool, asking: bool) -> None:
    """Show the plan; with `--json` only to who is going to be asked: stdout is the document's."""
    from reconciler.report import plan_as_text

    if as_json and not asking:
        return
    stream = sys.stderr if as_json else sys.stdout
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
    remote: "Remote", plan: "Plan", options: Settings, *, as_json: bool
) -> "ApplyReport":
    """Apply with progress on stderr and the report on stdout, whatever interrupts it."""
    from reconciler.cli.interrupt import Drain, Tally
    from reconciler.report import progress, report_as_json, report_as_text

    live = can_redraw(os.environ)
    color = options.colors(sys.stderr)
    view = progress(sys.stderr, total=len(plan.actions), live=live, color=color)
    tally = Tally(plan, view)

    def account() -> str:
        if live:
            os.write(2, b"\r\x1b[K\x1b[?25h")  # the display hid the cursor and owns the line
        return report_as_json(plan, tally.report()) if as_json else report_as_text(tally.report())

    with Drain(account) as drain:
        with view:
            report = remote.apply(plan, stop=drain.stop, on_event=tally)
        if as_json:
            sys.stdout.write(report_as_json(plan, report))
        else:
            sys.stdout.write(f"\n{report_as_text(report, color=options.colors(sys.stdout))}")
        sys.stdout.flush()
    return report
