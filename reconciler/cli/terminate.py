"""`reconciler terminate`."""

import getpass
import sys

import click

from reconciler.cli.completing import complete
from reconciler.cli.exits import Exit, for_error, worst
from reconciler.cli.listed import session_options, talking
from reconciler.cli.named import execution_id, found_execution, place_options
from reconciler.cli.options import json_option
from reconciler.cli.writing import writing


@click.command()
@click.argument("executions", nargs=-1, required=True, shell_complete=complete("running"))
@place_options
@click.option(
    "--cause", metavar="TEXT", help="Why; it is kept with the execution.  [default: who did it]"
)
@json_option
@session_options
def command(
    executions: tuple[str, ...],
    project: str | None,
    domain: str | None,
    cause: str | None,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> int:
    """End executions that run.

    One that is being ended, or was, is as it should be; one that ended by itself is an error. The
    others are ended all the same.

    \b
    Examples:
      reconciler terminate f3a9c0d2 --cause "wrong day"
      reconciler get executions --filter phase=RUNNING -o name | xargs reconciler terminate
    """
    from reconciler.cli import failures
    from reconciler.errors import ReconcilerError
    from reconciler.report import FORMAT_VERSION, to_json

    codes, rows = [], []
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        ids = [execution_id(one, remote, project, domain) for one in executions]
        for id in dict.fromkeys(ids):
            error: Exception | None = None
            try:
                found_execution(remote, id.to_identifier())
                with writing(f"{id} may have been ended, those after it were not."):
                    remote.terminate(id, cause or f"terminated by {_whoever()} with reconciler")
            except (ReconcilerError, click.ClickException) as raised:
                error = raised
            rows.append(
                {
                    "project": id.project,
                    "domain": id.domain,
                    "name": id.name,
                    "terminated": error is None,
                    "message": None if error is None else failures.message(error),
                }
            )
            codes.append(Exit.OK if error is None else for_error(error))
            if not as_json and error is None:
                sys.stdout.write(f"{id} is being ended\n")
            elif error is not None:
                from reconciler.cli.options import settings

                failures.tell(error, settings())
    if as_json:
        document = {
            "format_version": FORMAT_VERSION,
            "type": "terminated",
            "executions": rows,
        }
        sys.stdout.write(to_json(document))
    return worst(codes)


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
