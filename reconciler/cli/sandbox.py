"""`reconciler sandbox`: the embedded Admin in the foreground."""

import sys
from collections.abc import Callable
from typing import Any

import click

from reconciler.cli.options import program_options
from reconciler.cli.signals import Watch

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


def _serving_options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_serving):
        function = option(function)
    return function


@click.command()
@_serving_options
@program_options
def command(**options: Any) -> None:
    """Serve an embedded Flyte Admin in the foreground.

    It answers as the real one does and keeps everything in one file; no Docker, no cluster. One
    line on stdout names both ports once they accept; Ctrl-C or SIGTERM ends it.

    \b
    Examples:
      reconciler sandbox --data flyte.sqlite
      reconciler sandbox --grpc-port 0 --http-port 0
      reconciler plan --admin localhost:8089        from another terminal
    """
    from reconciler.errors import ConfigError
    from reconciler.sandbox import ConfigError as SandboxConfigError
    from reconciler.sandbox import Options, StoreError, serve

    try:
        # The server ends in order when it is told to, instead of at once.
        with Watch(lambda number: None):
            serve(Options(**options), out=sys.stdout, err=sys.stderr)
    except (SandboxConfigError, StoreError, OSError) as error:
        raise ConfigError(f"the embedded Flyte Admin cannot start: {error}") from error
