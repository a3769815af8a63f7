"""`reconciler relaunch`."""

import click

from reconciler.cli.completing import complete
from reconciler.cli.launching import may_run, new_execution_options, tell_launched
from reconciler.cli.listed import session_options, talking
from reconciler.cli.named import execution_id, found_execution, place_options
from reconciler.cli.options import json_lines_option
from reconciler.cli.writing import writing


@click.command()
@click.argument("execution", shell_complete=complete("executions"))
@place_options
@new_execution_options
@click.option(
    "--overwrite-cache/--no-overwrite-cache",
    default=None,
    help="Whether to compute everything anew.  [default: as it was]",
)
@json_lines_option
@session_options
def command(
    execution: str,
    project: str | None,
    domain: str | None,
    name: str | None,
    name_prefix: str | None,
    waited: bool,
    watched: bool,
    every: float | None,
    timeout: float | None,
    overwrite_cache: bool | None,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> int:
    """Run an execution once more, from the start, with its own inputs and options.

    To go on where it failed, `reconciler recover` it. Exits as `reconciler launch` does.

    \b
    Examples:
      reconciler relaunch f3a9c0d2
      reconciler relaunch f3a9c0d2 --overwrite-cache --watch
    """
    if name and name_prefix:
        raise click.UsageError("--name and --name-prefix exclude each other")
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = execution_id(execution, remote, project, domain)
        found_execution(remote, id.to_identifier())
        with writing(may_run("relaunched", name)):
            launched = remote.relaunch(id, name, name_prefix, overwrite_cache=overwrite_cache)
        return tell_launched(
            remote, launched, waited=waited, watched=watched, every=every, timeout=timeout
        )
