"""`reconciler watch`."""

import click

from reconciler.cli.completing import complete
from reconciler.cli.launching import every_option, timeout_option
from reconciler.cli.listed import session_options, talking
from reconciler.cli.named import execution_id, found_execution, place_options
from reconciler.cli.options import json_lines_option


@click.command()
@click.argument("execution", shell_complete=complete("running"))
@place_options
@every_option
@timeout_option
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    metavar="N",
    help="Look into so many levels below the execution's own nodes.  [default: all]",
)
@json_lines_option
@session_options
def command(
    execution: str,
    project: str | None,
    domain: str | None,
    every: float | None,
    timeout: float | None,
    depth: int | None,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> int:
    """Show an execution as a tree until it ends: its nodes, sub-workflows, maps and executions.

    On a terminal the tree is redrawn in place; elsewhere each change of a phase is a line, with
    --json a JSON object. What went wrong is told at the end, with the links of its logs. Ctrl-C
    ends the watching and nothing else.

    Exits with 0 if it succeeded, 1 if it failed, was aborted or timed out, or still runs after
    --timeout; 130 if the watching was interrupted.

    \b
    Examples:
      reconciler watch f3a9c0d2
      reconciler watch flytesnacks/production/f3a9c0d2 --timeout 2h
      reconciler watch https://flyte.example.com/console/projects/p/domains/d/executions/f3a9c0d2
    """
    from reconciler.cli.following import follow

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = execution_id(execution, remote, project, domain)
        found_execution(remote, id.to_identifier())
        return follow(remote, id, every=every, timeout=timeout, depth=depth)
