"""What the process's streams can show, and whether somebody sits there to be asked."""

import sys
from collections.abc import Mapping
from typing import IO, Literal

ColorChoice = Literal["auto", "always", "never"]


def wants_color(choice: ColorChoice, environ: Mapping[str, str], *, tty: bool) -> bool:
    """Decide about colour for one stream.

    The first that speaks decides: the flag; `NO_COLOR` (set to anything); `FORCE_COLOR` or
    `CLICOLOR_FORCE` (anything but 0); `TERM=dumb`; whether the stream is a terminal.
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return tty and environ.get("TERM") != "dumb"


def in_automation(environ: Mapping[str, str]) -> bool:
    """True where `CI` is set: nobody is asked and nothing moves; no decision depends on it."""
    return environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


def is_tty(stream: IO[str] | None) -> bool:
    """True if a stream is open and a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def can_ask(environ: Mapping[str, str]) -> bool:
    """True if a question would reach a person."""
    return is_tty(sys.stdin) and not in_automation(environ)


def can_redraw(environ: Mapping[str, str]) -> bool:
    """True if progress may move on the standard error stream."""
    return is_tty(sys.stderr) and environ.get("TERM") != "dumb" and not in_automation(environ)
