"""What a launch stores, and the traces that a refused one leaves."""

import pytest

from tests.sandbox.executions.conftest import (
    INT,
    PD,
    Json,
    World,
    execution_id,
    integer,
    node_id,
    text,
    versioned,
)

TAKEN = "value with matching already exists (duplicate key value violates unique constraint"


@pytest.fixture
def adder(world: World) -> World:
    """The Admin with a launch plan `add` of two inputs, one of them with a default."""
    default = {"var": {"type": INT}, "default": integer(7)}
    world.workflow(
        "add", inputs={"x": INT, "y": INT}, default_inputs={"parameters": {"y": default}}
    )
    return world


def test_defaults_are_filled_in_and_fixed_inputs_added(adder: World) -> None:
    """The execution runs with all of them; a relaunch looks defaults up again."""
    adder.launch_plan("fixed", workflow="add", fixed_inputs={"literals": {"y": integer(9)}})

    adder.launch("e1", of="add", inputs={"x": integer(1)})
    adder.launch("e2", of="fixed", inputs={"x": integer(2)})
    adder.call("RelaunchExecution", {"id": execution_id("e1"), "name": "e3"})

    assert adder.inputs("e1") == {"x": 1, "y": 7}
    assert adder.inputs("e2") == {"x": 2, "y": 9}
    assert adder.inputs("e3") == {"x": 1, "y": 7}


def test_unknown_inputs_come_before_missing_and_ill_typed_ones(adder: World) -> None:
    """A fixed input is no parameter, so giving it is an unknown one."""
    adder.launch_plan("fixed", workflow="add", fixed_inputs={"literals": {"y": integer(9)}})

    def answer(of: str, **inputs: object) -> str:
        return adder.refused("CreateExecution", adder.request(of=of, inputs=inputs))

    assert answer("add", y=text("no"), z=integer(1)) == "INVALID_ARGUMENT invalid input z"
    assert answer("fixed", x=integer(1), y=integer(9)) == "INVALID_ARGUMENT invalid input y"
    assert answer("add", y=integer(1)) == "INVALID_ARGUMENT expected_inputs x missing"
    assert answer("add", x=text("no")) == (
        "INVALID_ARGUMENT invalid x input wrong type. "
        "Expected simple:INTEGER, but got simple:STRING"
    )


def test_literal_without_a_type_says_so(adder: World) -> None:
    """An empty scalar, and an offloaded literal whose type nobody told."""
    untyped: list[Json] = [{"scalar": {}}, {"offloaded_metadata": {"uri": "s3://a/b"}}]
    for literal in untyped:
        refused = adder.refused("CreateExecution", adder.request(of="add", inputs={"x": literal}))
        assert "Failed to validate literal type for [x] with err: got unknown" in refused


def test_workflow_is_looked_up_after_the_inputs(world: World) -> None:
    """The generated launch plan of a task names a workflow that is not there."""
    world.task()
    world.launch("e1", of="t", task=True, inputs={"x": integer(1)})
    request = world.request("e2", of=".flytegen.t")

    assert "expected_inputs x missing" in world.refused("CreateExecution", request)
    request["inputs"] = {"literals": {"x": integer(1)}}
    assert world.refused("CreateExecution", request).startswith(
        "NOT_FOUND missing entity of type WORKFLOW with identifier"
    )


def test_taken_name_is_found_out_after_the_inputs_were_overwritten(adder: World) -> None:
    """The first execution then has the second one's inputs; a check before that spares it."""
    adder.launch("e1", of="add", inputs={"x": integer(1)})

    refused = adder.refused("CreateExecution", adder.request(of="add", inputs={"x": integer(2)}))
    assert refused == f'ALREADY_EXISTS {TAKEN} "executions_pkey")'
    assert adder.inputs() == {"x": 2, "y": 7}

    adder.refused("CreateExecution", adder.request(of="add", inputs={"x": text("no")}))
    assert adder.inputs() == {"x": 2, "y": 7}


def test_tags_of_a_refused_launch_stay(world: World) -> None:
    """They count as the tags of whoever has the name, and refuse the same launch again."""
    world.launch("e1", tags=["one"])

    again = world.request("e1", tags=["two"], labels={"values": {"k": "v"}})
    assert world.refused("CreateExecution", again) == f'ALREADY_EXISTS {TAKEN} "executions_pkey")'
    assert (
        world.refused("CreateExecution", again) == f'ALREADY_EXISTS {TAKEN} "execution_tags_pkey")'
    )
    assert world.names("eq(admin_tag.name,two)") == ["e1"]
    assert world.names("eq(execution_tag.value,v)") == ["e1"]


def test_tags_are_stored_all_or_none(world: World) -> None:
    """One that is too long, or there twice, or holds a NUL takes the others with it."""
    for tags, words in (
        (["ok", "x" * 256], "value too long for type character varying(255)"),
        (["ok", "a\0"], "invalid byte sequence"),
        (["ok", "twice", "twice"], "execution_tags_pkey"),
    ):
        assert words in world.refused("CreateExecution", world.request("e1", tags=tags))
    world.launch("e1")

    assert world.names("eq(admin_tag.name,ok)") == []


def test_stored_spec_is_as_sent_but_for_what_the_server_decides(world: World) -> None:
    """Principal, namespace and artifacts are the server's; interruptible and envs the client's."""
    world.launch(
        "e1",
        metadata={
            "mode": "SCHEDULED",
            "principal": "me",
            "nesting": 4,
            "system_metadata": {"namespace": "mine"},
            "artifact_ids": [{"version": "1"}],
        },
        envs={"values": [{"key": "K", "value": "1"}]},
        interruptible=False,
        max_parallelism=-1,
    )

    spec = world.execution().spec
    assert (spec.metadata.mode, spec.metadata.nesting) == (1, 4)
    assert spec.metadata.principal == ""
    assert spec.metadata.system_metadata.namespace == "flytesnacks-development"
    assert not spec.metadata.artifact_ids
    assert spec.HasField("interruptible")
    assert spec.max_parallelism == 25
    assert spec.security_context.HasField("run_as")


def test_new_execution_has_no_phase_yet(world: World) -> None:
    """Created and updated are one moment, and the state is told with it."""
    world.launch()

    closure = world.execution().closure
    assert (closure.phase, closure.created_at) == (0, closure.updated_at)
    assert closure.state_change_details.occurred_at == closure.created_at
    assert not closure.HasField("started_at")


def test_notifications_come_from_the_request_else_the_launch_plan(world: World) -> None:
    """Unless the request wants none at all."""

    def mail(to: str) -> dict[str, object]:
        return {"phases": ["FAILED"], "email": {"recipients_email": [to]}}

    world.launch_plan("told", entity_metadata={"notifications": [mail("lp")]})
    world.launch("a", of="told")
    world.launch("b", of="told", notifications={"notifications": [mail("me")]})
    world.launch("c", of="told", disable_all=True)
    world.launch("d", of="told", notifications={})

    def told(name: str) -> list[str]:
        found = world.execution(name).closure.notifications
        return [address for each in found for address in each.email.recipients_email]

    assert [told(name) for name in "abcd"] == [["lp"], ["me"], [], ["lp"]]


def test_child_inherits_from_its_parent(world: World) -> None:
    """Depth and cluster label; the node and its execution must be there."""
    child = world.request("c1", metadata={"parent_node_execution": node_id()})
    assert "missing entity of type node execution" in world.refused("CreateExecution", child)

    world.launch("e1", metadata={"nesting": 2}, execution_cluster_label={"value": ""})
    world.node_phase("RUNNING")
    child["spec"]["execution_cluster_label"] = {"value": "far"}
    world.call("CreateExecution", child)

    spec = world.execution("c1").spec
    assert spec.metadata.nesting == 3
    assert spec.execution_cluster_label.value == ""
    row = world.call(
        "ListExecutions", {"id": PD, "limit": 9, "filters": "gt(parent_node_execution_id,0)"}
    )
    assert [found.id.name for found in row.executions] == ["c1"]


def test_cluster_label_fails_the_execution_and_refuses_a_task(world: World) -> None:
    """There is one cluster and it has no label."""
    world.task()
    text = "failed to create workflow in propeller execution cluster label far is not supported"
    far = {"value": "far"}

    world.launch("e1", execution_cluster_label=far)
    closure = world.execution().closure
    assert (closure.phase, closure.error.code, closure.error.message) == (6, "Internal", text)
    assert world.names("eq(error_kind,SYSTEM)") == ["e1"]

    request = world.request("e2", of="t", task=True, inputs={"x": integer(1)})
    request["spec"]["execution_cluster_label"] = far
    assert world.refused("CreateExecution", request) == f"INTERNAL {text}"
    assert world.names() == ["e1"]


def test_override_that_is_no_quantity_cannot_be_built(world: World) -> None:
    """Registration keeps it unread; the launch is stored as failed."""
    world.task(interface={"inputs": {}, "outputs": {}})
    entry = {"name": "CPU", "value": "much"}
    node = {
        "id": "n0",
        "task_node": {
            "reference_id": versioned("TASK", "t"),
            "overrides": {"resources": {"requests": [entry]}},
        },
    }
    world.workflow("bad", nodes=[node])
    world.launch("e1", of="bad")

    error = world.execution().closure.error
    assert error.code == "Unknown"
    assert "Failed to parse resource as a valid quantity.: quantities must match" in error.message


def test_relaunch_keeps_all_but_mode_reference_and_cache(world: World) -> None:
    """An archived, failed or ended execution may be repeated; the copy starts afresh."""
    world.launch(
        "e1",
        metadata={"mode": "SCHEDULED", "scheduled_at": "2024-01-01T00:00:00.000000001Z"},
        overwrite_cache=True,
        execution_cluster_label={"value": "far"},
    )
    world.call("UpdateExecution", {"id": execution_id(), "state": "EXECUTION_ARCHIVED"})
    world.call("RelaunchExecution", {"id": execution_id(), "name": "e2"})

    found = world.execution("e2")
    assert found.spec.metadata.mode == 3
    assert found.spec.metadata.scheduled_at.nanos == 1
    assert found.spec.metadata.reference_execution.name == "e1"
    assert not found.spec.overwrite_cache
    assert found.closure.state_change_details.state == 0


def test_recover_replaces_the_parent_only_when_told(world: World) -> None:
    """`metadata{}` takes it away; nothing else of the metadata counts."""
    world.launch("e1")
    world.node_phase("RUNNING")
    world.launch("c1", metadata={"parent_node_execution": node_id()}, overwrite_cache=True)

    world.call("RecoverExecution", {"id": execution_id("c1"), "name": "r1"})
    world.call("RecoverExecution", {"id": execution_id("c1"), "name": "r2", "metadata": {}})

    first, second = (world.execution(name).spec for name in ("r1", "r2"))
    assert (first.metadata.mode, first.overwrite_cache) == (5, True)
    assert first.metadata.HasField("parent_node_execution")
    assert not second.metadata.HasField("parent_node_execution")
    assert world.names("gt(source_execution_id,0)") == ["c1", "r1", "r2"]


def test_repeating_finds_its_execution_by_whatever_is_given(world: World) -> None:
    """An incomplete id finds any execution, and then lacks what a launch needs."""
    assert world.refused("RelaunchExecution", {}) == (
        "NOT_FOUND missing entity of type execution with identifier "
    )
    world.launch("e1")

    assert world.refused("RelaunchExecution", {}) == "INVALID_ARGUMENT missing project"
    part = {"id": {"project": "flytesnacks"}}
    assert world.refused("RecoverExecution", part) == "INVALID_ARGUMENT missing domain"
    assert world.call("RecoverExecution", {"id": PD, "name": "r1"}).id.name == "r1"


def test_user_inputs_too_large_to_read_cannot_be_repeated(world: World) -> None:
    """Admin reads at most 2 MiB into memory; the data of such an execution is empty."""
    world.workflow("big", inputs={"x": {"simple": "STRING"}})
    world.launch("e1", of="big", inputs={"x": text("y" * (3 << 20))})

    assert not world.call("GetExecutionData", {"id": execution_id()}).full_inputs.literals
    refused = world.refused("RelaunchExecution", {"id": execution_id(), "name": "e2"})
    assert refused.startswith("INTERNAL path:file://")
    assert "[LIMIT_EXCEEDED]" in refused


def test_policy_to_skip_counts_every_version_queued_or_running(world: World) -> None:
    """A new execution is neither yet, one that is ending no longer."""
    skip = {"max": 1, "behavior": "CONCURRENCY_LIMIT_BEHAVIOR_SKIP"}
    world.launch_plan("one", version="v2", concurrency_policy=skip)
    world.launch_plan("one")
    world.launch("a", of="one")
    request = world.request("b", of="one")
    request["spec"]["launch_plan"]["version"] = "v2"
    world.phase("QUEUED", name="a")

    assert world.refused("CreateExecution", request) == (
        "ALREADY_EXISTS concurrency limit (1) reached for launch plan one; skipping execution"
    )
    world.call("TerminateExecution", {"id": execution_id("a"), "cause": "x"})
    world.call("CreateExecution", request)
    world.launch("c", of="one")


def test_own_labels_gain_those_of_the_project(world: World) -> None:
    """For keys that are free; an execution without labels of its own shows none."""
    labels = {"values": {"team": "project", "tier": "gold"}}
    world.call("UpdateProject", {"id": "flytesnacks", "labels": labels})
    world.launch("e1", labels={"values": {"team": "mine"}})
    world.launch("e2")

    assert dict(world.execution("e1").spec.labels.values) == {"team": "mine", "tier": "gold"}
    assert not world.execution("e2").spec.HasField("labels")
    assert world.names("eq(execution_tag.key,tier)") == ["e1"]


def test_labels_in_effect_are_counted(limited: World) -> None:
    """The launch plan's if the request has none; labels before annotations; not a task's."""
    three = {"values": {"a": "1", "b": "2", "c": "3"}}
    limited.task()
    limited.launch_plan("many", labels=three, annotations=three)

    refused = limited.refused("CreateExecution", limited.request(of="many"))
    assert refused == "INVALID_ARGUMENT labels has too many entries [3 > 2]"
    request = limited.request(of="many", labels={"values": {"a": "1"}})
    assert "annotations has too many entries [3 > 2]" in limited.refused(
        "CreateExecution", request
    )
    limited.launch("e2", of="t", task=True, inputs={"x": integer(1)}, labels=three)
