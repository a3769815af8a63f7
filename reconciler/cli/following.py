"""Following an execution until it ends: what `watch` and `launch --watch` do."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.cli.exits import Exit
from reconciler.cli.looks import Rhythm
from reconciler.cli.options import say, settings
from reconciler.cli.signals import Watch
from reconciler.cli.terminal import can_redraw
from reconciler.model import Branch, moves

if TYPE_CHECKING:
    from reconciler.model import ExecutionId
    from reconciler.remote import Remote


def follow(
    remote: "Remote",
    id: "ExecutionId",
    *,
    every: float | None,
    timeout: float | None,
    depth: int | None = None,
    quiet: bool = False,
    then: Callable[[Branch], None] | None = None,
) -> Exit:
    """Show an execution until it ends, and return the exit that this comes to.

    Args:
        every: Seconds between two looks; None for ever longer ones, up to ten.
        timeout: Seconds after which nobody waits any longer; None for however long it takes.
        quiet: Show only what it came to.
        then: Called with how it ended, to tell a person more of it.
    """
    from reconciler import report

    options = settings()
    watcher = remote.watcher(id, depth=depth)
    rhythm = Rhythm(every=every, timeout=timeout)
    with _interruptible(id):
        if quiet:
            for _ in rhythm.looks(watcher.glance):
                pass
            root = watcher.look()
        elif options.json:
            root = _as_json(rhythm.looks(watcher.look))
        else:
            root = _as_text(watcher.look, rhythm)
    if options.json:
        made = report.watched_as_dict(root, project=id.project, domain=id.domain)
        sys.stdout.write(json.dumps(made, ensure_ascii=False) + "\n")
    else:
        _tell_end(root)
        if then is not None:
            then(root)
    if not root.has_ended:
        say(f"{id} is still {root.phase}; it runs on. To go on: reconciler watch {id}")
        return Exit.ERROR
    return Exit.OK if root.phase == "SUCCEEDED" else Exit.ERROR


def _as_text(look: Callable[[], Branch], rhythm: Rhythm) -> Branch:
    from reconciler import report

    live = can_redraw(os.environ)
    color = settings().colors(sys.stderr)
    with report.watching_view(sys.stderr, live=live, color=color) as shown:
        root: Branch | None = None

        def tick() -> None:
            if root is not None:
                shown.show(root, time.time_ns())

        for root in rhythm.looks(look, tick=tick if live else None):
            shown.show(root, time.time_ns())
    assert root is not None
    return root


def _as_json(looks: Iterator[Branch]) -> Branch:
    from reconciler import report

    before: Branch | None = None
    for root in looks:
        for moved in moves(before, root):
            sys.stdout.write(json.dumps(report.move_as_dict(moved), ensure_ascii=False) + "\n")
        sys.stdout.flush()
        before = root
    assert before is not None
    return before


def _tell_end(root: Branch) -> None:
    from reconciler import report

    if root.went_wrong:
        sys.stderr.write(report.errors_as_text(root, color=settings().colors(sys.stderr)))
    if root.has_ended:
        sys.stdout.write(f"{root.name} {root.phase}\n")


@contextmanager
def _interruptible(id: "ExecutionId") -> Iterator[None]:
    """Ctrl-C ends the watching, and says that what is watched goes on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int) -> None:
        # A live display has hidden the cursor.
        shown = "\x1b[?25h" if can_redraw(os.environ) else ""
        text = f"{shown}\n{id} runs on. To go on: reconciler watch {id}\n"
        os.write(2, text.encode())
        os._exit(Exit.INTERRUPTED)

    with Watch(leave):
        yield
