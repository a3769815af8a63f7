"""`reconciler forget`: no longer own things, and leave them as they are."""

import sys

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
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
    "names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete("declared")
)
@lock_timeout_option
@environment_option
@workspace_option
@admin_option
@program_options
def command(
    names: tuple[str, ...],
    lock_timeout: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
) -> int:
    """Drop NAME from what the workspace owns. Flyte Admin stays as it is.

    NAME is a name, project/domain/name or a glob of either; KIND:NAME keeps to one kind. What is
    forgotten is never retired, and another workspace may take it. What the manifests still
    declare the next apply adopts again: take it out first.

    \b
    Examples:
      reconciler forget etl.daily
      reconciler forget launchplan:flytesnacks/production/etl.* -e production
    """
    from reconciler.cli.ledgered import locked, unmoved
    from reconciler.cli.session import connected, find_unit, home_of
    from reconciler.remote import forgetting
    from reconciler.report import report_as_text

    options = settings()
    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    with connected(options, unit) as (remote, _):
        head = remote.ledger_of(home).head()
        plan = forgetting(head, names)
        with locked(remote, unit, plan, wait=lock_timeout, operation="forget") as held:
            unmoved(held, head, plan, lambda head: forgetting(head, names))
            report = remote.apply(plan, held=held, say=say)
    sys.stdout.write(report_as_text(report, color=options.colors(sys.stdout)))
    say("What the manifests still declare of it, the next apply adopts again.")
    return for_apply(report)
