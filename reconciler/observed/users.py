"""Read who may use launch plans whose interface breaks: workflows that are active beside them.

Admin has no index from a launch plan to the workflows that start it. So the workflows of what is
active in the same project and domain are read, some of them at most, and only for a plan that
breaks something; what was not looked at is said.
"""

from collections.abc import Collection
from dataclasses import replace

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler.errors import AdminError, UnreachableError
from reconciler.model import Behind, DesiredState, Kind, Resource, ResourceId
from reconciler.ports import Reader

MOST_USERS = 50
"""Workflows read at most, a call each."""


def with_users(
    behind: Behind,
    broken: Collection[ResourceId],
    changing: Collection[ResourceId],
    desired: DesiredState,
    reader: Reader,
) -> Behind:
    """Add what is active beside what breaks, and what was not searched for who uses it.

    Args:
        broken: Activations whose launch plans break callers; without any nothing is read.
        changing: Activations that the plan moves: what is active of them is about to be replaced.
        desired: What is in it is known, and told of as such.

    Cost: a list of what is active for each project and domain, and at most `MOST_USERS` calls.
    """
    if not broken:
        return behind
    scopes = {id.scope for id in broken}
    places = ", ".join(f"{project}/{domain}" for project, domain in sorted(scopes))
    try:
        staying = [
            one for one in reader.all_active(scopes) if one.id.activation not in set(changing)
        ]
        workflows = sorted({_workflow(one) for one in staying} - desired.resources.keys())
        users = dict(reader.workflows(workflows[:MOST_USERS])) if workflows else {}
    except (AdminError, UnreachableError, ValueError) as error:
        return replace(behind, unsearched=(f"who uses it was not looked up: {error}",))
    more = len(workflows) - MOST_USERS
    unsearched = (
        (f"{more} more workflows that are active in {places} were not read, and may use it",)
        if more > 0
        else ()
    )
    users.update({one.id: one for one in staying})
    return replace(behind, users=users, unsearched=unsearched)


def _workflow(launch_plan: Resource) -> ResourceId:
    spec = launch_plan.spec
    assert isinstance(spec, LaunchPlan)
    return ResourceId.from_identifier(spec.spec.workflow_id, Kind.WORKFLOW)
