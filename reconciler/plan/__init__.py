"""States → Plan. No I/O, no clock, no threads."""

from reconciler.plan.compare import compare
from reconciler.plan.decide import decide
from reconciler.plan.planner import make_plan

__all__ = ["compare", "decide", "make_plan"]
