"""Hand things over from one workspace to another: out of one log, into the other.

The giver's log is written first. Killed in between, they are nobody's: nothing is retired, and
nobody is refused. The same command again finds in the giver's log what did not arrive and
finishes it; or the taker's next apply adopts what it declares.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from reconciler.apply.lock import Lock, Terms, take_lock
from reconciler.apply.locked import ending
from reconciler.errors import LedgerMovedError
from reconciler.model import (
    ApplyReport,
    End,
    Head,
    Hold,
    Owned,
    Record,
    Release,
    ResourceId,
)
from reconciler.ports import Clock, Ledger, Reader

_COUNTED = "transferred"


def hand_over(
    giver: Ledger,
    taker: Ledger,
    choose: Callable[[Head, Sequence[Owned]], Sequence[Owned]],
    terms: Terms,
    clock: Clock,
    *,
    reader: Reader,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Owned, ...]:
    """Move ownership, holds included; returns what the taker owns now because of it.

    Args:
        choose: Says what to move, given the giver's head, and what an earlier attempt took out of
            its log and never brought into the other; called under both locks.
        terms: For the locks. Nothing is claimed: what a dead taker had claimed would become its
            own without the giver having lost it.
        reader: To find out what became of what earlier applies left open.

    Raises: LockedError if either workspace is being applied; LedgerError and whatever `choose`
        raises, with nothing moved; AdminError or UnreachableError at any moment, after which the
        same again goes on.
    """
    to, source = f"transfer to {taker.workspace}", f"transfer from {giver.workspace}"
    with ExitStack() as stack:
        locks: dict[str, Lock] = {}
        # In one order whoever gives to whom, so that two do not wait for each other.
        for ledger in sorted((giver, taker), key=lambda one: one.workspace):
            operation = to if ledger is giver else source
            lock = take_lock(ledger, replace(terms, operation=operation), clock, say=say)
            stack.callback(lock.release, operation, terms.author.actor)
            locks[ledger.workspace] = lock
        given, taken = locks[giver.workspace], locks[taker.workspace]
        head = given.before
        late = underway(giver.records(), taken.before, to)
        moved = tuple(choose(head, late))
        ours = tuple(one for one in moved if head.inventory.find(one.id) == one)
        actor = terms.author.actor
        end = ending(given, ApplyReport(()), reader, operation=to, actor=actor)
        lost = tuple(owned.id for owned in ours)
        given.end(replace(end, counts={_COUNTED: len(ours)} if ours else {}, lost=lost))
        holds = [hold for hold in given.head.holds if hold.id in {one.id for one in moved}]
        for hold in holds:
            _append(taker, hold)
        end = ending(taken, ApplyReport(()), reader, operation=source, actor=actor)
        gained = {one.id: one for one in (*end.gained, *moved)}
        taken.end(
            replace(
                end,
                counts={_COUNTED: len(moved)},
                gained=tuple(gained[id] for id in sorted(gained)),
            )
        )
        for hold in holds:
            _append(giver, Release(hold.id, actor))
    return moved


def underway(records: Sequence[Record], taker: Head, operation: str) -> tuple[Owned, ...]:
    """What the giver's log says was handed over, and that neither of both owns now."""
    head = Head()
    gone: dict[ResourceId, Owned] = {}
    for record in records:
        body = record.body
        if isinstance(body, End) and body.operation == operation:
            for id in body.lost:
                owned = head.inventory.find(id)
                if owned is not None:
                    gone[id] = owned
        head = head.after(record)
    return tuple(
        gone[id]
        for id in sorted(gone)
        if head.inventory.find(id) is None and taker.inventory.find(id) is None
    )


def _append(ledger: Ledger, body: Hold | Release) -> None:
    while True:
        try:
            ledger.append(body, ledger.head())
            return
        except LedgerMovedError:
            continue
