"""Launch plans as `get` lists them."""

from collections.abc import Sequence
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanState
from google.protobuf.timestamp_pb2 import Timestamp

from reconciler.report.diagnostics import FORMAT_VERSION, to_json
from reconciler.report.facts import schedule
from reconciler.report.table import table

_HEADINGS = ("PROJECT", "DOMAIN", "NAME", "VERSION", "STATE", "SCHEDULE", "WORKFLOW", "SINCE")


def launch_plans_as_table(found: Sequence[LaunchPlan], *, color: bool = False) -> str:
    """Render launch plans, a row each, in the order given; times are UTC."""
    rows = [
        (
            plan.id.project,
            plan.id.domain,
            plan.id.name,
            plan.id.version,
            _state(plan),
            schedule(plan),
            _workflow(plan),
            _when(plan.closure.updated_at),
        )
        for plan in found
    ]
    return table(_HEADINGS, rows, color=color)


def launch_plans_as_json(found: Sequence[LaunchPlan]) -> str:
    """Render launch plans as a document: `type` "launch_plans", `launch_plans` in that order."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "launch_plans",
            "launch_plans": [_row(plan) for plan in found],
        }
    )


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
    return (
        workflow.name
        if workflow.version == plan.id.version
        else (f"{workflow.name}@{workflow.version}")
    )


def _when(at: Timestamp) -> str:
    if not at.ByteSize():
        return ""
    text: str = at.ToDatetime().isoformat(timespec="seconds")
    return f"{text}Z"
