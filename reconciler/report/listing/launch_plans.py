"""Launch plans, as `get` lists them: what is active, when it fires, what it runs."""

from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanState
from google.protobuf.timestamp_pb2 import Timestamp

from reconciler.model import describe
from reconciler.report.facts import schedule
from reconciler.report.listing.entities import WHERE, reference
from reconciler.report.listing.listing import Column, Listing


def _row(plan: LaunchPlan) -> dict[str, Any]:
    workflow = plan.spec.workflow_id
    return {
        "project": plan.id.project,
        "domain": plan.id.domain,
        "name": plan.id.name,
        "version": plan.id.version,
        "state": _state(plan),
        "schedule": schedule(plan) or None,
        "workflow": {
            "project": workflow.project,
            "domain": workflow.domain,
            "name": workflow.name,
            "version": workflow.version,
        },
        "created_at": _when(plan.closure.created_at) or None,
        "updated_at": _when(plan.closure.updated_at) or None,
    }


def _state(plan: LaunchPlan) -> str:
    return "active" if plan.closure.state == LaunchPlanState.ACTIVE else "inactive"


def _workflow(plan: LaunchPlan) -> str:
    workflow = plan.spec.workflow_id
    if workflow.version == plan.id.version:
        return str(workflow.name)
    return f"{workflow.name}@{workflow.version}"


def _inputs(plan: LaunchPlan) -> str:
    """What is required, what has a default (`= …`), what is fixed."""
    parameters = plan.closure.expected_inputs.parameters
    words = [
        f"{name}: {describe(parameters[name].var.type)}"
        + ("" if parameters[name].required else " = …")
        for name in sorted(parameters)
    ]
    fixed = [f"{name} (fixed)" for name in sorted(plan.spec.fixed_inputs.literals)]
    return ", ".join((*words, *fixed))


def _when(at: Timestamp) -> str:
    if not at.ByteSize():
        return ""
    text: str = at.ToDatetime().isoformat(timespec="seconds")
    return f"{text}Z"


LAUNCH_PLANS = Listing(
    "launch_plans",
    (
        *WHERE,
        Column("STATE", lambda row, now: _state(row)),
        Column("SCHEDULE", lambda row, now: schedule(row)),
        Column("WORKFLOW", lambda row, now: _workflow(row)),
        Column("SINCE", lambda row, now: _when(row.closure.updated_at)),
        Column("INPUTS", lambda row, now: _inputs(row), wide=True),
    ),
    _row,
    reference,
)
