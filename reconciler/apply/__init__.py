"""Plan → events → ApplyReport."""

from reconciler.apply.executor import execute
from reconciler.apply.freshness import Freshness, Moved, freshness, moved
from reconciler.apply.left import as_left
from reconciler.apply.lock import LEASE, Lock, Terms, take_lock
from reconciler.apply.locked import run_locked
from reconciler.apply.transfer import hand_over

__all__ = [
    "LEASE",
    "Freshness",
    "Lock",
    "Moved",
    "Terms",
    "as_left",
    "execute",
    "freshness",
    "hand_over",
    "moved",
    "run_locked",
    "take_lock",
]
