"""`reconciler ledger verify|export|stats`: the log that Flyte Admin keeps for a workspace."""

import sys

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.options import admin_option, program_options, settings


@click.group()
def command() -> None:
    """Look into what Flyte Admin remembers for a workspace.

    \b
    Examples:
      reconciler ledger verify
      reconciler ledger export > ledger.json
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
