"""The corridor's side room: what has run of each backfill is read, and what is due is planned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest

from reconciler.cron import from_datetime, to_rfc3339
from reconciler.desired import chunk_workflow
from reconciler.model import (
    Action,
    Backfill,
    DesiredState,
    Diagnostic,
    Kind,
    Layout,
    Plan,
    PlanOptions,
    Reason,
    Resource,
    Severity,
    Spot,
    Strategy,
    Verb,
)
from reconciler.observed import observe_runs
from reconciler.plan import (
    Standing,
    lay_out,
    needs_anchor,
    request_of,
    standings,
    with_launches,
)
from reconciler.ports import ExecutionReader, Reader


def with_backfills(
    plan: Plan,
    desired: DesiredState,
    reader: Reader,
    executions: ExecutionReader | None,
    *,
    now: datetime,
    options: PlanOptions | None = None,
    unread: Sequence[Spot] = (),
) -> Plan:
    """Add to a plan what the backfills of a set launch now, and how each of them stands.

    Args:
        now: What is due later is launched later.
        options: Says how many launches are many; None to go on with what was asked already.
        unread: Backfills of what may not be read, of which nothing can be told.

    Cost: as `observe_runs` says for each.
    Raises: AdminError or UnreachableError; ValueError without a reader of executions.
    """
    if executions is None:
        raise ValueError("a plan with backfills needs a reader of executions")
    instant = from_datetime(now)
    if unread:
        plan = replace(plan, obstacles=(*plan.obstacles, *map(_unread, unread)))
    for backfill in desired.backfills:
        layout = laid_out(backfill, executions, instant)
        runs = observe_runs(backfill, layout, executions)
        found = standings(backfill, layout, runs, now=instant)
        needs = desired.needs.get(backfill.id, ())
        if backfill.strategy is Strategy.EXECUTIONS:
            plan = with_launches(plan, backfill, layout, found, needs=needs, options=options)
            continue
        generated, requests = _generated(backfill, found, reader)
        plan = with_launches(
            plan,
            backfill,
            layout,
            found,
            requests=requests,
            generated=generated,
            needs=needs,
            options=options,
        )
    return plan


def _unread(backfill: Spot) -> Diagnostic:
    name = f"{backfill.place}/{backfill.name}"
    return Diagnostic(
        "unreadable-backfill",
        f"{backfill.kind} {name} runs a launch plan that may not be read",
        hint="ask for the permission to read that project and domain",
        severity=Severity.ERROR,
    )


def laid_out(backfill: Backfill, executions: ExecutionReader, now: int) -> Layout:
    """Find the slots of a backfill; a rate's are counted from where the scheduler last fired.

    Args:
        now: In nanoseconds since 1970.

    Raises: AdminError or UnreachableError.
    """
    if not needs_anchor(backfill):
        return lay_out(backfill, now=now)
    last = executions.last_scheduled(backfill.launch_plan.id)
    if last is None or last.scheduled_at is None:
        return lay_out(backfill, now=now)
    anchored = f"as the scheduler's execution {last.id.name} of {to_rfc3339(last.scheduled_at)}"
    return lay_out(backfill, now=now, anchor=last.scheduled_at, anchored=anchored)


def _generated(
    backfill: Backfill, found: Sequence[Standing], reader: Reader
) -> tuple[list[Action], dict[str, ExecutionCreateRequest]]:
    """What the chunks that are due are launched with, and the steps that register it."""
    wanted: list[Resource] = []
    requests = {}
    for standing in found:
        if not standing.is_launched:
            continue
        workflow, launch_plan = chunk_workflow(backfill, standing.slots)
        wanted += (workflow, launch_plan)
        request = request_of(backfill, standing.unit)
        request.ClearField("inputs")
        request.inputs.SetInParent()
        request.spec.launch_plan.CopyFrom(launch_plan.id.to_identifier())
        requests[standing.unit.name] = request
    there = reader.versions([one.id for one in wanted]) if wanted else {}
    actions = [
        Action(
            verb=Verb.CREATE,
            id=one.id,
            reason=Reason.GENERATED,
            why=f"for {backfill.id}",
            after=one,
            needs=tuple(
                other.id
                for other in wanted
                if other.id.kind is Kind.WORKFLOW
                and one.id.kind is Kind.LAUNCH_PLAN
                and other.id.version == one.id.version
                and other.id not in there
            ),
        )
        for one in {one.id: one for one in wanted}.values()
        if one.id not in there
    ]
    return actions, requests
