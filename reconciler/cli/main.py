"""The program: its commands, each loaded when it is called, and the one door for errors.

Every way to end comes through `run`, which turns it into words on stderr and a code of `exits`.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from keyword import iskeyword
from typing import IO, NoReturn, TextIO

import click

from reconciler import __version__
from reconciler.cli.exits import Exit, for_error
from reconciler.cli.memory import leave, spare
from reconciler.cli.options import Settings, admin_option, program_options
from reconciler.cli.signals import Watch
from reconciler.cli.telemetry import end

# Name → what it is for. The module of the same name (with an underscore behind what Python keeps
# for itself) holds `command`, loaded only when called.
COMMANDS = {
    "init": "Write reconciler.yaml and a first manifest.",
    "validate": "Check manifests, offline or against Flyte Admin.",
    "schema": "Print or write the JSON Schemas of the manifests.",
    "fmt": "Write manifests in one form.",
    "explain": "Tell which file and line a value came from.",
    "graph": "Draw what refers to what.",
    "images": "Pin container images by digest.",
    "plan": "Show what would change in Flyte Admin; writes nothing.",
    "apply": "Make Flyte Admin what the manifests say.",
    "promote": "Take what is active in one environment to another, byte for byte.",
    "backfill": "Run the slots of a schedule that were missed.",
    "show": "Show a saved plan.",
    "drift": "Tell what is not as it was left, or not as it is declared.",
    "history": "Show what was applied, when and by whom.",
    "rollback": "Activate the version that was active before, and hold it.",
    "hold": "Keep every apply off a launch plan's activation.",
    "release": "End a hold.",
    "adopt": "Own what is as declared already, and change nothing.",
    "forget": "No longer own things, and leave them as they are.",
    "transfer": "Hand things over to another workspace.",
    "force-unlock": "Take the lock from an apply that is dead.",
    "ledger": "Look into what Flyte Admin remembers for a workspace.",
    "policy": "List, try and test the policies that plans are judged by.",
    "build": "Build packages with their own commands, and pin them.",
    "bundle": "See and build the code that tasks run.",
    "get": "List what Flyte Admin holds, or show one thing in full.",
    "launch": "Run a launch plan, a workflow or a task.",
    "relaunch": "Run an execution once more, from the start.",
    "recover": "Run an execution once more, where it failed.",
    "terminate": "End executions that run.",
    "signal": "Answer what an execution waits for.",
    "upload": "Upload files and folders.",
    "download": "Download what an execution made, or what lies at a URI.",
    "watch": "Show an execution as a tree until it ends.",
    "ci": "Preview pull requests and apply merges, as a pipeline does.",
    "import": "Write manifests from what Flyte Admin holds or other tools keep.",
    "export": "Write a backup of everything that Flyte Admin holds.",
    "doctor": "Find out what keeps you from Flyte Admin; writes nothing.",
    "sandbox": "Serve an embedded Flyte Admin.",
    "completion": "Print the script for a shell's completion.",
}

# What a shell's script for completion sets.
COMPLETING = "_RECONCILER_COMPLETE"
_INTERRUPTED = "\nInterrupted; nothing was written to Flyte Admin."


class _Lazy(click.Group):
    """A group that knows its commands by name and imports none of them to say so."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        file = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        module = importlib.import_module(f"reconciler.cli.{file}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
    epilog="Exit codes: 0 done, 1 error, 2 changes (plan --detailed-exitcode), 3 refused by a "
    "guard or rule, 4 a saved plan is stale, 5 applied in part, 6 locked by somebody else, 7 not "
    "authenticated or not permitted, 64 usage, 70 a bug, 130 interrupted.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@program_options
@admin_option
@click.pass_context
def reconciler(context: click.Context) -> None:
    """Declare what Flyte should run in YAML; see what would change; make it so.

    \b
    Start here:
      reconciler init                  a workspace and a first manifest
      reconciler plan                  what would change, without changing it
      reconciler apply                 change it, after you said yes

    \b
    Without a Flyte cluster at hand:
      reconciler apply --admin sandbox:flyte.sqlite
    """


def main() -> NoReturn:
    """Run the program as a process: the console script's entry."""
    # A shell may start us without them (`>&-`): what is written there is for nobody.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    spare()
    if COMPLETING in os.environ:
        # Somebody pressed TAB: there is a terminal, but nobody to be asked for a login.
        os.environ["CI"] = "true"
    with Watch(_end_at_once):
        code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        _flush(stream)
    leave()
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; only the process itself is not ended.

    Errors end up on stderr, a line each, never as a traceback; with `--json` they are a document
    on stdout as well.
    """
    settings = Settings()
    try:
        code = _run(argv, settings)
        end(code)
        return code
    finally:
        settings.show_again()


def _run(argv: Sequence[str], settings: Settings) -> int:
    try:
        result = reconciler.main(
            list(argv), prog_name="reconciler", standalone_mode=False, obj=settings
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else Exit.OK
    except click.UsageError as error:
        error.show()
        return Exit.USAGE
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _interrupted()
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        return Exit.ERROR
    except Exception as error:
        return _failed(error, settings)


def _failed(error: Exception, settings: Settings) -> Exit:
    from reconciler.cli import failures

    try:
        if failures.is_ours(error):
            failures.show(error, settings)
            return for_error(error)
        failures.show_bug(error, settings)
    except BrokenPipeError:
        return Exit.ERROR
    return Exit.BUG


def _interrupted() -> Exit:
    print(_INTERRUPTED, file=sys.stderr)
    return Exit.INTERRUPTED


def _end_at_once(number: int) -> None:
    # Only an apply has something to finish, and it handles its signals itself. Elsewhere unwinding
    # would wait for threads that wait for Admin, until their deadlines.
    os.write(2, f"{_INTERRUPTED}\n".encode())
    os._exit(Exit.INTERRUPTED)


def _nowhere() -> TextIO:
    return open(os.devnull, "w")


def _flush(stream: IO[str]) -> None:
    try:
        stream.flush()
    except (ValueError, OSError):
        # Closed by whoever read it: Python must not complain about it again on its way out.
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1 if stream is sys.stdout else 2)
