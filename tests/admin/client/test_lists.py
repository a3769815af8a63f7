"""Pages for who wants the token, iterators for who wants every row."""

from collections.abc import Iterator
from typing import Any

import pytest
from flyteidl.admin.node_execution_pb2 import NodeExecutionListRequest
from flyteidl.core.identifier_pb2 import Identifier, ResourceType, WorkflowExecutionIdentifier

from reconciler.admin import AdminClient
from reconciler.admin.client import contains, desc, eq, not_like, value_in
from reconciler.model import Kind, ResourceId
from reconciler.sandbox import Fault
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.admin.client.conftest import PLACE, counts, names
from tests.sandbox.calls import PD, Client

TYPE = ResourceType


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    """Twelve tasks of two versions, three workflows and launch plans, two executions."""
    with embedded_admin() as admin:
        short = Client.of(admin._sandbox)
        for number in range(12):
            for version in ("v1", "v2"):
                short.task(f"t{number:02}", version)
        for name in ("w", "w1", "w2"):
            short.workflow(name)
        for name in ("lp", "lp1", "lp2"):
            short.launch_plan(name)
        short.activate("lp1")
        short.launch("lp", "e1")
        short.launch("lp", "e2")
        yield admin


def test_a_page_and_its_token(client: AdminClient) -> None:
    """As many rows as asked for, and where the next ones begin; ids say their type."""
    first, token = client.list_tasks_paginated(PLACE, limit=10)
    second, end = client.list_tasks_paginated(PLACE, 20, token)
    assert (len(first), token, len(second), end) == (10, "10", 14, "")
    assert {row.id.resource_type for row in first} == {TYPE.TASK}
    assert counts(client) == {"ListTasks": 2}


def test_every_row_in_the_order_of_creation(client: AdminClient) -> None:
    """Whatever the pages; each row's id says its type, which Admin leaves out."""
    for page_size in (1000, 7, 2):
        found = list(client.iter_tasks(PLACE, page_size=page_size))
        wanted = [(f"t{number:02}", version) for number in range(12) for version in ("v1", "v2")]
        assert [(row.id.name, row.id.version) for row in found] == wanted
        assert {row.id.resource_type for row in found} == {TYPE.TASK}


def test_a_place_may_be_told_in_many_ways(client: AdminClient) -> None:
    """A tuple, any id; with a name the versions of that name alone."""
    one = ResourceId(Kind.TASK, *PLACE, "t03", "v1")
    for identifier in ((*PLACE, "t03"), one, one.to_identifier(), one.named_entity):
        assert len(list(client.iter_tasks(identifier))) == 2
    with pytest.raises(ValueError, match="lacks a domain"):
        client.iter_tasks(("flytesnacks",))
    with pytest.raises(TypeError, match="no id of a name"):
        client.iter_tasks("flytesnacks/development")


def test_workflows_and_launch_plans(client: AdminClient) -> None:
    """Lists of their own, each with its filters."""
    assert names(client.iter_workflows(PLACE)) == ["w", "w1", "w2"]
    assert names(client.list_workflows_paginated(PLACE, filters=eq("name", "w1"))[0]) == ["w1"]
    plans = list(client.iter_launch_plans(PLACE, filters=eq("state", "ACTIVE")))
    assert names(plans) == ["lp1"]
    assert plans[0].id.resource_type == TYPE.LAUNCH_PLAN
    assert names(client.iter_launch_plans(PLACE, sort_by=desc("name")))[0] == "lp2"
    assert names(client.list_launch_plans_paginated(PLACE)[0]) == ["lp", "lp1", "lp2"]
    assert names(client.iter_active_launch_plans(*PLACE)) == ["lp1"]
    assert names(client.list_active_launch_plans_paginated(*PLACE)[0]) == ["lp1"]


def test_names(client: AdminClient) -> None:
    """Each once, by name."""
    tasks = [f"t{number:02}" for number in range(12)]
    assert [row.name for row in client.iter_task_ids(*PLACE, page_size=5)] == tasks
    assert [row.name for row in client.list_task_ids_paginated(*PLACE, 3)[0]] == tasks[:3]
    assert [row.name for row in client.iter_workflow_ids(*PLACE)] == ["w", "w1", "w2"]
    assert len(client.list_workflow_ids_paginated(*PLACE)[0]) == 3
    assert [row.name for row in client.iter_launch_plan_ids(*PLACE)] == ["lp", "lp1", "lp2"]
    page, token = client.list_launch_plan_ids_paginated(*PLACE, limit=2, sort_by=desc("name"))
    assert ([row.name for row in page], token) == (["lp2", "lp1"], "2")


def test_all_pages_though_rows_shift(admin: EmbeddedAdmin, client: AdminClient) -> None:
    """Rows come before the pages that are on their way: none is given twice, none is missed."""
    admin.faults.next("ListTasks", Fault.SHIFT_PAGES, rows=3, skip=1)
    found = [(row.id.name, row.id.version) for row in client.iter_tasks(PLACE, page_size=5)]
    assert len(found) == len(set(found))
    assert {(f"t{number:02}", "v1") for number in range(12)} <= set(found)


def test_all_pages_though_answers_get_lost(admin: EmbeddedAdmin, client: AdminClient) -> None:
    """A page is a read, and is asked for again."""
    admin.faults.next("ListTasks", Fault.LOST_ANSWER, times=2, skip=1)
    assert len(list(client.iter_tasks(PLACE, page_size=5))) == 24


def test_named_entities_are_all_there(client: AdminClient, short: Client) -> None:
    """Admin cuts the page before it filters, and ends the list too early; not so here."""
    assert names(client.iter_named_entities(TYPE.TASK, *PLACE, page_size=5)) == [
        f"t{number:02}" for number in range(12)
    ]
    filters = value_in("name", ["t01", "t11"])
    found = client.iter_named_entities(TYPE.TASK, *PLACE, filters=filters, page_size=2)
    assert names(found) == ["t01", "t11"]
    cut, token = client.list_named_entities_paginated(TYPE.TASK, *PLACE, 5, filters=filters)
    assert (names(cut), token) == (["t01"], "")
    rows = list(client.iter_named_entities(TYPE.TASK, *PLACE, filters=contains("name", "1")))
    assert names(rows) == ["t01", "t10", "t11"]
    assert {row.resource_type for row in rows} == {TYPE.TASK}


def test_what_admin_made_itself_is_left_out(client: AdminClient, short: Client) -> None:
    """The workflow behind an execution of a task, unless a filter asks for such."""
    spec = {"launch_plan": {"resource_type": "TASK", **PD, "name": "t01", "version": "v1"}}
    inputs = {"literals": {"x": {"scalar": {"primitive": {"integer": 1}}}}}
    short("CreateExecution", {**PD, "name": "single", "spec": spec, "inputs": inputs})
    found = list(client.iter_named_entities(TYPE.WORKFLOW, *PLACE, page_size=2))
    assert names(found) == ["w", "w1", "w2"]
    everything = client.iter_named_entities(TYPE.WORKFLOW, *PLACE, filters=not_like("name", "x"))
    assert ".flytegen.t01" in names(everything)


def test_executions_and_what_is_below(client: AdminClient, short: Client) -> None:
    """Executions, nodes, attempts, signals: of each a page, and every row."""
    assert names(client.iter_executions(*PLACE, filters=value_in("execution_name", ["e1", "e2"])))
    assert len(client.list_executions_paginated(*PLACE, limit=1)[0]) == 1
    newest = client.iter_executions(*PLACE, sort_by=desc("execution_created_at"))
    assert next(newest).id.name in ("e2", "single")

    execution = {**PD, "name": "e1"}
    for node in ("n0", "n1", "n2"):
        id = {"node_id": node, "execution_id": execution}
        event = {"id": id, "phase": "RUNNING", "occurred_at": "2025-01-01T00:00:00Z"}
        short("CreateNodeEvent", {"event": event})
    task = {"resource_type": "TASK", **PD, "name": "t01", "version": "v1"}
    node_id = {"node_id": "n0", "execution_id": execution}
    for attempt in (0, 1):
        tried = {
            "task_id": task,
            "parent_node_execution_id": node_id,
            "retry_attempt": attempt,
            "phase": "RUNNING",
            "occurred_at": "2025-01-01T00:00:00Z",
        }
        short("CreateTaskEvent", {"event": tried})
    e1 = WorkflowExecutionIdentifier(**PD, name="e1")
    n0 = client.list_node_executions(e1, limit=1)[0][0].id

    assert [row.id.node_id for row in client.iter_node_executions(e1)] == ["n0", "n1", "n2"]
    raw = NodeExecutionListRequest(workflow_execution_id=e1, limit=2)
    assert len(client.list_node_executions_paginated(raw).node_executions) == 2
    running = client.iter_node_executions(e1, filters=eq("phase", "RUNNING"), page_size=2)
    assert len(list(running)) == 3
    assert list(client.iter_node_executions(e1, unique_parent_id="n0")) == []
    attempts = list(client.iter_task_executions(n0))
    assert [row.id.retry_attempt for row in attempts] == [0, 1]
    assert len(client.list_task_executions_paginated(n0, limit=1)[0]) == 1
    assert list(client.iter_node_executions_for_task(attempts[0].id)) == []
    assert client.list_node_executions_for_task_paginated(attempts[0].id) == ([], "")

    for name in ("a", "b"):
        short(
            "GetOrCreateSignal",
            {"id": {"signal_id": name, "execution_id": execution}, "type": {"simple": "BOOLEAN"}},
            service="SignalService",
        )
    assert [row.id.signal_id for row in client.iter_signals(e1, page_size=2)] == ["a", "b"]
    found, token = client.list_signals_paginated(e1, 1, filters=eq("signal_id", "b"))
    assert ([row.id.signal_id for row in found], token) == (["b"], "1")


def test_projects_and_descriptions(client: AdminClient, short: Client) -> None:
    """By id; archived ones for who asks."""
    short("RegisterProject", {"project": {"id": "old", "name": "Old"}})
    short("UpdateProject", {"id": "old", "name": "Old", "state": "ARCHIVED"})
    assert [row.id for row in client.iter_projects()] == ["flytesnacks"]
    both = client.iter_projects(filters=value_in("state", ["ACTIVE", "ARCHIVED"]), page_size=2)
    assert [row.id for row in both] == ["flytesnacks", "old"]
    assert [row.id for row in client.list_projects_paginated(limit=5)[0]] == ["flytesnacks"]
    assert [row.id for row in client.list_projects().projects] == ["flytesnacks"]
    id = Identifier(resource_type=TYPE.TASK, **PD, name="t01", version="v1")
    assert list(client.iter_description_entities(TYPE.TASK, id)) == []
    assert client.list_description_entities_paginated(TYPE.TASK, id) == ([], "")


def test_the_order_of_executions_may_be_any(client: AdminClient) -> None:
    """And every key of it is checked."""
    rows: list[Any] = list(client.iter_executions(*PLACE, sort_by="asc(execution_name)"))
    assert names(rows) == sorted(names(rows))
