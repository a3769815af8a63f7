"""`reconciler ledger …`: the log that Flyte Admin keeps for a workspace."""

import sys

import click

from reconciler.cli.choice import (
    ChoosingCommand,
    choice,
    choice_options,
    environment_option,
    workspace_option,
)
from reconciler.cli.exits import for_apply
from reconciler.cli.options import (
    admin_option,
    lock_timeout_option,
    parallelism_option,
    program_options,
    say,
    settings,
)


@click.group()
def command() -> None:
    """Look into what Flyte Admin remembers for a workspace.

    \b
    Examples:
      reconciler ledger verify
      reconciler ledger export > ledger.json
      reconciler ledger rebuild          after Flyte Admin was restored from a backup
    """


@command.command("verify", cls=ChoosingCommand)
@environment_option
@workspace_option
@admin_option
@program_options
def verify(environments: tuple[str, ...], workspaces: tuple[str, ...]) -> None:
    """Read the whole log and check that each entry follows the one before it.

    Exits 1, naming the entry, if one is missing, unreadable or was changed, or if the sum that
    an entry carries is not that of the entries before it.
    """
    from reconciler.cli.session import connected, find_unit, home_of
    from reconciler.errors import LedgerError
    from reconciler.model import Head

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    with connected(settings(), unit) as (remote, _):
        ledger = remote.ledger_of(home).reader()
        head = ledger.head()
        records = [one for one in ledger.records() if one.serial <= head.serial]
    summed = Head().after(*records)
    if (summed.digest, summed.inventory, summed.loose, summed.plans) != (
        head.digest,
        head.inventory,
        head.loose,
        head.plans,
    ):
        raise LedgerError(f"entry {head.checkpoint} does not sum up the entries before it")
    print(f"Verified {len(records)} entries; {len(head.inventory)} objects owned.")


@command.command("export", cls=ChoosingCommand)
@environment_option
@workspace_option
@admin_option
@program_options
def export(environments: tuple[str, ...], workspaces: tuple[str, ...]) -> None:
    """Print every entry, and what is owned now, as one JSON document."""
    from reconciler.cli.session import connected, find_unit, home_of
    from reconciler.report import ledger_as_json

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    with connected(settings(), unit) as (remote, _):
        ledger = remote.ledger_of(home).reader()
        head, records = ledger.head(), ledger.records()
    sys.stdout.write(ledger_as_json(records, head))


@command.command("stats", cls=ChoosingCommand)
@environment_option
@workspace_option
@admin_option
@program_options
def stats(environments: tuple[str, ...], workspaces: tuple[str, ...]) -> None:
    """Print how long the log is, what it takes in Flyte Admin, and what is owned."""
    from collections import Counter

    from reconciler.cli.session import connected, find_unit, home_of

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    with connected(settings(), unit) as (remote, _):
        ledger = remote.ledger_of(home).reader()
        head, records = ledger.head(), ledger.records()
    size = sum(record.size for record in records)
    print(f"entries: {len(records)}, {size:,} bytes")
    print(f"summed up last by: {f'#{head.checkpoint}' if head.checkpoint else 'none yet'}")
    print(f"lock: {head.holder.summary if head.holder else 'free'}")
    print(f"last commit: {head.commit or 'unknown'}")
    print(f"saved plans that ran: {len(head.plans)}")
    print(f"owned: {len(head.inventory)}")
    kinds = Counter(owned.id.kind for owned in head.inventory)
    for kind in sorted(kinds, key=lambda kind: kind.rank):
        print(f"  {kind}: {kinds[kind]}")


@command.command("rebuild", cls=ChoosingCommand)
@lock_timeout_option
@choice_options
@admin_option
@parallelism_option
@program_options
def rebuild(
    lock_timeout: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    parallelism: int,
) -> int:
    """Make the ledger say what is there, after Flyte Admin was restored from a backup.

    Adopts what is in Flyte Admin as the manifests declare it, and forgets what is not there as the
    ledger says; what is as we left it stays ours. A damaged log is read as far back as it is
    whole, and nobody reads beyond this entry any more. Nothing but the ledger is written.
    """
    from reconciler.cli.ledgered import locked
    from reconciler.cli.planning import make_plan
    from reconciler.cli.readers import masks_for
    from reconciler.cli.session import connected, find_unit, home_of, manifests
    from reconciler.errors import LedgerError
    from reconciler.model import Head, PlanOptions
    from reconciler.report import plan_as_text, report_as_text

    options = settings()
    unit = find_unit(
        choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )
    )
    home = home_of(unit)
    options.hide(unit.sensitive)
    declared = manifests((), unit)
    with connected(options, unit, parallelism=parallelism) as (remote, _):
        ledger = remote.ledger_of(home)
        try:
            head = ledger.head()
        except LedgerError as error:
            say(f"Warning: the log is damaged: {error}")
            ledger, head = ledger.salvaged(), ledger.salvaged().head()
        fresh = make_plan(remote, unit, declared, PlanOptions(), paths=(), head=Head())
        plan = ledger.rebuilding(fresh, head)
        color = options.colors(sys.stdout)
        sys.stdout.write(plan_as_text(plan, color=color, masks=masks_for(plan, unit)))
        with locked(
            remote, unit, plan, wait=lock_timeout, operation="rebuild", ledger=ledger
        ) as held:
            report = remote.apply(plan, held=held, say=say)
    sys.stdout.write(f"\n{report_as_text(report, color=color)}")
    return for_apply(report)
