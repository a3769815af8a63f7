"""An apply while it runs: a live display on a terminal, a line an action anywhere else."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TextIO

from reconciler.model import Event, Finished, ResourceId, Started, Status
from reconciler.report.outcomes import outcome_line
from reconciler.report.style import one_line
from reconciler.report.words import WORDS, subject


class Progress(Protocol):
    """Takes events from any thread; a context manager around the apply."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def __call__(self, event: Event) -> None: ...


def progress(stream: TextIO, *, total: int, live: bool, color: bool) -> Progress:
    """Return the view of an apply of `total` actions.

    Args:
        stream: Where it goes; the live display expects a terminal there.
        total: How many actions there are.
        live: Redraw in place; False writes plain lines that never change.
        color: Whether lines are coloured.
    """
    if live:
        return LiveProgress(stream, total=total, color=color)
    return LineProgress(lambda line: _put(stream, line), total=total, color=color)


class LineProgress:
    """A line for each finished action, counted: `[3/12] task x: registered after 0.2 s`."""

    def __init__(self, write: Callable[[str], None], *, total: int, color: bool) -> None:
        self._write = write
        self._total = total
        self._color = color
        self._finished = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Started):
            return
        with self._lock:
            self._finished += 1
            count = f"{self._finished:{len(str(self._total))}}/{self._total}"
            self._write(f"[{count}] {outcome_line(event.outcome, color=self._color)}\n")


class LiveProgress:
    """Bar, what runs now, and above them the lines of what went wrong."""

    def __init__(self, stream: TextIO, *, total: int, color: bool) -> None:
        # Imported late: only a terminal needs it.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bars

        self._console = Console(
            file=stream,
            force_terminal=True,
            no_color=not color,
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        self._bars = Bars(
            SpinnerColumn(),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
        )
        self._bar = self._bars.add_task("", total=total)
        self._running: dict[ResourceId, str] = {}
        self._color = color
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Started):
                action = event.action
                doing = WORDS[action.verb].doing
                self._running[action.id] = f"{doing} {one_line(subject(action.id))}"
            else:
                self._finish(event)
            self._bars.update(self._bar, description=self._now())

    def _finish(self, event: Finished) -> None:
        self._running.pop(event.outcome.action.id, None)
        self._bars.advance(self._bar)
        if event.outcome.status is Status.FAILED:
            from rich.text import Text

            line = outcome_line(event.outcome, color=self._color)
            self._console.print(Text.from_ansi(line))

    def _now(self) -> str:
        names = list(self._running.values())
        if len(names) < 2:
            return "".join(names)
        return f"{names[0]} and {len(names) - 1} more"


def _put(stream: TextIO, line: str) -> None:
    stream.write(line)
    stream.flush()
