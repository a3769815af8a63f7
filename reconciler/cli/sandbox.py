"""`reconciler sandbox`: the embedded Admin in the foreground."""

import sys
from pathlib import Path

import click

from reconciler.cli.options import program_options
from reconciler.cli.signals import Watch

_port = click.IntRange(0, 65535)


@click.command()
@click.option(
    "--grpc-port",
    type=_port,
    default=8089,
    show_default=True,
    metavar="N",
    help="Port of the gRPC services; 0 picks one.",
)
@click.option(
    "--http-port",
    type=_port,
    default=8088,
    show_default=True,
    metavar="N",
    help="Port of the HTTP gateway and object store; 0 picks one.",
)
@click.option(
    "--data",
    default=":memory:",
    show_default=True,
    metavar="PATH|:memory:",
    help="Where everything is kept; in memory it ends with the process.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A configuration file of flyteadmin: its domains, limits, … are obeyed.",
)
@program_options
def command(grpc_port: int, http_port: int, data: str, config: Path | None) -> None:
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
    from reconciler.sandbox import StoreError, load_config, serve

    try:
        # The server ends in order when it is told to, instead of at once.
        with Watch(lambda number: None):
            serve(
                data=data,
                config=load_config(config) if config else None,
                grpc_port=grpc_port,
                http_port=http_port,
                out=sys.stdout,
                err=sys.stderr,
            )
    except (SandboxConfigError, StoreError, OSError) as error:
        raise ConfigError(f"the embedded Flyte Admin cannot start: {error}") from error
