"""Every kind that Admin holds goes both ways."""

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow

from reconciler.admin.codec import CODECS
from reconciler.model import Kind, ResourceId

# Set elsewhere: a domain is the server's own, an activation is a state of launch plans, a bundle
# is uploaded; attributes and what names share are set, whether there was anything before or not;
# an execution is launched, and Admin knows a backfill by its executions alone.
WITHOUT_CREATE = {
    *(Kind.DOMAIN, Kind.ACTIVATION, Kind.BUNDLE),
    *(Kind.ATTRIBUTES, Kind.NAMED_ENTITY),
    *(Kind.EXECUTION, Kind.BACKFILL),
}


def test_no_kind_is_forgotten() -> None:
    """A new kind gets its codec, or its reason here."""
    assert set(CODECS) == set(Kind) - WITHOUT_CREATE


@pytest.mark.parametrize(
    ("kind", "message"),
    [(Kind.TASK, Task), (Kind.WORKFLOW, Workflow), (Kind.LAUNCH_PLAN, LaunchPlan)],
    ids=str,
)
def test_ids_are_read_whether_or_not_they_say_their_type(kind: Kind, message: type) -> None:
    """The answer's place says the kind; an organisation in an id is nothing to us."""
    id = ResourceId(kind, "p", "d", "n", "v")
    entity = message(id=id.to_identifier())
    assert CODECS[kind].read(entity).id == id
    entity.id.resource_type = 0
    entity.id.org = "acme"
    found = CODECS[kind].read(entity)
    assert found.id == id
    if kind is Kind.LAUNCH_PLAN:
        assert found.spec == LaunchPlan(id=id.to_identifier(), spec={}, closure={})
