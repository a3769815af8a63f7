"""States → Plan. No I/O, no clock, no threads."""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.plan.adopt import with_adopted, without_foreign
from reconciler.plan.compare import compare
from reconciler.plan.coverage import readable, with_unread
from reconciler.plan.decide import decide
from reconciler.plan.drift import World, find_drift, mutable
from reconciler.plan.effects import changing, with_effects
from reconciler.plan.guard import with_guards
from reconciler.plan.holds import with_holds
from reconciler.plan.leftovers import Leftovers, deletions, left_over, with_archived
from reconciler.plan.lost import with_lost
from reconciler.plan.named import named, only
from reconciler.plan.planner import make_plan
from reconciler.plan.prune import left_behind, with_pruned
from reconciler.plan.renames import renamed, with_renamed
from reconciler.plan.select import select
from reconciler.plan.three_way import with_moved

if TYPE_CHECKING:
    from reconciler.plan.backfill import Standing, request_of, standings, with_launches
    from reconciler.plan.slots import MOST_SLOTS, lay_out, needs_anchor
else:
    # Few sets hold a backfill.
    __getattr__ = opened_for(
        __name__,
        {
            "backfill": ("Standing", "request_of", "standings", "with_launches"),
            "slots": ("MOST_SLOTS", "lay_out", "needs_anchor"),
        },
    )

__all__ = [
    "MOST_SLOTS",
    "Leftovers",
    "Standing",
    "World",
    "changing",
    "compare",
    "decide",
    "deletions",
    "find_drift",
    "lay_out",
    "left_behind",
    "left_over",
    "make_plan",
    "mutable",
    "named",
    "needs_anchor",
    "only",
    "readable",
    "renamed",
    "request_of",
    "select",
    "standings",
    "with_adopted",
    "with_archived",
    "with_effects",
    "with_guards",
    "with_holds",
    "with_launches",
    "with_lost",
    "with_moved",
    "with_pruned",
    "with_renamed",
    "with_unread",
    "without_foreign",
]
