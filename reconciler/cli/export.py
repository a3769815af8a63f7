"""`reconciler export`: a backup of everything that Flyte Admin holds."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import (
    ChoosingCommand,
    choice,
    environment_option,
    workspace_option,
)
from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    program_options,
    say,
    settings,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.remote import Exported

_SHOWN = 10


@click.command(cls=ChoosingCommand)
@click.argument("target", type=click.Path(path_type=Path), metavar="FOLDER|FILE.tgz")
@click.option("-p", "--project", metavar="NAME", help="Only of this project.")
@click.option("-d", "--domain", metavar="NAME", help="Only of this domain.")
@click.option(
    "--versions",
    "newest",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many of the newest versions of each name, beside those that are active and all "
    "they are made of.",
)
@click.option(
    "--with-code",
    is_flag=True,
    help="Put the code that tasks run into it; without, only its address is kept.",
)
@environment_option
@workspace_option
@json_option
@admin_option
@parallelism_option
@program_options
def command(
    target: Path,
    project: str | None,
    domain: str | None,
    newest: int,
    with_code: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    as_json: bool,
    parallelism: int,
) -> int:
    """Write everything that Flyte Admin holds to FOLDER (or one archive), as a backup.

    Projects, attributes, descriptions and archived names, tasks, workflows and launch plans under
    the versions they have, and which are active. It is a folder of manifests, so it is restored
    by `reconciler apply FOLDER`: also into an empty Flyte Admin, which then holds the same, digest
    for digest; of code that went along (--with-code) only the address is the new store's.

    Nothing is written to Flyte Admin. Executions, the ledger (`reconciler ledger export`) and the
    data of executions are no part of it. Values are written as they are, secret or not, for a
    backup without them would restore nothing: only you may read the files.

    \b
    Examples:
      reconciler export backup/
      reconciler export nightly.tgz --versions 5 --with-code
      reconciler apply backup/ --admin dns:///restored.example.com
    """
    from reconciler.cli.session import connected, find_unit

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    with connected(settings(), unit, parallelism=parallelism) as (remote, _):
        found = remote.export(
            target, project=project, domain=domain, newest=newest, with_code=with_code
        )
    return tell(found, kind="exported", as_json=as_json)


def tell(found: "Exported", *, kind: str, as_json: bool) -> int:
    """Say what was written, and return the exit code.

    Args:
        kind: `type` of the document that `--json` prints.
    """
    changes = found.changes or ()
    code = Exit.CHANGES if changes else Exit.OK
    for remark in found.remarks:
        say(f"Warning: {remark}")
    if as_json:
        from reconciler.report import FORMAT_VERSION, to_json

        document = {
            "format_version": FORMAT_VERSION,
            "type": kind,
            "exit_code": int(code),
            "target": str(found.target),
            "files": found.files,
            "counts": dict(found.counts),
            "in_yaml": found.in_yaml,
            "remarks": list(found.remarks),
            "changes": None if found.changes is None else [str(id) for id in changes],
        }
        sys.stdout.write(to_json(document))
        return code
    counted = [_counted(count, word) for word, count in found.counts.items() if count]
    files = _counted(found.files, "files")
    say(f"Wrote {found.target}: {files}; {', '.join(counted) or 'nothing'}")
    if changes:
        say(f"A plan of it is not empty; it would change {len(changes)}:")
        for id in changes[:_SHOWN]:
            say(f"  {id}")
        if len(changes) > _SHOWN:
            say(f"  and {len(changes) - _SHOWN} more")
    elif found.changes is not None:
        say("A plan of it changes nothing.")
    return code


def _counted(count: int, word: str) -> str:
    """`1 file`, `2 files`; what is no plural stays."""
    return f"{count} {word.removesuffix('s') if count == 1 else word}"
