"""What `launch`, `relaunch` and `recover` have in common: a new execution, told and followed."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import as_seconds, say, settings

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import Branch, ExecutionId
    from reconciler.remote import Remote

Command = TypeVar("Command", bound=Callable[..., Any])


def _seconds(context: click.Context, option: click.Parameter, value: str | None) -> float | None:
    return None if value is None else as_seconds(context, option, value)


every_option = click.option(
    "--every",
    metavar="DURATION",
    callback=_seconds,
    help="Look so often, 2s or 1m.  [default: ever longer pauses, up to ten seconds]",
)
timeout_option = click.option(
    "--timeout",
    metavar="DURATION",
    callback=_seconds,
    help="Wait so long, 90s or 2h, then leave it running and exit 1.  [default: until it ends]",
)


def new_execution_options(command: Command) -> Command:
    """Add `--name`, `--name-prefix`, `--wait`, `--watch`, `--every`, `--timeout`."""
    for option in (
        timeout_option,
        every_option,
        click.option("--watch", "watched", is_flag=True, help="Show its nodes until it ends."),
        click.option(
            "--wait",
            "waited",
            is_flag=True,
            help="Wait until it ends: 0 if it succeeded, 1 if not.",
        ),
        click.option(
            "--name-prefix", metavar="PREFIX", help="What a name begins with that is made up."
        ),
        click.option(
            "--name",
            metavar="NAME",
            help="Its name; there is only ever one of a name, however often this is run.  "
            "[default: made up]",
        ),
    ):
        command = option(command)
    return command


def may_run(done: str, name: str | None) -> str:
    """What is said of a launch that was interrupted."""
    if name:
        return f"it may have been {done}; run the same again, and there will be one."
    return f"it may have been {done}; `reconciler get executions --limit 5` tells."


def tell_launched(
    remote: "Remote",
    execution: Any,
    *,
    waited: bool,
    watched: bool,
    every: float | None,
    timeout: float | None,
) -> Exit:
    """Say what was launched, and follow it if that is wanted."""
    id: ExecutionId = execution.id
    url = remote.generate_console_url(execution)
    launched = _document(execution, url)
    follows = waited or watched
    if settings().json:
        if not follows:
            from reconciler.report import to_json

            sys.stdout.write(to_json(launched))
            return Exit.OK
        sys.stdout.write(json.dumps(launched, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        sys.stdout.write(f"{id}\n")
        sys.stdout.flush()
        say(url)
    if not follows:
        return Exit.OK
    from reconciler.cli.following import follow

    return follow(
        remote,
        id,
        every=every,
        timeout=timeout,
        quiet=not watched,
        then=lambda root: _tell_outputs(remote, id, root),
    )


def _document(execution: Any, url: str) -> dict[str, Any]:
    from reconciler.report import FORMAT_VERSION, LISTINGS

    row = LISTINGS["executions"].row(execution.message)
    return {"format_version": FORMAT_VERSION, "type": "launched", **row, "console_url": url}


def _tell_outputs(remote: "Remote", id: "ExecutionId", root: "Branch") -> None:
    """What came of it, a line an output."""
    if root.phase != "SUCCEEDED":
        return
    from reconciler.report import one_line, short_value

    outputs = remote.browser.execution_data(id.to_identifier())["outputs"].literals
    for name in sorted(outputs):
        sys.stdout.write(f"{one_line(name)} = {one_line(short_value(outputs[name]))}\n")
