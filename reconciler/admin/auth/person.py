"""Whether somebody is there to log in, and how to reach them."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _tell(text: str) -> None:
    # The one place behind the command line that speaks to a person: a login cannot wait until
    # the command has ended, and a script of theirs needs it as much as our commands do.
    print(text, file=sys.stderr, flush=True)


def _open_browser(url: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who started this, if anybody did.

    Attributes:
        is_there: At a terminal or a notebook.
        has_display: And a browser can be opened where they see it.
        in_ci: This is a pipeline: nobody is there, whatever else it looks like.
        tell: Says something to them.
        open_browser: Opens a URL; False if it could not.
    """

    is_there: bool = False
    has_display: bool = False
    in_ci: bool = False
    tell: Callable[[str], None] = field(default=_tell, compare=False)
    open_browser: Callable[[str], bool] = field(default=_open_browser, compare=False)

    @classmethod
    def here(cls, environ: Mapping[str, str] | None = None) -> "Person":
        """What this process's terminal and environment say.

        Shape:  `CI` counts unless it is empty, `0` or `false`; a display is a window system of
                this machine, not one behind ssh, or what `BROWSER` names.
        """
        environ = os.environ if environ is None else environ
        return cls(
            is_there=_is_terminal() or _is_notebook(),
            has_display=_has_display(environ),
            in_ci=environ.get("CI", "").strip().lower() not in ("", "0", "false", "no"),
        )


def _is_terminal() -> bool:
    # Both: what is asked must be seen, and whoever pipes nothing in is no person.
    try:
        return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())
    except ValueError:  # closed
        return False


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _has_display(environ: Mapping[str, str]) -> bool:
    if environ.get("BROWSER"):
        return True
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
