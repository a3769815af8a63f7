"""Tasks: checked in order, kept for ever."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from reconciler.sandbox import Admin, Refusal, SandboxConfig, Store, parse_config
from tests.sandbox.calls import PD, Client, versioned


def request(name: str = "t", **template: Any) -> Any:
    """The smallest task that Admin takes, and what is said otherwise."""
    smallest = {"type": "x", "metadata": {}, "interface": {}}
    return {"id": versioned("TASK", name), "spec": {"template": {**smallest, **template}}}


def refused(call: Client, wanted: Any, method: str = "CreateTask") -> str:
    """The message that a request is refused with."""
    with pytest.raises(Refusal) as caught:
        call(method, wanted)
    return caught.value.message


def container(**resources: Any) -> Any:
    """A container with resources: `requests={"CPU": "1"}`."""
    lists = {
        kind: [{"name": name, "value": value} for name, value in amounts.items()]
        for kind, amounts in resources.items()
    }
    return {"image": "i", "args": ["x"], "resources": lists}


def test_reads_back_as_sent_but_for_the_id(call: Client) -> None:
    """The template gets the id of the request; nothing is filled in."""
    sent = request(custom={"a": [1, None]}, id=versioned("TASK", "other"))
    call("CreateTask", sent)

    task = call("GetTask", {"id": versioned("TASK", "t")})
    template = task.closure.compiled_task.template
    assert template.id == task.id
    assert template.custom["a"] == [1, None]
    assert not template.HasField("container")
    assert task.closure.created_at.nanos % 1000 == 0


def test_unknown_fields_of_the_template_are_kept(call: Client) -> None:
    """A newer client reads back what it wrote."""
    later = b"\xfa\x3e\x03new"
    call("CreateTask", request())
    before = call("GetTask", {"id": versioned("TASK", "t")}).closure.compiled_task.template
    before.MergeFromString(later)
    before.id.name = "u"
    method = "/flyteidl.service.AdminService/CreateTask"
    message = call.message("CreateTask", {"id": versioned("TASK", "u")})
    message.spec.template.CopyFrom(before)
    call.carry(method, message.SerializeToString())

    after = call("GetTask", {"id": versioned("TASK", "u")}).closure.compiled_task.template
    assert later in after.SerializeToString()


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"type": ""}, "missing type"),
        ({"metadata": None}, "missing metadata"),
        ({"metadata": {"runtime": {}}}, "missing runtime version"),
        ({"interface": None}, "missing typed interface"),
        ({"container": {}}, "missing image"),
        ({"k8s_pod": {}}, "invalid TaskSpecification, pod tasks should specify their target as a "
         "K8sPod with a defined pod spec"),
    ],
)  # fmt: skip
def test_what_must_be_there(call: Client, template: Any, message: str) -> None:
    """Each absence by its name."""
    assert refused(call, request(**template)) == message


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"requests": {"CPU": "3"}}, "Requested CPU default [3] is greater than current limit"),
        ({"requests": {"CPU": "1"}, "limits": {"CPU": "3"}}, "Requested CPU limit [3] is greater"),
        ({"requests": {"CPU": "2"}, "limits": {"CPU": "1"}}, "Requested CPU default [2] is "
         "greater than the limit [1]. Please fix your configuration"),
        ({"requests": {"GPU": "0.5"}}, "gpu for [<nil>] must be a whole number, got: 0.5 instead"),
        ({"requests": {"GPU": "1"}, "limits": {"GPU": "0"}}, "For extended resource 'gpu' the "
         "default value must equal the limit value for task [<nil>]"),
        ({"requests": {"MEMORY": "1025Mi"}}, "Requested MEMORY default [1025Mi] is greater than "
         "current limit set in the platform configuration [1Gi]."),
    ],
)  # fmt: skip
def test_asks_for_too_much(call: Client, asked: Any, message: str) -> None:
    """By flyteadmin's own limits."""
    assert refused(call, request(container=container(**asked))).startswith(message)


@pytest.mark.parametrize(
    "asked",
    [
        {"limits": {"CPU": "100"}},  # limits alone are never compared
        {"requests": {"EPHEMERAL_STORAGE": "1Ti"}},  # no limit by default
        {"requests": {"CPU": "2"}, "limits": {"CPU": "1001m"}},  # both are two whole cores
        {"requests": {"STORAGE": "1Pi"}},  # not compared
    ],
)
def test_asks_for_what_it_may(call: Client, asked: Any) -> None:
    """Rounded up to whole numbers, and only what is compared at all."""
    call("CreateTask", request(container=container(**asked)))


def test_limits_count_before_an_existing_task_is_looked_for(call: Client) -> None:
    """The same task again is refused once the limits have fallen."""
    wanted = request(container=container(requests={"CPU": "2"}))
    call("CreateTask", wanted)
    limits = {"task_resource_attributes": {"limits": {"cpu": "1"}}}
    attributes = {**PD, "matching_attributes": limits}
    call("UpdateProjectDomainAttributes", {"attributes": attributes})

    assert "greater than current limit" in refused(call, wanted)


def test_types_may_be_kept_for_some() -> None:
    """A listed type is open to the projects and domains that are listed; others to all."""
    scopes = [{"project": "other"}, {"project": "flytesnacks", "domain": "production"}]
    config = parse_config({"task_type_whitelist": {"spark": scopes}})
    store = Store.open()
    call = Client(Admin(store, config).call)
    wanted = request(type="spark")

    assert refused(call, wanted) == "task type must be whitelisted before use"
    wanted["id"]["domain"] = "production"
    call("CreateTask", wanted)
    call("CreateTask", request(type="x"))
    store.close()


def test_one_of_many_racing_creates_wins(call: Client) -> None:
    """A create is a compare-and-swap: the others are told that theirs is different."""

    def create(number: int) -> str:
        try:
            call("CreateTask", request(custom={"n": number}))
        except Refusal as refusal:
            return f"{refusal.code.name} {refusal.message[:31]}"
        return str(number)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(create, range(8)))

    [winner] = [outcome for outcome in outcomes if outcome.isdigit()]
    losers = {outcome for outcome in outcomes if not outcome.isdigit()}
    assert losers == {"INVALID_ARGUMENT t task with different structure"}
    stored = call("GetTask", {"id": versioned("TASK", "t")}).closure.compiled_task.template
    assert stored.custom["n"] == int(winner)


def test_a_description_is_no_part_of_the_task(call: Client) -> None:
    """Another one makes it no other task, and is not kept."""
    wanted = request()
    wanted["spec"]["description"] = {"short_description": "first", "tags": ["gone"]}
    call("CreateTask", wanted)
    wanted["spec"]["description"]["short_description"] = "second"

    assert refused(call, wanted) == "task with identical structure already exists"
    kept = call("GetDescriptionEntity", {"id": versioned("TASK", "t")})
    assert (kept.short_description, list(kept.tags)) == ("first", [])
    assert kept.HasField("long_description")
    assert kept.HasField("source_code")


def test_an_incomplete_id_finds_some_task(call: Client) -> None:
    """Whatever has the parts that are given."""
    call("CreateTask", request("a"))
    call("CreateTask", request("b"))

    assert call("GetTask", {"id": {"name": "b"}}).id.name == "b"
    assert call("GetTask").id.name in ("a", "b")
    assert refused(call, {"id": {"name": "c"}}, "GetTask") == (
        'missing entity of type TASK with identifier name:"c"'
    )


def test_names_are_listed_once(call: Client) -> None:
    """Whatever the number of versions, up or down, page by page."""
    for name in "bac":
        for version in ("v1", "v2"):
            call.task(name, version)

    def page(**more: Any) -> tuple[list[str], str]:
        answer = call("ListTaskIds", {**PD, **more})
        return [entity.name for entity in answer.entities], answer.token

    up = {"sort_by": {"key": "name", "direction": "ASCENDING"}}
    assert page(limit=2, **up) == (["a", "b"], "2")
    assert page(limit=2, token="2", **up) == (["c"], "")
    assert page(limit=9, sort_by={"key": "name"}) == (["c", "b", "a"], "")


def test_a_name_is_not_grouped_by_its_versions(call: Client) -> None:
    """PostgreSQL says so."""
    with pytest.raises(Refusal) as caught:
        call("ListTaskIds", {**PD, "limit": 1, "sort_by": {"key": "version"}})

    assert caught.value.code is grpc.StatusCode.UNKNOWN
    assert 'column "tasks.version" must appear in the GROUP BY clause' in caught.value.message


def test_whatever_an_admin_is_configured_with_it_has_limits() -> None:
    """Nothing written: flyteadmin's own two cores."""
    assert SandboxConfig().task_resources.limits.cpu == "2"
