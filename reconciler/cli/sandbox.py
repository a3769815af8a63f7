"""`reconciler sandbox …`: the embedded Admin, in the foreground or in the background."""

import sys
from typing import Any

import click
from click.core import ParameterSource

from reconciler.cli.background import COMMANDS
from reconciler.cli.memory import stay
from reconciler.cli.options import program_options
from reconciler.cli.serving import serving_options, translated
from reconciler.cli.signals import Watch


@click.group(invoke_without_command=True)
@serving_options
@program_options
@click.pass_context
def command(context: click.Context, /, **options: Any) -> None:
    """Serve an embedded Flyte Admin in the foreground, or look after one in the background.

    It answers as the real one does and keeps everything in one file; no Docker, no cluster. A
    line on stdout names both ports once they accept, another one the variables that point
    flytekit there; Ctrl-C or SIGTERM ends it.

    \b
    Examples:
      reconciler sandbox --data flyte.sqlite
      reconciler sandbox --grpc-port 0 --http-port 0
      reconciler sandbox start                      in the background
      reconciler plan --admin localhost:8089        from another terminal
    """
    if context.invoked_subcommand is not None:
        _refuse_misplaced(context, options)
        return
    from reconciler.sandbox import Options, serve

    # The server ends in order when it is told to, instead of at once.
    with translated("the embedded Flyte Admin cannot start"), Watch(lambda number: None):
        stay()
        serve(Options(**options), out=sys.stdout, err=sys.stderr)


def _refuse_misplaced(context: click.Context, options: dict[str, Any]) -> None:
    for name in options:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            flag = f"--{name.replace('_', '-')}"
            raise click.UsageError(
                f"{flag} belongs behind {context.invoked_subcommand}", ctx=context
            )


for each in COMMANDS:
    command.add_command(each)
