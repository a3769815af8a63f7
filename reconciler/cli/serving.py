"""What the commands about embedded Admins have in common: options, and one way to fail."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_port = click.IntRange(0, 65535)
_serving = (
    click.option(
        "--grpc-port",
        type=_port,
        default=8089,
        show_default=True,
        metavar="N",
        help="Port of the gRPC services; 0 picks one.",
    ),
    click.option(
        "--http-port",
        type=_port,
        default=8088,
        show_default=True,
        metavar="N",
        help="Port of the HTTP gateway and object store; 0 picks one.",
    ),
    click.option(
        "--data",
        default=":memory:",
        show_default=True,
        metavar="PATH|:memory:",
        help="Where everything is kept; in memory it ends with the process.",
    ),
    click.option(
        "--config",
        type=click.Path(),
        default="",
        metavar="FILE",
        help="A configuration file of flyteadmin: its domains, limits, … are obeyed.",
    ),
    click.option("--auth", is_flag=True, help="Ask callers for tokens: OAuth2 is built in."),
    click.option(
        "--seed",
        type=click.Path(),
        default="",
        metavar="FILE",
        help="Projects to begin with, in YAML.",
    ),
    click.option(
        "--scheduler", is_flag=True, help="Let active schedules fire, as Flyte's scheduler does."
    ),
    click.option(
        "--clock",
        default="real",
        show_default=True,
        metavar="real|simulated|TIME",
        help="Which time it is: a simulated clock stands still until it is wound.",
    ),
    click.option(
        "--chaos",
        default="",
        metavar="TEXT",
        help="Bad days, for instance seed=42,unavailable=5%,lost_answer=0.02.",
    ),
)


def serving_options(function: Command) -> Command:
    """Add the options of who starts a sandbox; their names are the fields of `Options`."""
    for option in reversed(_serving):
        function = option(function)
    return function


def state_option(function: Command) -> Command:
    """Add `--state`, the folder where a sandbox in the background is remembered."""
    return click.option(
        "--state",
        type=click.Path(path_type=Path),
        envvar="RECONCILER_SANDBOX_STATE",
        metavar="FOLDER",
        help="Where a sandbox in the background is remembered.  "
        "[default: ~/.local/state/reconciler/sandbox]",
    )(function)


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn whatever the sandbox refuses into one of our errors; `what` is what cannot be."""
    from reconciler import sandbox
    from reconciler.errors import ConfigError
    from reconciler.sandbox import daemon, finishing

    try:
        yield
    except (
        sandbox.ConfigError,
        sandbox.StoreError,
        daemon.DaemonError,
        finishing.FinishError,
        OSError,
    ) as error:
        raise ConfigError(f"{what}: {error}") from error
