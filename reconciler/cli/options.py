"""Options that more than one command takes, and what they add up to.

Options of the whole program are accepted before and after the command's name; the one nearer
to the end of the line wins, as in any list of flags.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO, TypeVar, cast

import click

from reconciler.cli.outputs import Outputs
from reconciler.cli.terminal import ColorChoice, is_tty, wants_color
from reconciler.cli.veil import Veil

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import Sensitive

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True)
class Settings:
    """The options of the whole program, as far as the line has been read."""

    color: ColorChoice = "auto"
    admin: str | None = None
    outputs: Outputs = field(default_factory=Outputs)
    sensitive: "Sensitive | None" = None
    # The checkout whose policies count; None for those of the workspace itself.
    policies_from: Path | None = None
    # Which Flyte Admin was named last; in several sections each names its own.
    admin_named: str = ""

    @property
    def json(self) -> bool:
        """Whether stdout holds JSON, and nothing else."""
        return self.outputs.format == "json"

    def hide(self, sensitive: "Sensitive") -> None:
        """Mask these values from now on, whoever writes them on a standard stream."""
        self.sensitive = self.sensitive + sensitive if self.sensitive else sensitive
        if self.sensitive:
            self.outputs.mask = self.sensitive.mask
            sys.stdout = cast(TextIO, Veil(_uncovered(sys.stdout), self.sensitive))
            sys.stderr = cast(TextIO, Veil(_uncovered(sys.stderr), self.sensitive))

    def show_again(self) -> None:
        """Take the masks off the standard streams, at the end of a command."""
        sys.stdout = cast(TextIO, _uncovered(sys.stdout))
        sys.stderr = cast(TextIO, _uncovered(sys.stderr))

    def colors(self, stream: IO[str] | None) -> bool:
        """Whether to colour what goes to a stream."""
        return wants_color(self.color, os.environ, tty=is_tty(stream))


def _uncovered(stream: IO[str]) -> IO[str]:
    return stream.stream if isinstance(stream, Veil) else stream


def settings() -> Settings:
    """The settings of the running command."""
    return click.get_current_context().find_root().ensure_object(Settings)


def program_options(command: Command) -> Command:
    """Add the options of the whole program: `--color`, `--no-color`."""
    for option in (
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            expose_value=False,
            callback=_keep_color,
            help="When to colour.  [default: auto]",
        ),
        click.option(
            "--no-color",
            is_flag=True,
            expose_value=False,
            callback=_keep_no_color,
            help="The same as --color=never.",
        ),
    ):
        command = option(command)
    return command


def admin_option(command: Command) -> Command:
    """Add `--admin`, which is also an option of the whole program."""
    return click.option(
        "--admin",
        metavar="ENDPOINT",
        expose_value=False,
        callback=_keep_admin,
        help="Flyte Admin to talk to: host:port, dns:///host:port, or sandbox:PATH for an "
        "embedded one. Else what the environment of -e says, RECONCILER_ADMIN, "
        "FLYTE_PLATFORM_URL, the file named by FLYTECTL_CONFIG, reconciler.yaml, "
        "~/.flyte/config.yaml.",
    )(command)


def parallelism_option(command: Command) -> Command:
    """Add `--parallelism`."""
    return click.option(
        "--parallelism",
        type=click.IntRange(min=1),
        default=10,
        show_default=True,
        metavar="N",
        help="How many calls may be under way at once.",
    )(command)


def build_option(command: Command) -> Command:
    """Add `--build`."""
    return click.option(
        "--build",
        is_flag=True,
        help="First run the build of each package, as `reconciler build` does.",
    )(command)


def json_option(command: Command) -> Command:
    """Add `--json`: one document on stdout, of success and failure alike, and nothing else."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        callback=_keep_json,
        help="Print one JSON document on stdout, and nothing else there.",
    )(command)


def json_lines_option(command: Command) -> Command:
    """Add `--json` of commands that take their time: a line for what happens, the result last."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        callback=_keep_json,
        help="Print JSON Lines on stdout, and nothing else there; the last one is the result.",
    )(command)


def verbose_option(command: Command) -> Command:
    """Add `--verbose`."""
    return click.option(
        "-v", "--verbose", is_flag=True, help="Show every field, and shorten nothing."
    )(command)


def lock_timeout_option(command: Command) -> Command:
    """Add `--lock-timeout`, in seconds."""
    return click.option(
        "--lock-timeout",
        default="0s",
        callback=as_seconds,
        metavar="DURATION",
        help="How long to wait if somebody applies, 90s or 5m.  [default: not at all]",
    )(command)


paths_argument = click.argument(
    "paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path)
)


def as_seconds(context: click.Context, option: click.Parameter, value: str) -> float:
    """Read a duration; a number alone is seconds."""
    from reconciler.model import parse_duration

    try:
        duration = parse_duration(f"{value}s" if value.replace(".", "", 1).isdigit() else value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return max(duration.seconds + duration.nanos / 1e9, 0.0)


def say(text: str) -> None:
    """Write progress and remarks, which go to the standard error stream, and to who follows."""
    print(text, file=sys.stderr, flush=True)
    context = click.get_current_context(silent=True)
    found = context.find_root().obj if context is not None else None
    if isinstance(found, Settings):
        found.outputs.remark(text)


def _keep_color(context: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is not None:
        _of(context).color = cast(ColorChoice, value)


def _keep_no_color(context: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        _of(context).color = "never"


def _keep_admin(context: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is not None:
        _of(context).admin = value


def _keep_json(context: click.Context, option: click.Parameter, value: bool) -> bool:
    if value:
        _of(context).outputs.format = "json"
    return value


def _of(context: click.Context) -> Settings:
    return context.find_root().ensure_object(Settings)
