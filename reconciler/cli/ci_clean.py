"""`reconciler ci clean`."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.forging import forge_options
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    program_options,
    settings,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.ci import Request


@click.command(cls=ChoosingCommand)
@click.option("--expired", "only_expired", is_flag=True, help="What has outlived its time.")
@click.option(
    "--in",
    "places",
    multiple=True,
    metavar="[PROJECT/]DOMAIN",
    help="Where previews are.  [default: where `preview:` of reconciler.yaml says]",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be retired.")
@forge_options
@environment_option
@workspace_option
@json_option
@admin_option
@parallelism_option
@program_options
def command(
    only_expired: bool,
    places: tuple[str, ...],
    dry_run: bool,
    request: "Request",
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    as_json: bool,
    parallelism: int,
) -> int:
    """Retire what `ci preview --deploy` registered: of a request, or whatever has expired.

    Launch plans of previews that somebody switched on are switched off, and names that only
    previews made are archived, once all of those are over. Nothing else is touched, and what
    runs goes on. It can be repeated at any time.

    Run it when a request is closed (its pipeline says which one, or --request), and with
    --expired on a schedule. Where the pipeline or --repository names a repository, only what
    was registered for it is retired; else everybody's that has expired.

    \b
    Examples:
      reconciler ci clean                                  as the pipeline of a closed request
      reconciler ci clean --repository acme/etl --request 7
      reconciler ci clean --expired --in development --admin dns:///flyte.example.com
    """
    from reconciler.cli.cleaning import clean
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import find_units

    options = settings()
    chosen = choice(environments=environments, workspaces=workspaces)
    return run_sections(
        find_units(chosen, everywhere=True),
        lambda unit: clean(
            unit,
            request,
            options,
            only_expired=only_expired,
            places=places,
            dry_run=dry_run,
            parallelism=parallelism,
        ),
        options,
        kind="cleans",
    )
