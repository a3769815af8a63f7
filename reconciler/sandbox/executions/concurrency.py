"""The launch plan's limit on how many of its executions run at once."""

from typing import Any

import grpc
from flyteidl.admin import launch_plan_pb2

from reconciler.sandbox.errors import Refusal, internal
from reconciler.sandbox.store import Session

_SKIP = launch_plan_pb2.CONCURRENCY_LIMIT_BEHAVIOR_SKIP
_UNSPECIFIED = launch_plan_pb2.CONCURRENCY_LIMIT_BEHAVIOR_UNSPECIFIED


def check_concurrency(session: Session, launch_plan_id: Any, spec: Any) -> None:
    """Refuse an execution beyond the limit of its launch plan, if it has one.

    Counted are the executions queued or running in the launch plan's own project and domain, of
    every version of it. A new one is neither, so several may slip in before the first is queued.

    Raises:
        Refusal: ALREADY_EXISTS where the policy is to skip, INTERNAL where it is unknown.
    """
    if not spec.HasField("concurrency_policy"):
        return
    policy = spec.concurrency_policy
    row = session.one(
        "SELECT COUNT(*) AS running FROM executions "
        "JOIN launch_plans ON executions.launch_plan_id = launch_plans.id "
        "WHERE executions.execution_project = ? AND executions.execution_domain = ? "
        "AND launch_plans.name = ? AND executions.phase IN ('QUEUED', 'RUNNING')",
        (launch_plan_id.project, launch_plan_id.domain, launch_plan_id.name),
    )
    if row is None or row["running"] < policy.max or policy.behavior == _UNSPECIFIED:
        return
    if policy.behavior != _SKIP:
        raise internal(f"unsupported concurrency-limit behavior: {policy.behavior}")
    text = f"concurrency limit ({policy.max}) reached for launch plan {launch_plan_id.name}"
    raise Refusal(grpc.StatusCode.ALREADY_EXISTS, f"{text}; skipping execution")
