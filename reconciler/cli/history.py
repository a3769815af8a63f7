"""`reconciler history`: what was applied, when and by whom."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.choice import (
    ChoosingCommand,
    choice,
    environment_option,
    ledger_option,
    workspace_option,
)
from reconciler.cli.options import admin_option, json_option, program_options, settings


@click.command(cls=ChoosingCommand)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="How many of the newest entries.",
)
@click.option("--all", "everything", is_flag=True, help="The whole log.")
@click.option(
    "--html-into",
    "html",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write them into FILE as a page to open in a browser.",
)
@environment_option
@workspace_option
@ledger_option
@json_option
@admin_option
@program_options
def command(
    limit: int,
    everything: bool,
    html: Path | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    ledger_place: str | None,
    as_json: bool,
) -> None:
    """Show what was applied, when and by whom, the newest first.

    Reads the ledger that Flyte Admin keeps for the workspace; every entry is verified to follow
    the one before it.

    \b
    Examples:
      reconciler history
      reconciler history -e production -n 100
      reconciler history --all --json
      reconciler history -n 500 --html-into history.html
    """
    from reconciler.cli.at_night import unit_for, with_ledger
    from reconciler.cli.session import connected, home_of
    from reconciler.report import history_as_json, history_as_text

    options = settings()
    unit = unit_for(choice(environments=environments, workspaces=workspaces), ledger_place)
    with connected(options, unit) as (remote, _):
        home = home_of(with_ledger(remote, unit))
        records = remote.ledger_of(home).reader().records()[::-1]
    shown = records if everything else records[:limit]
    if html is not None:
        from reconciler.report import html_page, html_part

        now, mask = datetime.now(UTC), options.outputs.mask
        title = f"History: {home.workspace}"
        part = html_part(title=title, history=shown, now=now, mask=mask)
        html.write_text(html_page([part], now=now), encoding="utf-8")
    if as_json:
        sys.stdout.write(history_as_json(shown))
    elif not shown:
        sys.stdout.write("Nothing was applied yet.\n")
    else:
        sys.stdout.write(history_as_text(shown, color=options.colors(sys.stdout)))
