"""What an apply does about the ledger: look before it plans, and hold the lock while it writes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli.author import check_order, find_author, is_dead
from reconciler.cli.options import say
from reconciler.cli.seen import look, note
from reconciler.cli.session import Unit, caches
from reconciler.cli.telemetry import stage
from reconciler.errors import ApplyRefusedError
from reconciler.model import Head, Plan, plan_digest
from reconciler.remote import Held, Remote, WorkspaceLedger

if TYPE_CHECKING:  # a plan reads the ledger too, and no saved plan
    from reconciler.remote import SavedPlan


def before_planning(remote: Remote, unit: Unit, *, allow_older: bool) -> Head:
    """Read the ledger's head, so that it is known later whether anything moved since.

    Raises: OlderCommitError for a commit that does not build upon the one applied last.
    """
    if unit.home is None:
        return Head()
    head = read_head(remote, unit)
    check_commits(unit, head, allow_older=allow_older)
    return head


def read_head(remote: Remote, unit: Unit) -> Head:
    """The ledger's newest entry; an empty one without a ledger. What is odd about it is said."""
    if unit.home is None:
        return Head()
    with stage("read ledger"):
        head = remote.ledger_of(unit.home).head()
    odd = look(caches(), remote.endpoint, unit.home, head)
    if odd:
        say(f"Warning: {odd}")
    return head


def check_commits(unit: Unit, head: Head, *, allow_older: bool, commit: str | None = None) -> None:
    """Check that a commit builds upon the one applied last; say so if nobody can know.

    Args:
        commit: Of a saved plan; else it is the one that is checked out.

    Raises: OlderCommitError if it does not.
    """
    if not head.commit or allow_older:
        return
    if commit is None:
        commit = find_author(os.environ, unit.folder).commit
    doubt = check_order(unit.folder, applied=head.commit, commit=commit)
    if doubt:
        say(f"Warning: {doubt}")


@contextmanager
def locked(
    remote: Remote,
    unit: Unit,
    plan: Plan,
    *,
    wait: float,
    operation: str = "apply",
    saved: "SavedPlan | None" = None,
    ledger: WorkspaceLedger | None = None,
    has_ended: Callable[[str], bool] = lambda run: False,
) -> Iterator[Held | None]:
    """Hold the workspace's lock for a plan; None without a ledger.

    `remote.apply` releases it. If the block ends early it is released here.

    Args:
        saved: What the plan comes from, which runs once, and is of its own commit.
        ledger: Of the unit, if it is to be read in a way of its own.
        has_ended: Whether the run of a pipeline that holds the lock is known to be over.
    """
    if unit.home is None:
        yield None
        return
    author = find_author(os.environ, unit.folder)
    if saved is not None:
        author = replace(author, commit=saved.about.commit)
    held = (ledger or remote.ledger_of(unit.home)).lock(
        plan,
        author=author,
        operation=operation,
        saved=saved.digest if saved is not None else b"",
        wait=wait,
        is_dead=lambda author: is_dead(author) or has_ended(author.run),
        say=say,
    )
    try:
        yield held
    finally:
        held.release()
        note(caches(), remote.endpoint, unit.home, held.lock.head)


def same_plan(one: Plan, other: Plan) -> bool:
    """Tell whether two plans do the same to the same."""
    return plan_digest(one) == plan_digest(other) and bool(one.conflicts) == bool(other.conflicts)


def unmoved(held: Held | None, head: Head, plan: Plan, plan_at: Callable[[Head], Plan]) -> None:
    """Check under the lock that what was planned before it is still the plan.

    Args:
        head: What the plan was made at.
        plan_at: Plans anew.

    Raises: ApplyRefusedError if somebody applied meanwhile and the plan is another one now.
    """
    if held is None or held.before.serial == head.serial:
        return
    if not same_plan(plan_at(held.before), plan):
        raise ApplyRefusedError(
            "somebody else applied meanwhile, and it would be another plan now; nothing was "
            "written: try again"
        )
