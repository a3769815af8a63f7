"""Launch plans: what Admin hashes of one, without state and times, which change under it.

Beside it stands when it was switched last.

Source: admin-contract 3.2 and 3.5 (flyteadmin `launch_plan_manager.go`, CreateLaunchPlan).
"""

from flyteidl.admin.launch_plan_pb2 import (
    LaunchPlan,
    LaunchPlanCreateRequest,
    LaunchPlanSpec,
    LaunchPlanUpdateRequest,
)

from reconciler.admin.codec.request import request_of
from reconciler.model import Kind, Resource, ResourceId


def to_create(resource: Resource) -> LaunchPlanCreateRequest:
    spec = request_of(resource, LaunchPlanSpec)
    return LaunchPlanCreateRequest(id=resource.id.to_identifier(), spec=spec)


def to_switch(id: ResourceId, *, active: bool) -> LaunchPlanUpdateRequest:
    """Ask for a state in so many words: Admin takes one left out for "off".

    Raises: ValueError for anything but a launch plan version; Admin would switch some other.
    """
    if id.kind is not Kind.LAUNCH_PLAN:
        raise ValueError(f"only launch plan versions are switched, not {id}")
    state = "ACTIVE" if active else "INACTIVE"
    return LaunchPlanUpdateRequest(id=id.to_identifier(), state=state)


def from_launch_plan(launch_plan: LaunchPlan) -> Resource:
    id = ResourceId.from_identifier(launch_plan.id, Kind.LAUNCH_PLAN)
    spec = LaunchPlan(id=id.to_identifier(), spec=launch_plan.spec)
    spec.closure.SetInParent()
    for field in ("expected_inputs", "expected_outputs"):
        if launch_plan.closure.HasField(field):
            getattr(spec.closure, field).CopyFrom(getattr(launch_plan.closure, field))
    switched = launch_plan.closure.updated_at
    since = switched.ToNanoseconds() if launch_plan.closure.HasField("updated_at") else None
    return Resource(id, spec=spec, since=since)
