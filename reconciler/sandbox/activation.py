"""Which version of a launch plan is active, and what the scheduler is told of it.

Source: flyteadmin/pkg/manager/impl/launch_plan_manager.go;
flyteadmin/scheduler/ (event_scheduler, repositories/gormimpl/schedulable_entity_repo.go).
"""

from typing import Any

from flyteidl.admin import launch_plan_pb2

from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import Refusal, internal, missing_entity
from reconciler.sandbox.store import Session
from reconciler.sandbox.validation import LAUNCH_PLAN, check_identifier, identifier_text
from reconciler.sandbox.versions import find_version

INACTIVE, ACTIVE = launch_plan_pb2.INACTIVE, launch_plan_pb2.ACTIVE

_ENTITIES = "schedulable_entities"
_KEY = ("project", "domain", "name", "version")


def activate(call: Call, identifier: Any) -> None:
    """Make one version the active one of its name; schedules first, states after.

    The id may be incomplete: any row that fits is activated. `updated_at` stays as it is. Unlike
    in Admin nobody comes between the steps, so two activations at once leave one active version.

    Raises:
        Refusal: There is no such version, or its schedule cannot be kept. By then the schedule of
            the formerly active version is off, and stays off.
    """
    failure: Refusal | None = None
    with call.store.write() as session:
        row = _find(session, identifier)
        former = find_active(session, identifier)
        if call.config.event_scheduler == "local":
            failure = _switch_schedules(call, session, row, former)
        if failure is None:
            if former is not None:
                session.update("launch_plans", former["id"], state=INACTIVE)
            session.update("launch_plans", row["id"], state=ACTIVE)
    if failure is not None:
        raise failure


def deactivate(call: Call, request: Any) -> None:
    """Make one version inactive, and say so in `updated_at` even if it was.

    Args:
        request: A LaunchPlanUpdateRequest.

    Raises:
        Refusal: The id is incomplete, or there is no such version.
    """
    check_identifier(request, "id", LAUNCH_PLAN)
    with call.store.write() as session:
        row = _find(session, request.id)
        spec = launch_plan_pb2.LaunchPlanSpec.FromString(row["spec"])
        now = call.now()
        if spec.entity_metadata.HasField("schedule"):
            _switch_off(session, row, now=now)
        session.update("launch_plans", row["id"], state=INACTIVE, updated_at=now)


def find_active(session: Session, identifier: Any) -> Any:
    """Return the row of an active version of a name, None if there is none."""
    return session.one(
        "SELECT * FROM launch_plans WHERE project = ? AND domain = ? AND name = ? AND state = 1 "
        "LIMIT 1",
        (identifier.project, identifier.domain, identifier.name),
    )


def _find(session: Session, identifier: Any) -> Any:
    row = find_version(session, "launch_plans", identifier)
    if row is None:
        raise missing_entity("LAUNCH_PLAN", identifier_text(identifier))
    return row


def _switch_schedules(call: Call, session: Session, row: Any, former: Any) -> Refusal | None:
    """Switch one schedule off and the other on; return what keeps the other from going on."""
    if former is not None and not _is_empty(_schedule(former)):
        _switch_off(session, former, now=call.now())
    schedule = _schedule(row)
    if not _is_empty(schedule):
        try:
            _switch_on(session, row, schedule, now=call.now())
        except Refusal as refusal:
            return refusal
    return None


def _schedule(row: Any) -> Any:
    return launch_plan_pb2.LaunchPlanSpec.FromString(row["spec"]).entity_metadata.schedule


def _is_empty(schedule: Any) -> bool:
    return not (schedule.cron_expression or schedule.cron_schedule.schedule or schedule.rate.value)


def _switch_on(session: Session, row: Any, schedule: Any, *, now: int) -> None:
    """Insert the schedule's row, or only make it active again: specs never change."""
    if schedule.WhichOneof("ScheduleExpression") == "cron_expression":
        raise internal(
            "failed adding schedule for unknown schedule expression type "
            f"&{{{schedule.cron_expression}}}"
        )
    key = {part: row[part] for part in _KEY}
    known = session.one(
        f"SELECT id FROM {_ENTITIES} WHERE project = ? AND domain = ? AND name = ? "
        "AND version = ?",
        tuple(key.values()),
    )
    if known is not None:
        session.update(_ENTITIES, known["id"], active=1, updated_at=now)
        return
    session.insert(
        _ENTITIES,
        created_at=now,
        updated_at=now,
        **key,
        cron_expression=schedule.cron_schedule.schedule,
        fixed_rate_value=schedule.rate.value,
        unit=schedule.rate.unit,
        kickoff_time_input_arg=schedule.kickoff_time_input_arg,
        active=1,
    )


def _switch_off(session: Session, row: Any, *, now: int) -> None:
    session.run(
        f"UPDATE {_ENTITIES} SET active = 0, updated_at = ? WHERE project = ? AND domain = ? "
        "AND name = ? AND version = ?",
        (now, *(row[part] for part in _KEY)),
    )
