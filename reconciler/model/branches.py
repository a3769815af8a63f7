"""An execution as a tree: its nodes, what each of them runs, and what that is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field

# Of executions, nodes and attempts alike; RECOVERED is an end that nodes have.
ENDS = frozenset({"SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT", "SKIPPED", "RECOVERED"})
GOOD_ENDS = frozenset({"SUCCEEDED", "SKIPPED", "RECOVERED"})


@dataclass(frozen=True, slots=True)
class Log:
    """A place where something wrote what it had to say."""

    name: str
    uri: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One node, or the execution itself, and what lies below it.

    Attributes:
        path: Tells it from all others of the tree: node ids, joined by `/`.
        name: Its own id.
        phase: As Admin spells it.
        runs: What it is in a few words: a task's name, `workflow etl`, `3 of 8 mapped`.
        started: When it began to run, nanoseconds since 1970; None if it did not yet.
        ended: When it came to its end; None before.
        cache: What the cache did for it; "" where it had no say.
        attempts: How many were made at its task, so far; 0 if nobody looked, as of what ended
            well.
        reason: What it waits for or does, in the words of whoever runs it.
        error: What went wrong, all of it.
        logs: Where its last attempt writes.
        children: In the order in which they came.
    """

    path: str
    name: str
    phase: str
    runs: str = ""
    started: int | None = None
    ended: int | None = None
    cache: str = ""
    attempts: int = 0
    reason: str = ""
    error: str = ""
    logs: tuple[Log, ...] = ()
    children: tuple["Branch", ...] = field(default=())

    @property
    def has_ended(self) -> bool:
        return self.phase in ENDS

    @property
    def went_wrong(self) -> bool:
        return self.has_ended and self.phase not in GOOD_ENDS

    def walk(self) -> Iterator["Branch"]:
        """This one and all below it, each before what it is made of."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Moved:
    """A branch that is in another phase than when it was looked at before.

    `before` is "" for one that is new.
    """

    branch: Branch
    before: str


def moves(before: Branch | None, after: Branch) -> list[Moved]:
    """What changed its phase between two looks at one tree, in the tree's order, itself last.

    An execution ends after its nodes did, and is told so.
    """
    known = {} if before is None else {branch.path: branch.phase for branch in before.walk()}
    found = [
        Moved(branch, known.get(branch.path, ""))
        for branch in after.walk()
        if known.get(branch.path) != branch.phase
    ]
    if found and found[0].branch is after and after.has_ended:
        found.append(found.pop(0))
    return found
