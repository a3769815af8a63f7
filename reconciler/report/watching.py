"""A tree that changes: redrawn in place on a terminal, a line for each change anywhere else."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TextIO

from reconciler.model import Branch, moves
from reconciler.report.branches import move_line, tree_lines

_MARGIN = 2  # lines of the terminal that are left free


class WatchingView(Protocol):
    """Takes the tree each time it was looked at; a context manager around the watching."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def show(self, root: Branch, now: int) -> None:
        """Show the tree at a time, nanoseconds since 1970."""
        ...


class LineView:
    """A line for each branch that came into another phase."""

    def __init__(self, write: Callable[[str], None], *, color: bool) -> None:
        self._write = write
        self._color = color
        self._before: Branch | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, root: Branch, now: int) -> None:
        for moved in moves(self._before, root):
            self._write(move_line(moved, root, now=now, color=self._color) + "\n")
        self._before = root


class LiveView:
    """The tree itself; once it is over it stays, whole."""

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        # Imported late: only a terminal needs it.
        from rich.console import Console
        from rich.live import Live

        self._stream = stream
        self._color = color
        self._last: tuple[Branch, int] | None = None
        self._console = Console(
            file=stream, force_terminal=True, no_color=not color, highlight=False, markup=False
        )
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        if self._last is not None:
            root, now = self._last
            self._stream.write("\n".join(tree_lines(root, now=now, color=self._color)) + "\n")

    def show(self, root: Branch, now: int) -> None:
        from rich.text import Text

        self._last = root, now
        most = max(self._console.height - _MARGIN, 3)
        lines = tree_lines(root, now=now, color=self._color, most=most)
        text = Text.from_ansi("\n".join(lines), no_wrap=True, overflow="ellipsis")
        self._live.update(text, refresh=True)


def watching_view(stream: TextIO, *, live: bool, color: bool) -> WatchingView:
    """The view of an execution that is watched.

    Args:
        live: Redraw in place, for which the stream has to be a terminal.
    """
    if live:
        return LiveView(stream, color=color)

    def write(text: str) -> None:
        stream.write(text)
        stream.flush()

    return LineView(write, color=color)
