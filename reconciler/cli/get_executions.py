"""`reconciler get executions` and what they are made of: nodes, attempts, signals."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete
from reconciler.cli.listed import (
    Form,
    all_forms,
    asked_for,
    asked_options,
    reveal_option,
    session_options,
    talking,
    write_rows,
    write_whole,
)
from reconciler.cli.named import execution_id, found_execution, place_options

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.remote import Remote

_FEW = 100  # executions listed where nobody says how many


@click.command("executions")
@click.argument("name", required=False, shell_complete=complete("executions"))
@place_options
@click.option("--data", is_flag=True, help="Of one, its inputs and outputs, too.")
@click.option("--archived", is_flag=True, help="Those that were archived.")
@asked_options
@reveal_option
@all_forms
@session_options
def executions(
    name: str | None,
    project: str | None,
    domain: str | None,
    data: bool,
    archived: bool,
    filters: tuple[str, ...],
    sort: str,
    limit: int | None,
    reveal: bool,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List executions, the newest first and a hundred at most, or show NAME in full.

    NAME is an execution's name, PROJECT/DOMAIN/NAME, the console's URL of it, or a flyte://v1/…
    reference. Fields to filter by: phase, launch_plan, workflow, task, version, created_at,
    started_at, duration, user, cluster, tag, error_code, mode.

    \b
    Examples:
      reconciler get executions -p flytesnacks -d development
      reconciler get executions --filter phase=FAILED --filter 'created_at>2026-01-01'
      reconciler get executions --filter launch_plan=etl.daily -o name
      reconciler get executions f3a9c0d2 --data
    """
    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        if name:
            id = execution_id(name, remote, project, domain).to_identifier()
            message = found_execution(remote, id)
            more = remote.browser.execution_data(id) if data else {}
            listed = LISTINGS["executions"].name(message)
            write_whole(message, form, kind="execution", name=listed, reveal=reveal, more=more)
            return
        cut = _FEW if limit is None else limit or None
        asked = asked_for(filters, sort, cut)
        places = remote.browser.places(project, domain)
        rows = remote.browser.executions(places, asked, archived=archived)
        write_rows(rows, LISTINGS["executions"], form, limit=cut)


@click.command("nodes")
@click.argument("execution", shell_complete=complete("executions"))
@click.argument("node", required=False)
@place_options
@click.option("--top", is_flag=True, help="Only the execution's own, not those below them.")
@click.option("--data", is_flag=True, help="Of one, its inputs and outputs, too.")
@asked_options
@reveal_option
@all_forms
@session_options
def nodes(
    execution: str,
    node: str | None,
    project: str | None,
    domain: str | None,
    top: bool,
    data: bool,
    filters: tuple[str, ...],
    sort: str,
    limit: int | None,
    reveal: bool,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List the nodes of an execution, or show NODE in full.

    \b
    Examples:
      reconciler get nodes f3a9c0d2 --filter phase=FAILED -o wide
      reconciler get nodes f3a9c0d2 n0 --data
    """
    from flyteidl.core.identifier_pb2 import NodeExecutionIdentifier

    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = execution_id(execution, remote, project, domain).to_identifier()
        if node:
            node_id = NodeExecutionIdentifier(node_id=node, execution_id=id)
            message = remote.browser.node(node_id)
            more = remote.browser.node_data(node_id) if data else {}
            write_whole(message, form, kind="node", name=node, reveal=reveal, more=more)
            return
        asked = asked_for(filters, sort, limit or None)
        listed = remote.browser.nodes if top else remote.browser.all_nodes
        rows = _of_execution(remote, id, listed(id, asked))
        write_rows(rows, LISTINGS["nodes"], form, limit=limit or None)


@click.command("task-executions")
@click.argument("execution", shell_complete=complete("executions"))
@click.argument("node", required=False)
@place_options
@asked_options
@reveal_option
@all_forms
@session_options
def task_executions(
    execution: str,
    node: str | None,
    project: str | None,
    domain: str | None,
    filters: tuple[str, ...],
    sort: str,
    limit: int | None,
    reveal: bool,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List the attempts at tasks of an execution, or of one NODE of it.

    \b
    Examples:
      reconciler get task-executions f3a9c0d2 -o wide
      reconciler get task-executions f3a9c0d2 n0
    """
    from flyteidl.core.identifier_pb2 import NodeExecutionIdentifier

    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = execution_id(execution, remote, project, domain).to_identifier()
        asked = asked_for(filters, sort, limit or None)
        if node:
            node_id = NodeExecutionIdentifier(node_id=node, execution_id=id)
            rows = remote.browser.attempts(node_id, asked)
        else:
            rows = remote.browser.all_attempts(id, asked)
        rows = _of_execution(remote, id, rows)
        write_rows(rows, LISTINGS["task_executions"], form, limit=limit or None)


@click.command("signals")
@click.argument("execution", shell_complete=complete("waiting"))
@place_options
@asked_options
@all_forms
@session_options
def signals(
    execution: str,
    project: str | None,
    domain: str | None,
    filters: tuple[str, ...],
    sort: str,
    limit: int | None,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List what an execution waits for somebody to say, and what was answered."""
    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = execution_id(execution, remote, project, domain).to_identifier()
        rows = remote.browser.signals(id, asked_for(filters, sort, limit or None))
        rows = _of_execution(remote, id, rows)
        write_rows(rows, LISTINGS["signals"], form, limit=limit or None)


def _of_execution(remote: "Remote", id: Any, rows: Iterator[Any]) -> Iterator[Any]:
    """Rows of an execution; if there are none, it is looked whether it is there at all.

    Raises: NotFoundError.
    """
    first = next(iter(rows), None)
    if first is None:
        found_execution(remote, id)
        return
    yield first
    yield from rows
