"""`reconciler sandbox start|status|stop|…`: an embedded Admin in the background."""

import sys
from pathlib import Path
from typing import Any, cast

import click
from click.core import ParameterSource

from reconciler.cli.exits import Exit
from reconciler.cli.options import program_options
from reconciler.cli.serving import serving_options, state_option, translated

_http_option = click.option(
    "--http",
    metavar="HOST:PORT",
    help="HTTP port of the sandbox, if it was not started in the background.",
)


@click.command("start")
@serving_options
@state_option
@program_options
def start(state: Path | None, **options: Any) -> None:
    """Start one in the background; it accepts calls when this returns.

    Without --data it keeps everything in the state folder, until `reset`.

    \b
    Examples:
      reconciler sandbox start
      reconciler sandbox start --scheduler --clock simulated
      reconciler sandbox start --seed projects.yaml --chaos seed=42,unavailable=5%
    """
    from reconciler.sandbox import Options

    context = click.get_current_context()
    folder = _folder(state)
    if context.get_parameter_source("data") is ParameterSource.DEFAULT:
        options["data"] = str(folder / "flyte.sqlite")
    with translated("the embedded Flyte Admin cannot start"):
        _show(daemon().start(folder, Options(**options)))


@click.command("status")
@state_option
@program_options
def status(state: Path | None) -> int:
    """Tell whether one runs in the background, and how it is; exit code 1 if none does."""
    running = daemon().status(_folder(state))
    if running is None:
        print("no sandbox runs in the background")
        return Exit.ERROR
    _show(running)
    with translated("the sandbox does not answer"):
        how = daemon().ask(running.http, "GET", "/sandbox/status")
    clock, scheduler = how["clock"], how["scheduler"]
    kind = "simulated" if clock["simulated"] else "real"
    print(f"pid {running.pid}, since {running.started}, {kind} clock {clock['now']}")
    print("holds " + ", ".join(f"{n} {_noun(what, n)}" for what, n in how["counts"].items()))
    if scheduler["on"]:
        print(f"scheduler: {scheduler['failure'] or 'on'}")
    if how["chaos"] is not None:
        print(f"chaos: {running.options['chaos']}; {how['chaos']['struck']} faults so far")
    return Exit.OK


@click.command("stop")
@state_option
@program_options
def stop(state: Path | None) -> None:
    """End the one in the background; what it keeps in a file stays."""
    with translated("the sandbox cannot be stopped"):
        stopped = daemon().stop(_folder(state))
    print("stopped" if stopped else "no sandbox runs in the background")


@click.command("reset")
@state_option
@program_options
def reset(state: Path | None) -> None:
    """Forget everything that it holds; if it runs, it runs again, empty, at the same ports."""
    folder = _folder(state)
    with translated("the sandbox cannot be reset"):
        running = daemon().reset(folder, str(folder / "flyte.sqlite"))
    if running is None:
        print("forgotten")
    else:
        _show(running)


@click.command("logs")
@click.option("-n", "--lines", type=click.IntRange(0), metavar="N", help="Only the last N lines.")
@click.option("-f", "--follow", is_flag=True, help="Go on for as long as it runs.")
@state_option
@program_options
def logs(lines: int | None, follow: bool, state: Path | None) -> None:
    """Print what the one in the background has said since it was started."""
    folder = _folder(state)
    for line in daemon().log_lines(folder, last=lines):
        print(line)
    if follow and daemon().status(folder) is not None:
        for line in daemon().follow_log(folder):
            print(line, flush=True)


@click.command("finish")
@click.argument("execution")
@click.option(
    "--outputs",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Its outputs by name, in YAML or JSON; else it ends with something of their types.",
)
@click.option("--fail", is_flag=True, help="Let it fail.")
@click.option("--message", metavar="TEXT", help="Why it fails.")
@_http_option
@state_option
@program_options
def finish(
    execution: str,
    outputs: Path | None,
    fail: bool,
    message: str | None,
    http: str | None,
    state: Path | None,
) -> None:
    """Drive an execution to its end, as Flyte's engine would; nothing is run.

    EXECUTION is its name, or project/domain/name; project and domain are else flytesnacks and
    development.

    \b
    Examples:
      reconciler sandbox finish f4560a6815fa59452000
      reconciler sandbox finish risk/production/nightly --outputs outputs.yaml
      reconciler sandbox finish nightly --fail --message "out of memory"
    """
    from reconciler.sandbox import finishing

    if outputs is not None and fail:
        raise click.UsageError("what fails has no outputs: --outputs or --fail, not both")
    if message is not None and not fail:
        raise click.UsageError("--message is for --fail")
    if "/" not in execution:
        execution = f"flytesnacks/development/{execution}"
    wish: dict[str, Any] = {"execution": execution}
    with translated("the execution cannot be finished"):
        if outputs is not None:
            wish["outputs"] = finishing.load_outputs(outputs)
        if fail:
            wish["error"] = message or "made to fail"
        told = daemon().ask(_where(http, state), "POST", "/sandbox/finish", wish)
    print(f"{execution}: {told['phase']}, {told['nodes']} {_noun('nodes', told['nodes'])}")


@click.group("clock")
def clock() -> None:
    """Wind the clock of a sandbox that was started with a simulated one."""


@clock.command("advance")
@click.argument("duration")
@_http_option
@state_option
@program_options
def advance(duration: str, http: str | None, state: Path | None) -> None:
    """Let time pass: 3d, 1h30m, 90s. Schedules that come due have fired when this returns.

    \b
    Examples:
      reconciler sandbox clock advance 3d
      reconciler sandbox clock advance 1h30m --http localhost:8088
    """
    where = _where(http, state)
    with translated("the clock cannot be wound"):
        told = daemon().ask(where, "POST", "/sandbox/clock/advance", {"duration": duration})
    print(told["now"])
    if told["failure"]:
        print(f"scheduler: {told['failure']}", file=sys.stderr)


COMMANDS = (start, status, stop, reset, logs, finish, clock)


def daemon() -> Any:
    """The module that looks after a sandbox in the background, loaded when it is needed."""
    from reconciler.sandbox import daemon

    return daemon


def _folder(state: Path | None) -> Path:
    return state or cast(Path, daemon().state_folder())


def _show(running: Any) -> None:
    print(f"ready: gRPC {running.grpc}, HTTP {running.http}, data {running.data}")
    print("export", *(f"{name}={value}" for name, value in running.environment.items()))


def _where(http: str | None, state: Path | None) -> str:
    """Where to ask: as said, else in the background, else where one is by default."""
    running = None if http else daemon().status(_folder(state))
    return http or (running.http if running else "127.0.0.1:8088")


def _noun(plural: str, count: int) -> str:
    words = plural.replace("_", " ")
    return words.removesuffix("s") if count == 1 else words
