"""Plan → events → ApplyReport."""

from reconciler.apply.executor import execute
from reconciler.apply.freshness import Moved, moved

__all__ = ["Moved", "execute", "moved"]
