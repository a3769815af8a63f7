"""The corridor's side room: what has run of each backfill is read, and what is due is planned."""

from datetime import datetime

from reconciler.cron import from_datetime, to_rfc3339
from reconciler.model import Backfill, DesiredState, Layout, Plan, Strategy
from reconciler.observed import observe_runs
from reconciler.plan import lay_out, needs_anchor, standings, with_launches
from reconciler.ports import ExecutionReader, Reader


def with_backfills(
    plan: Plan,
    desired: DesiredState,
    reader: Reader,
    executions: ExecutionReader | None,
    *,
    now: datetime,
) -> Plan:
    """Add to a plan what the backfills of a set launch now, and how each of them stands.

    Args:
        now: What is due later is launched later.

    Cost: as `observe_runs` says for each.
    Raises: AdminError or UnreachableError; ValueError without a reader of executions.
    """
    if executions is None:
        raise ValueError("a plan with backfills needs a reader of executions")
    instant = from_datetime(now)
    for backfill in desired.backfills:
        layout = _laid_out(backfill, executions, instant)
        runs = observe_runs(backfill, layout, executions)
        found = standings(backfill, layout, runs, now=instant)
        needs = desired.needs.get(backfill.id, ())
        if backfill.strategy is Strategy.EXECUTIONS:
            plan = with_launches(plan, backfill, layout, found, needs=needs)
            continue
        raise NotImplementedError
    return plan


def _laid_out(backfill: Backfill, executions: ExecutionReader, now: int) -> Layout:
    if not needs_anchor(backfill):
        return lay_out(backfill, now=now)
    last = executions.last_scheduled(backfill.launch_plan.id)
    if last is None or last.scheduled_at is None:
        return lay_out(backfill, now=now)
    anchored = f"as the scheduler's execution {last.id.name} of {to_rfc3339(last.scheduled_at)}"
    return lay_out(backfill, now=now, anchor=last.scheduled_at, anchored=anchored)
