"""`reconciler recover`."""

import click

from reconciler.cli.completing import complete
from reconciler.cli.launching import may_run, new_execution_options, tell_launched
from reconciler.cli.listed import session_options, talking
from reconciler.cli.named import execution_id, found_execution, place_options
from reconciler.cli.options import json_lines_option
from reconciler.cli.writing import writing


@click.command()
@click.argument("execution", shell_complete=complete("failed"))
@place_options
@new_execution_options
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
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> int:
    """Run an execution once more where it failed: nodes that had succeeded keep their outputs.

    Exits as `reconciler launch` does.

    \b
    Examples:
      reconciler recover f3a9c0d2 --watch
      reconciler recover f3a9c0d2 --name f3a9c0d2-again
    """
    if name and name_prefix:
        raise click.UsageError("--name and --name-prefix exclude each other")
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = execution_id(execution, remote, project, domain)
        found_execution(remote, id.to_identifier())
        with writing(may_run("recovered", name)):
            launched = remote.recover(id, name, name_prefix)
        return tell_launched(
            remote, launched, waited=waited, watched=watched, every=every, timeout=timeout
        )
