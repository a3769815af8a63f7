"""Plan → events → ApplyReport."""

from reconciler.apply.executor import execute
from reconciler.apply.freshness import Freshness, Moved, freshness, moved
from reconciler.apply.lock import LEASE, Lock, Terms, take_lock
from reconciler.apply.locked import run_locked

__all__ = [
    "LEASE",
    "Freshness",
    "Lock",
    "Moved",
    "Terms",
    "execute",
    "freshness",
    "moved",
    "run_locked",
    "take_lock",
]
