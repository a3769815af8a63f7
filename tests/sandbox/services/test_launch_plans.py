"""Launch plans: free inputs spelt out, schedules checked, one version active."""

from typing import Any

import pytest

from reconciler.sandbox import Admin, Refusal
from tests.sandbox.calls import INT, PD, Client, versioned

STRING = {"simple": "STRING"}
DATETIME = {"simple": "DATETIME"}


def literal(number: int) -> Any:
    """An integer."""
    return {"scalar": {"primitive": {"integer": str(number)}}}


def refused(call: Client, method: str, wanted: Any) -> str:
    """The message that a request is refused with."""
    with pytest.raises(Refusal) as caught:
        call(method, wanted)
    return caught.value.message


def schedules(admin: Admin) -> list[tuple[Any, ...]]:
    """What the scheduler would see."""
    with admin.store.read() as session:
        rows = session.all("SELECT * FROM schedulable_entities ORDER BY version")
    return [(r["version"], r["cron_expression"], r["fixed_rate_value"], r["active"]) for r in rows]


def test_free_inputs_become_required_parameters(call: Client) -> None:
    """What has a default keeps it, what is fixed is not free."""
    call.workflow(inputs={"a": INT, "b": INT, "c": INT})
    call.launch_plan(
        default_inputs={"parameters": {"a": {"var": {"type": INT}, "default": literal(1)}}},
        fixed_inputs={"literals": {"b": literal(2)}},
    )
    plan = call("GetLaunchPlan", {"id": versioned("LAUNCH_PLAN", "lp")})
    parameters = plan.spec.default_inputs.parameters

    assert set(parameters) == {"a", "c"}
    assert parameters["c"].required
    assert parameters["a"].default.scalar.primitive.integer == 1
    assert plan.closure.expected_inputs == plan.spec.default_inputs


def test_spelling_them_out_makes_no_difference(call: Client) -> None:
    """Augmentation comes before the comparison."""
    call.workflow(inputs={"a": INT})
    call.launch_plan()
    spelt: Any = {"parameters": {"a": {"var": {"type": INT}, "required": True}}}

    wanted = {
        "id": versioned("LAUNCH_PLAN", "lp"),
        "spec": {
            "workflow_id": versioned("WORKFLOW", "w"),
            "entity_metadata": {},
            "default_inputs": spelt,
        },
    }
    assert refused(call, "CreateLaunchPlan", wanted) == (
        "launch plan with identical structure already exists"
    )
    spelt["parameters"]["a"]["var"]["description"] = "other"
    assert "different structure" in refused(call, "CreateLaunchPlan", wanted)


@pytest.mark.parametrize(
    ("kickoff", "message"),
    [
        ("", "Cannot create a launch plan with a schedule if there is an unbound required input. "
         "[t] is required"),
        ("x", "Cannot create a launch plan with a schedule if there is an unbound required input. "
         "[t] is required"),
    ],
)  # fmt: skip
def test_a_schedule_leaves_no_input_open(call: Client, kickoff: str, message: str) -> None:
    """But the one that gets the time."""
    call.workflow(inputs={"t": DATETIME})
    schedule = {"cron_schedule": {"schedule": "@daily"}, "kickoff_time_input_arg": kickoff}
    spec = {
        "workflow_id": versioned("WORKFLOW", "w"),
        "entity_metadata": {"schedule": schedule},
    }
    wanted = {"id": versioned("LAUNCH_PLAN", "lp"), "spec": spec}
    assert refused(call, "CreateLaunchPlan", wanted) == message

    schedule["kickoff_time_input_arg"] = "t"
    call("CreateLaunchPlan", wanted)


@pytest.mark.parametrize(
    ("cron", "message"),
    [
        ("* * * *", "Invalid cron expression: expected exactly 5 fields, found 4: [* * * *]"),
        ("TZ=Nowhere * * * * *", "Invalid cron expression: provided bad location Nowhere: "
         "unknown time zone Nowhere"),
        ("TZ=UTC", ""),  # Admin panics
    ],
)  # fmt: skip
def test_schedules_that_do_not_parse(call: Client, cron: str, message: str) -> None:
    """In the words of Admin's parser."""
    call.workflow()
    spec = {
        "workflow_id": versioned("WORKFLOW", "w"),
        "entity_metadata": {"schedule": {"cron_schedule": {"schedule": cron}}},
    }

    wanted = {"id": versioned("LAUNCH_PLAN", "lp"), "spec": spec}
    assert refused(call, "CreateLaunchPlan", wanted) == message


def test_switching_versions_switches_schedules(admin: Admin, call: Client) -> None:
    """The former's row goes off, the new one's comes, and neither version's time moves."""
    call.workflow()
    call.scheduled(version="v1", cron="0 1 * * *")
    call.scheduled(version="v2", cron="0 2 * * *")
    for version in ("v1", "v2"):
        call.activate(version=version)

    assert call.active() == ["v2"]
    assert schedules(admin) == [("v1", "0 1 * * *", 0, 0), ("v2", "0 2 * * *", 0, 1)]
    for version in ("v1", "v2"):
        closure = call("GetLaunchPlan", {"id": versioned("LAUNCH_PLAN", "lp", version)}).closure
        assert closure.updated_at == closure.created_at


def test_deactivating_moves_the_time_each_time(admin: Admin, call: Client) -> None:
    """Even of what was not active; its schedule goes off."""
    call.workflow()
    call.scheduled()
    call.activate()
    wanted = {"id": versioned("LAUNCH_PLAN", "lp")}
    times = []
    for _ in range(2):
        call("UpdateLaunchPlan", wanted)
        times.append(call("GetLaunchPlan", wanted).closure.updated_at.ToNanoseconds())

    assert call.active() == []
    assert schedules(admin) == [("v1", "0 6 * * *", 0, 0)]
    assert times[0] < times[1]


def test_rates_are_taken_as_they_are(admin: Admin, call: Client) -> None:
    """A rate of nothing is no schedule."""
    call.workflow()
    for version, value in (("v1", 5), ("v2", 0)):
        schedule = {"rate": {"value": value, "unit": 7}}
        call.launch_plan(version=version, entity_metadata={"schedule": schedule})
        call.activate(version=version)

    assert schedules(admin) == [("v1", "", 5, 0)]


def test_the_deprecated_expression_cannot_be_activated(admin: Admin, call: Client) -> None:
    """By then the former version's schedule is off, though it stays the active one."""
    call.workflow()
    call.scheduled(version="v1")
    call.activate(version="v1")
    schedule = {"cron_expression": "0 0 * * *"}
    call.launch_plan(version="v2", entity_metadata={"schedule": schedule})

    wanted = {"id": versioned("LAUNCH_PLAN", "lp", "v2"), "state": "ACTIVE"}
    assert refused(call, "UpdateLaunchPlan", wanted) == (
        "failed adding schedule for unknown schedule expression type &{0 0 * * *}"
    )
    assert call.active() == ["v1"]
    assert schedules(admin) == [("v1", "0 6 * * *", 0, 0)]


def test_other_names_stay_active(call: Client) -> None:
    """Only versions of one name exclude each other."""
    call.workflow()
    for name in ("a", "b"):
        call.launch_plan(name)
        call.activate(name)

    active = call("ListActiveLaunchPlans", {**PD, "limit": 9}).launch_plans
    assert sorted(plan.id.name for plan in active) == ["a", "b"]


def test_lists_know_the_workflow(call: Client) -> None:
    """Filters may name its columns."""
    call.workflow("w")
    call.workflow("x")
    call.launch_plan("of-w")
    call.launch_plan("of-x", workflow_id=versioned("WORKFLOW", "x"))

    found = call("ListLaunchPlans", {"id": PD, "limit": 9, "filters": "eq(workflow.name,x)"})
    assert [plan.id.name for plan in found.launch_plans] == ["of-x"]


def test_what_does_not_fit_the_workflow(call: Client) -> None:
    """Unknown inputs and other types, the wrong way round where Admin has it so."""
    call.workflow(inputs={"a": INT})
    base = {"workflow_id": versioned("WORKFLOW", "w")}

    def attempt(**spec: Any) -> str:
        wanted = {"id": versioned("LAUNCH_PLAN", "lp"), "spec": {**base, **spec}}
        return refused(call, "CreateLaunchPlan", wanted)

    text = {"scalar": {"primitive": {"string_value": "x"}}}
    required = {"var": {"type": STRING}, "required": True}
    assert attempt(default_inputs={"parameters": {"z": required}}) == "unexpected default_input z"
    assert attempt(fixed_inputs={"literals": {"z": text}}) == "unexpected fixed_input z"
    assert attempt(default_inputs={"parameters": {"a": required}}) == (
        "invalid default_input wrong type a, expected simple:STRING, got simple:INTEGER instead"
    )
    assert attempt(fixed_inputs={"literals": {"a": text}}) == (
        "invalid fixed_input wrong type a, expected simple:INTEGER, got simple:STRING instead"
    )
