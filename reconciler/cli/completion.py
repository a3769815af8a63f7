"""`reconciler completion SHELL`: what a shell must know to complete our command lines."""

import sys

import click
from click.shell_completion import get_completion_class

from reconciler.cli.options import program_options

# NAME@VERSION is one word to us.
_BASH = "COMP_WORDBREAKS=${COMP_WORDBREAKS//@}\n"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@program_options
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script by which a shell completes commands, options and names.

    Names of launch plans, workflows, tasks, versions, executions, signals, projects and domains
    come from Flyte Admin, if it answers within a second (RECONCILER_COMPLETION_SECONDS), and are
    kept for a minute; environments, workspaces and what is declared from the files here.

    \b
    Examples:
      reconciler completion bash

    \b
    bash, in ~/.bashrc:                       eval "$(reconciler completion bash)"
    zsh, in ~/.zshrc, after compinit:         eval "$(reconciler completion zsh)"
    fish:     reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    from reconciler.cli.main import COMPLETING

    found = get_completion_class(shell)
    if found is None:
        raise click.BadParameter(f"nothing is known of {shell}")
    program = context.find_root().command
    script = found(program, {}, "reconciler", COMPLETING)
    text = script.source_template % script.source_vars()
    if shell == "fish":  # which would sort versions, the newest of which come first
        text = text.replace("complete --no-files", "complete --keep-order --no-files")
    sys.stdout.write((_BASH if shell == "bash" else "") + text.rstrip() + "\n")
