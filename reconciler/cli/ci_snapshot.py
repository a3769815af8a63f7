"""`reconciler ci snapshot`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.options import (
    admin_option,
    parallelism_option,
    program_options,
    say,
    settings,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit


@click.command(cls=ChoosingCommand)
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it. Of several environments, each has FILE with its name before the "
    "suffix.",
)
@choice_options
@admin_option
@parallelism_option
@program_options
def command(
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    out: Path,
    parallelism: int,
) -> int:
    """Write what the manifests name, as Flyte Admin holds it, into a file.

    A trusted schedule runs it; then the pipelines of requests plan --against that file and need no
    credential of Flyte Admin. It holds digests, states, what the ledger remembers, and what things
    say without the values that may hold secrets: of environment variables, inputs, plugins and
    cluster resources, and the addresses of notifications.

    \b
    Examples:
      reconciler ci snapshot --out snapshot.json
      reconciler ci snapshot -e staging -e production --out snapshot.json
      reconciler plan --against snapshot.json
      reconciler ci preview -e production --against snapshot.production.json
    """
    from reconciler.ci import key_of
    from reconciler.cli.against import about
    from reconciler.cli.ledgered import read_head
    from reconciler.cli.session import connected, find_units, manifests
    from reconciler.model import PlanOptions
    from reconciler.remote import write_snapshot

    units = find_units(
        choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )
    )

    def write(unit: "Unit", file: Path) -> None:
        declared = manifests((), unit)
        with connected(settings(), unit, parallelism=parallelism) as (remote, _):
            head = read_head(remote, unit)
            options = PlanOptions(memory=head if unit.home is not None else None, whole=True)
            found = remote.snapshot(declared, options, about=about(unit), home=unit.home)
        write_snapshot(file, found)
        say(f"Wrote {len(found.resources)} things to {file}.")

    for unit in units:
        key = key_of(unit.listed, unit.environment)
        file = out if len(units) == 1 else out.with_name(f"{out.stem}.{key}{out.suffix}")
        write(unit, file)
    return 0
