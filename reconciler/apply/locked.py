"""Carry out a plan under the lock, and write down what came of it and what we own now."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from reconciler.apply.left import as_left
from reconciler.apply.lock import Lock
from reconciler.errors import ReconcilerError
from reconciler.model import (
    Action,
    ApplyReport,
    End,
    Outcome,
    Status,
    Verb,
    claims_of,
)
from reconciler.ports import Reader

_LOSING = (Verb.DELETE, Verb.FORGET)
DONE_WORDS = {
    Verb.CREATE: "registered",
    Verb.UPDATE: "updated",
    Verb.ACTIVATE: "activated",
    Verb.DEACTIVATE: "deactivated",
    Verb.ARCHIVE: "archived",
    Verb.UNARCHIVE: "unarchived",
    Verb.DELETE: "deleted",
    Verb.UPLOAD: "uploaded",
    Verb.ADOPT: "adopted",
    Verb.FORGET: "forgotten",
    Verb.LAUNCH: "launched",
}


def run_locked(
    lock: Lock,
    run: Callable[[Callable[[], str]], ApplyReport],
    *,
    reader: Reader,
    operation: str = "apply",
    actor: str = "",
    say: Callable[[str], None] = lambda text: None,
    closing: Action | None = None,
) -> ApplyReport:
    """Do what `run` does while the lock is held and shown to be, then release it.

    Args:
        run: Carries out the plan, given the fence to ask before every switch.
        reader: To find out what became of claims whose outcome nobody knows.
        say: Told, in a sentence, what did not work about the lock; the report is returned anyway.
        closing: A step that the caller takes after the end if all was done, for then nothing can
            be appended any more: the end speaks of it as done.
    """
    lock.tried = True
    try:
        with _alive(lock):
            report = run(lock.fence)
    except BaseException:
        lock.abandon(actor)
        raise
    try:
        if closing is None or not report.succeeded:
            lock.end(ending(lock, report, reader, operation=operation, actor=actor))
        else:
            done = Outcome(closing, Status.DONE, applied=True, settled=True)
            told = replace(report, outcomes=(*report.outcomes, done))
            lock.end(ending(lock, told, reader, operation=operation, actor=actor))
    except ReconcilerError as error:
        say(f"The end of this {operation} could not be written to the ledger: {error}")
    if lock.lost:
        say(f"While this {operation} ran, {lock.lost}.")
    return report


def ending(lock: Lock, report: ApplyReport, reader: Reader, *, operation: str, actor: str) -> End:
    """What the log will say about a report: how much of what, and what is ours now."""
    done = [one.action for one in report.outcomes if one.status is Status.DONE]
    gained = {owned.id: owned for owned in claims_of(a for a in done if a.verb not in _LOSING)}
    lost = {action.id for action in done if action.verb in _LOSING}
    settled = gained.keys() | lost
    # Of these nobody knows: a begin without an end claimed them, or no answer came.
    unknown = [owned for owned in lock.head.loose if owned.id not in settled]
    unknown += claims_of(o.action for o in report.outcomes if o.status is Status.FAILED)
    found = as_left(unknown, reader)
    gained |= {owned.id: owned for owned in found}
    return End(
        lock.serial,
        operation,
        actor,
        counts=_counts(report.outcomes),
        complete=report.succeeded,
        gained=tuple(gained[id] for id in sorted(gained)),
        lost=tuple(sorted(lost)),
    )


def _counts(outcomes: Collection[Outcome]) -> Counter[str]:
    return Counter(
        DONE_WORDS[one.action.verb] if one.status is Status.DONE else str(one.status)
        for one in outcomes
        if not one.existed
    )


@contextmanager
def _alive(lock: Lock) -> Iterator[None]:
    """Show now and then that the holder lives, however long one step takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(lock.lease / 10):
            lock.keep()

    thread = threading.Thread(target=beat, name="lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
