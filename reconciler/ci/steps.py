"""What an apply would do, in numbers that can be compared: of the reviewed plan and of today's.

Not what a plan looks like counts, nor in which order its steps stand, nor the commit it was made
from: only what is done to what, and what is there afterwards.
"""

import hashlib
from collections.abc import Iterable

from reconciler.model import Action, owned_by

_WORD = 16  # hexadecimal digits that tell one step from others of one plan


def step_digests(actions: Iterable[Action]) -> tuple[str, ...]:
    """A digest of each step, sorted; what only the ledger is told is none."""
    return tuple(sorted(_digest(one) for one in actions if one.verb.writes))


def steps_digest(steps: Iterable[str]) -> str:
    """One digest of several steps, whatever their order."""
    return hashlib.sha256("\n".join(sorted(steps)).encode()).hexdigest()


def _digest(action: Action) -> str:
    after = action.after
    content = b""
    # A version that is its content's own hash says what is there; to hash that again takes time.
    if after is not None and not after.content_addressed:
        owned = owned_by(after)
        content = (owned.digest + owned.active.encode()) if owned is not None else b""
    said = f"{action.verb}\0{action.id.address}\0{len(content)}\0".encode() + content
    return hashlib.sha256(said).hexdigest()[:_WORD]
