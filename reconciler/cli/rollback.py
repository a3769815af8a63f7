"""`reconciler rollback`: back to the version that was active before."""

import os
import sys
from pathlib import Path

import click

from reconciler.cli.choice import (
    ChoosingCommand,
    choice,
    environment_option,
    ledger_option,
    workspace_option,
)
from reconciler.cli.completing import complete
from reconciler.cli.exits import for_apply
from reconciler.cli.options import (
    admin_option,
    lock_timeout_option,
    program_options,
    say,
    settings,
)


@click.command(cls=ChoosingCommand)
@click.argument(
    "names",
    nargs=-1,
    required=True,
    metavar="NAME...",
    shell_complete=complete("launchplans"),
)
@click.option(
    "--to",
    default="previous",
    show_default=True,
    metavar="VERSION|N",
    help="The version to activate; or the number of an entry of the history, for what was active "
    "after it.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why, for everyone who plans.")
@click.option("--no-hold", is_flag=True, help="Let the next apply undo it.")
@lock_timeout_option
@environment_option
@workspace_option
@ledger_option
@admin_option
@program_options
def command(
    names: tuple[str, ...],
    to: str,
    reason: str,
    no_hold: bool,
    lock_timeout: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    ledger_place: str | None,
) -> int:
    """Activate the version of NAME (or project/domain/name, or a glob) that was active before.

    Nothing is registered, and no manifest is read. Names are held, so that the next merge does
    not undo it, until the manifests want another version than the one gone back from. All of
    them are switched, or as many as can be; each is verified.

    Without a reconciler.yaml the ledger that owns the names is looked for in Flyte Admin.

    \b
    Examples:
      reconciler rollback orders.daily --reason "doubles rows"
      reconciler rollback orders.daily --to v41 -e production
      reconciler rollback 'orders.*' --to 118        as it was after entry 118
      reconciler rollback orders.daily --admin dns:///flyte.example.com
    """
    from reconciler.cli.at_night import unit_for, with_ledger
    from reconciler.cli.author import find_author
    from reconciler.cli.ledgered import locked
    from reconciler.cli.session import connected, home_of
    from reconciler.model import Status
    from reconciler.report import report_as_text

    options = settings()
    unit = unit_for(choice(environments=environments, workspaces=workspaces), ledger_place)
    actor = find_author(os.environ, Path()).actor
    with connected(options, unit) as (remote, _):
        unit = with_ledger(remote, unit, names)
        ledger = remote.ledger_of(home_of(unit))
        switches, plan = ledger.plan_rollback(names, to=to.removeprefix("#"))
        with locked(remote, unit, plan, wait=lock_timeout, operation="rollback") as held:
            report = remote.apply(plan, held=held, say=say)
        failed = {one.action.id for one in report.outcomes if one.status is not Status.DONE}
        for switch in switches if not no_hold else ():
            if switch.id in failed:
                continue
            hold = ledger.hold(
                switch.id.path, actor=actor, reason=reason or "rolled back", version=switch.active
            )
            say(f"{hold}.")
    sys.stdout.write(report_as_text(report, color=options.colors(sys.stdout)))
    return for_apply(report)
