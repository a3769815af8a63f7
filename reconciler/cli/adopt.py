"""`reconciler adopt`: own what is as declared already, and change nothing."""

import sys

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.completing import complete
from reconciler.cli.exits import for_apply
from reconciler.cli.options import (
    admin_option,
    lock_timeout_option,
    parallelism_option,
    program_options,
    say,
    settings,
)


@click.command(cls=ChoosingCommand)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete("declared")
)
@lock_timeout_option
@choice_options
@admin_option
@parallelism_option
@program_options
def command(
    names: tuple[str, ...],
    lock_timeout: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    parallelism: int,
) -> int:
    """Own what the manifests declare and Flyte Admin holds already, exactly as declared.

    NAME is a name, project/domain/name or a glob of either; KIND:NAME keeps to one kind. Nothing
    is written but the ledger. `reconciler apply` adopts all that can be; this adopts only some.

    \b
    Examples:
      reconciler adopt etl.daily
      reconciler adopt 'flytesnacks/production/*' -e production
    """
    from reconciler.cli.ledgered import before_planning, locked, unmoved
    from reconciler.cli.planning import make_plan
    from reconciler.cli.session import connected, find_unit, home_of, manifests
    from reconciler.model import Head, Plan, PlanOptions
    from reconciler.remote import adopting
    from reconciler.report import report_as_text

    options = settings()
    unit = find_unit(
        choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )
    )
    home_of(unit)
    options.hide(unit.sensitive)
    declared = manifests((), unit)
    with connected(options, unit, parallelism=parallelism) as (remote, _):

        def planned(head: Head) -> Plan:
            whole = make_plan(remote, unit, declared, PlanOptions(), paths=(), head=head)
            return adopting(whole, head, names)

        head = before_planning(remote, unit, allow_older=True)
        plan = planned(head)
        if not plan.actions:
            print("All of it is ours already.")
            return 0
        with locked(remote, unit, plan, wait=lock_timeout, operation="adopt") as held:
            unmoved(held, head, plan, planned)
            report = remote.apply(plan, held=held, say=say)
    sys.stdout.write(report_as_text(report, color=options.colors(sys.stdout)))
    return for_apply(report)
