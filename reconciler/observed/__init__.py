"""Reader → ObservedState."""

from reconciler.observed.look_up import look_up
from reconciler.observed.observe import observe

__all__ = ["look_up", "observe"]
