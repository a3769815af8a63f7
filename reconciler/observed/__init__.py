"""Reader → ObservedState."""

from reconciler.observed.behind import behind
from reconciler.observed.covering import Covering
from reconciler.observed.look_up import look_up
from reconciler.observed.observe import observe
from reconciler.observed.runs import observe_runs
from reconciler.observed.users import with_users

__all__ = ["Covering", "behind", "look_up", "observe", "observe_runs", "with_users"]
