"""Executions, nodes and tasks as they are read, alone and in lists."""

from typing import Any

import pytest

from tests.sandbox.executions.conftest import PD, World, at, execution_id, node_id, versioned


@pytest.fixture
def run(world: World) -> World:
    """The Admin with a running execution: node `n0`, under it `n0-0`, and an attempt in each."""
    world.task()
    world.launch("e1")
    world.phase("RUNNING", 1)
    world.node_phase("RUNNING", 2)
    world.node_phase("RUNNING", 3, node="n0-0", parent_node_metadata={"node_id": "n0"})
    world.task_phase("RUNNING", 4)
    world.task_phase("FAILED", 5, node="n0-0", error={"code": "E", "message": "m" * 200})
    return world


def _nodes(world: World, name: str = "ListNodeExecutions", **request: Any) -> list[str]:
    found = world.call(name, {"limit": 9, **request}).node_executions
    return [node.id.node_id for node in found]


def test_incomplete_ids_find_what_fits(run: World) -> None:
    """Only GetExecution and its like look at the parts of an id."""
    for name in ("GetExecution", "UpdateExecution", "TerminateExecution", "GetExecutionMetrics"):
        assert run.refused(name, {"id": PD}) == "INVALID_ARGUMENT missing name"
    run.call("GetExecutionData", {})
    assert run.call("GetNodeExecution", {}).id.node_id == "n0"
    assert run.call("GetNodeExecution", {"id": {"node_id": "n0-0"}}).id.execution_id.name == "e1"


def test_absent_node_is_told_with_the_parts_given(run: World) -> None:
    """An id of nothing is printed as Go prints it."""
    answer = run.refused("GetNodeExecution", {"id": {"node_id": "none"}})

    assert answer == (
        "NOT_FOUND missing entity of type node execution with identifier "
        'node_id:"none"  execution_id:{}'
    )


def test_nodes_are_listed_by_their_parent(run: World) -> None:
    """At the top those that have none; an execution that is not there has no nodes."""
    of = execution_id()

    assert _nodes(run, workflow_execution_id=of) == ["n0"]
    assert _nodes(run, workflow_execution_id=of, unique_parent_id="n0") == ["n0-0"]
    assert _nodes(run, workflow_execution_id=of, unique_parent_id="n0-0") == []
    assert _nodes(run, workflow_execution_id=execution_id("none")) == []


def test_node_list_is_refused_for_its_first_fault(run: World) -> None:
    """Execution, limit, parent, filters, sort, token."""
    request: dict[str, Any] = {"unique_parent_id": "none", "filters": "x", "token": "x"}
    request["sort_by"] = {}

    def answer() -> str:
        return run.refused("ListNodeExecutions", request)

    assert answer() == "INVALID_ARGUMENT missing execution_id"
    request["workflow_execution_id"] = execution_id()
    assert answer() == "INVALID_ARGUMENT invalid value for limit"
    request["limit"] = 1
    assert answer().startswith("NOT_FOUND missing entity of type node execution")
    request["unique_parent_id"] = ""
    assert answer() == "INVALID_ARGUMENT invalid value for filters"
    request["filters"] = "eq(task.name,t)"
    assert answer() == "INVALID_ARGUMENT 't' entity is not allowed in filters"
    request["filters"] = ""
    assert answer() == "INVALID_ARGUMENT invalid sort key ''"
    request["sort_by"] = {"key": "node_id"}
    assert answer() == "INVALID_ARGUMENT invalid pagination token x for ListNodeExecutions"


def test_nodes_of_a_task_need_the_task(run: World) -> None:
    """Its resource type need not be told; a task with nodes is a parent."""
    parent = {"task_id": versioned("TASK", "t"), "node_execution_id": node_id()}
    run.node_phase("QUEUED", node="d0", parent_task_metadata={"id": parent})

    untyped = {**parent, "task_id": {**PD, "name": "t", "version": "v1"}}
    assert _nodes(run, "ListNodeExecutionsForTask", task_execution_id=untyped) == ["d0"]
    assert run.attempt().is_parent
    request = {"task_execution_id": {**parent, "retry_attempt": 7}, "limit": 1, "filters": "x"}
    refused = run.refused("ListNodeExecutionsForTask", request)
    assert refused.startswith("NOT_FOUND missing entity of type task execution with identifier")
    assert "d0" not in _nodes(run, workflow_execution_id=execution_id())


def test_parent_flag_is_believed_except_in_lists_and_of_old_engines(run: World) -> None:
    """In lists children count; alone only where the event's version is 0."""
    run.node_phase("RUNNING", node="old", event_version=0)
    run.node_phase("RUNNING", node="old-0", parent_node_metadata={"node_id": "old"})

    found = run.call("ListNodeExecutions", {"workflow_execution_id": execution_id(), "limit": 9})
    assert {node.metadata.is_parent_node for node in found.node_executions} == {True}
    assert run.node("old").metadata.is_parent_node
    assert not run.node("n0").metadata.is_parent_node


def test_errors_are_cut_in_lists_of_executions_and_nodes_only(run: World) -> None:
    """To 100 bytes, without half a character."""
    message = "x" * 99 + "éé"
    run.node_phase("FAILED", 9, error={"code": "E", "message": message})
    run.phase("FAILED", 9, error={"code": "E", "message": message})

    of = {"workflow_execution_id": execution_id(), "limit": 9}
    node = run.call("ListNodeExecutions", of).node_executions[0]
    execution = run.call("ListExecutions", {"id": PD, "limit": 9}).executions[0]
    tasks = run.call("ListTaskExecutions", {"node_execution_id": node_id("n0-0"), "limit": 9})
    assert node.closure.error.message == execution.closure.error.message == "x" * 99
    assert run.node().closure.error.message == message
    assert len(tasks.task_executions[0].closure.error.message) == 200


def test_task_filters_by_name_mean_the_execution(run: World) -> None:
    """But `task.name` is the task's, if it is registered, and a sort key is the task's too."""

    def found(filters: str) -> int:
        request = {"node_execution_id": node_id(), "limit": 9, "filters": filters}
        request["sort_by"] = {"key": "name"}
        return len(run.call("ListTaskExecutions", request).task_executions)

    assert found("eq(name,e1)") == 1
    assert found("eq(name,t)") == 0
    assert found("eq(task.name,t)") == 1
    assert found("eq(node_execution.phase,RUNNING)+eq(execution.phase,RUNNING)") == 1


def test_task_reads_are_refused_for_their_first_fault(run: World) -> None:
    """Lists look at the node alone."""
    request: dict[str, Any] = {}

    def answer() -> str:
        return run.refused("ListTaskExecutions", request)

    assert answer() == "INVALID_ARGUMENT missing id"
    request["node_execution_id"] = {}
    assert answer() == "INVALID_ARGUMENT missing execution_id"
    request["node_execution_id"] = {"execution_id": {}}
    assert answer() == "INVALID_ARGUMENT missing node_id"
    request["node_execution_id"] = node_id("none")
    assert answer() == "INVALID_ARGUMENT invalid value for limit"
    request["limit"] = 1
    assert not run.call("ListTaskExecutions", request).task_executions


def test_data_comes_with_addresses(run: World) -> None:
    """A deck only where there is one, and never for a task."""
    run.node_phase("SUCCEEDED", 6, deck_uri="s3://deck", output_uri="s3://elsewhere/none")

    data = run.call("GetNodeExecutionData", {"id": node_id()})
    assert data.flyte_urls.deck == "flyte://v1/flytesnacks/development/e1/n0/d"
    assert not data.full_outputs.literals
    wanted = {"task_id": versioned("TASK", "t"), "node_execution_id": node_id()}
    urls = run.call("GetTaskExecutionData", {"id": wanted}).flyte_urls
    assert urls.inputs == "flyte://v1/flytesnacks/development/e1/n0/0/i"
    assert not urls.deck


def test_archived_executions_show_when_a_filter_names_any_state(run: World) -> None:
    """Even a launch plan's; the name in the id does not."""
    run.call("UpdateExecution", {"id": execution_id(), "state": "EXECUTION_ARCHIVED"})

    assert run.names() == []
    assert run.names(id=execution_id()) == []
    assert run.names("eq(launch_plan.state,0)") == ["e1"]
    assert run.names("ne(execution.state,7)") == ["e1"]


def test_tag_filters_join_by_name_across_projects(world: World) -> None:
    """An execution shows once for each tag of any execution of its name."""
    world.launch("e1", tags=["a", "b"])
    request = world.request("e1", tags=["c"])
    world.call("CreateExecution", {**request, "domain": "staging"})

    assert world.names("contains(admin_tag.name,a)") == ["e1"]
    assert world.names("value_in(execution_tag.key,a;b;c)") == ["e1", "e1", "e1"]


def test_terminate_is_seen_at_once(run: World) -> None:
    """Again and again; an empty cause empties the closure and not the column."""
    run.call("TerminateExecution", {"id": execution_id(), "cause": "first"})
    before = run.execution().closure.updated_at
    run.call("TerminateExecution", {"id": execution_id()})

    closure = run.execution().closure
    assert (closure.phase, closure.abort_metadata.cause) == (9, "")
    assert closure.updated_at == before
    assert run.names("eq(abort_cause,first)") == ["e1"]
    run.phase("ABORTED", occurred_at=at(9))
    refusal = run.refusal("TerminateExecution", {"id": execution_id()})
    assert refusal.details[0].already_in_terminal_state.current_phase == "ABORTED"


def test_terminate_of_what_runs_elsewhere_fails_but_begins(run: World) -> None:
    """There is one cluster."""
    run.phase("SUCCEEDING", 2)
    run.phase("QUEUED", 3, producer_id="gone")

    request = {"id": execution_id(), "cause": "c"}
    assert run.refused("TerminateExecution", request) == (
        "INTERNAL remote target gone is not supported"
    )
    assert run.execution().closure.phase == 9
