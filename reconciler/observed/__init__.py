"""Reader → ObservedState."""

from reconciler.observed.behind import behind
from reconciler.observed.covering import Covering
from reconciler.observed.look_up import look_up
from reconciler.observed.observe import observe

__all__ = ["Covering", "behind", "look_up", "observe"]
