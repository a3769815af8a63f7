"""`reconciler signal …`: answer what an execution waits for."""

import sys
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete
from reconciler.cli.listed import Form, all_forms, session_options, talking, write_rows
from reconciler.cli.named import execution_id, found_execution, place_options
from reconciler.cli.options import json_option
from reconciler.cli.writing import writing

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import ExecutionId
    from reconciler.remote import Remote

_overwrite = click.option(
    "--overwrite",
    is_flag=True,
    help="Say so although it was answered otherwise; what has read it does not notice.",
)
_execution = click.argument("execution", shell_complete=complete("waiting"))
_signal = click.argument("signal", shell_complete=complete("signals"))


@click.group()
def command() -> None:
    """Answer what an execution waits for: approvals and inputs.

    A signal is there once the execution has come to its gate.

    \b
    Examples:
      reconciler signal ls f3a9c0d2
      reconciler signal approve f3a9c0d2 deploy
      reconciler signal set f3a9c0d2 threshold 0.7
    """


@command.command("ls")
@_execution
@place_options
@all_forms
@session_options
def ls(
    execution: str,
    project: str | None,
    domain: str | None,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List what an execution waits for, and what was answered."""
    from reconciler.remote import Asked
    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = _found(remote, execution, project, domain)
        rows = remote.browser.signals(id.to_identifier(), Asked())
        write_rows(rows, LISTINGS["signals"], form, limit=None)


@command.command("approve")
@_execution
@_signal
@place_options
@_overwrite
@json_option
@session_options
def approve(**given: Any) -> None:
    """Let what waits for an approval go on."""
    _decide(approved=True, **given)


@command.command("reject")
@_execution
@_signal
@place_options
@_overwrite
@json_option
@session_options
def reject(**given: Any) -> None:
    """Let what waits for an approval fail."""
    _decide(approved=False, **given)


def _decide(
    *,
    approved: bool,
    execution: str,
    signal: str,
    project: str | None,
    domain: str | None,
    overwrite: bool,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = _found(remote, execution, project, domain)
        decide = remote.approve if approved else remote.reject
        with writing(_may_be_answered(id)):
            decide(signal, id, overwrite=overwrite)
    _tell(id, signal, "approved" if approved else "rejected", as_json=as_json)


@command.command("set")
@_execution
@_signal
@click.argument("value")
@place_options
@_overwrite
@json_option
@session_options
def set_value(
    execution: str,
    signal: str,
    value: str,
    project: str | None,
    domain: str | None,
    overwrite: bool,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """Give a signal its value, read by its declared type as inputs of `reconciler launch` are."""
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        id = _found(remote, execution, project, domain)
        with writing(_may_be_answered(id)):
            remote.set_signal_text(signal, id, value, overwrite=overwrite)
    _tell(id, signal, "set", as_json=as_json)


def _found(
    remote: "Remote", execution: str, project: str | None, domain: str | None
) -> "ExecutionId":
    id = execution_id(execution, remote, project, domain)
    found_execution(remote, id.to_identifier())
    return id


def _may_be_answered(id: "ExecutionId") -> str:
    return f"it may have been answered; `reconciler signal ls {id}` tells."


def _tell(id: "ExecutionId", signal: str, done: str, *, as_json: bool) -> None:
    from reconciler.report import FORMAT_VERSION, one_line, to_json

    if not as_json:
        sys.stdout.write(f"{one_line(signal)} of {id} is {done}\n")
        return
    document = {
        "format_version": FORMAT_VERSION,
        "type": "signal",
        "project": id.project,
        "domain": id.domain,
        "execution": id.name,
        "signal": signal,
        "done": done,
    }
    sys.stdout.write(to_json(document))
