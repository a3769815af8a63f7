"""The Reader against a server that misbehaves: exact answers, few calls, or an error."""

from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from flyteidl.admin.project_pb2 import Project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.admin import Connection
from reconciler.admin.retry import UNREADABLE_CLOSURE
from reconciler.errors import PermissionDeniedError
from reconciler.model import Kind, Resource, ResourceId, content_hash
from tests.admin.server import Refuse, ScriptedAdmin
from tests.fakes import MemoryClock

VERSIONED = [kind for kind in Kind if kind.versioned]


def id_(
    name: str, version: str = "", kind: Kind = Kind.TASK, *, project: str = "flytesnacks"
) -> ResourceId:
    return ResourceId(kind, project, "development", name, version)


# Everything a name may hold, and what the grammar of filters stumbles over in particular.
NASTY = st.text(st.sampled_from("ab1 +;,()%_\\'\"\n\t é日"), min_size=1, max_size=4)
HASHED = st.integers(0, 8).map(lambda n: content_hash([bytes([n])]))
IDS = st.builds(
    ResourceId,
    st.sampled_from(VERSIONED),
    st.sampled_from(["p", "q"]),
    st.sampled_from(["development", "production"]),
    NASTY,
    st.one_of(NASTY, HASHED),
)


@given(store=st.lists(IDS, max_size=40, unique=True), data=st.data())
@settings(
    derandomize=True,
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_versions_answers_for_exactly_the_ids_asked(
    server: ScriptedAdmin, admin: Connection, store: list[ResourceId], data: st.DataObject
) -> None:
    """What is there and was asked for, and nothing else, whatever the names."""
    server.reset()
    server.hold(store)
    known = st.sampled_from(store) if store else IDS
    asked = data.draw(st.lists(st.one_of(known, IDS), max_size=40))
    assert set(admin.reader.versions(asked)) == set(store) & set(asked)


@given(store=st.lists(IDS, max_size=30, unique=True), data=st.data())
@settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_active_and_latest_answer_for_any_name(
    server: ScriptedAdmin, admin: Connection, store: list[ResourceId], data: st.DataObject
) -> None:
    """Active versions in order of creation, torn names included; the newest version of each."""
    server.reset()
    active = [id for id in store if id.kind is Kind.LAUNCH_PLAN and data.draw(st.booleans())]
    for id in store:
        server.hold([id], active=id in active)
    asked = data.draw(st.lists(IDS, max_size=10)) + store

    names = {id.activation for id in asked if id.kind is Kind.LAUNCH_PLAN}
    found = admin.reader.active(names)
    assert {name: [one.id for one in versions] for name, versions in found.items()} == {
        name: [id for id in active if id.activation == name] for name in names
    }
    newest = {id.at("*"): id for id in store}
    assert admin.reader.latest(asked) == {
        id: newest[id.at("*")] for id in asked if id.at("*") in newest
    }


@pytest.mark.parametrize("history", [1, 200])
def test_the_number_of_calls_is_blind_to_history(
    server: ScriptedAdmin, admin: Connection, history: int
) -> None:
    """Ten names under one version: one list, however many versions lie behind each."""
    server.hold(id_(f"n{n}", f"v{v}") for n in range(10) for v in range(history))
    found = admin.reader.versions([id_(f"n{n}", "v0") for n in range(10)])
    assert len(found) == 10
    assert admin.calls.counts == {"ListTasks": 1}
    (_, request) = server.requests[0]
    assert request.limit == 11


def test_a_crossed_store_stays_exact_and_cheap(server: ScriptedAdmin, admin: Connection) -> None:
    """60 names, each wanted at its own version, while all 3,600 pairs exist."""
    server.hold(id_(f"n{n}", f"v{v}") for n in range(60) for v in range(60))
    wanted = [id_(f"n{n}", f"v{n}") for n in range(60)]
    assert set(admin.reader.versions(wanted)) == set(wanted)
    assert admin.calls.counts["ListTasks"] == 3


def test_three_hundred_hashed_entities_are_few_calls(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """A no-op plan of 300: a list for each 250 of a kind."""
    ids = [
        id_(f"n{n}", content_hash([bytes([n])]), kind) for kind in VERSIONED for n in range(100)
    ]
    server.hold(ids)
    assert set(admin.reader.versions(ids)) == set(ids)
    assert sum(admin.calls.counts.values()) == 3


def test_lists_are_asked_for_in_a_stable_order(server: ScriptedAdmin, admin: Connection) -> None:
    """Without a sort key Admin pages through rows in any order; none may be left out."""
    server.hold([id_("a", "1", kind) for kind in VERSIONED])
    admin.reader.versions([id_("a", v, kind) for kind in VERSIONED for v in "12"])
    admin.reader.active([id_("a", kind=Kind.ACTIVATION)])
    assert len(server.requests) == 4
    for _, request in server.requests:
        assert (request.sort_by.key, request.sort_by.direction) == ("id", 1)


def test_activations_that_flip_meanwhile_lose_none(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """A row that leaves the list between two pages must not push another out of sight."""
    torn = [id_("a", f"v{n}", Kind.LAUNCH_PLAN) for n in range(8)]
    server.hold(torn, active=True)

    def retire_the_first(request: Any) -> None:
        if request.token:
            row = server.tables[Kind.LAUNCH_PLAN][("flytesnacks", "development", "a", "v0")]
            row.message.closure.state = 0

    server.before["ListLaunchPlans"] = retire_the_first
    (versions,) = admin.reader.active([id_("a", kind=Kind.ACTIVATION)]).values()
    assert [one.id for one in versions] == torn[1:]


def test_a_workflow_in_a_list_is_known_to_exist_only(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """Lists carry no closure, so such a resource must not be compared."""
    workflow = id_("w", "1", Kind.WORKFLOW)
    server.hold([workflow])
    listed = admin.reader.versions([workflow])[workflow]
    whole = admin.reader.workflows([workflow, workflow.at("2")])
    assert (listed.complete, whole[workflow].complete) == (False, True)
    assert set(whole) == {workflow}
    assert admin.calls.counts == {"ListWorkflows": 1, "GetWorkflow": 2}


def test_an_unreadable_closure_is_no_absent_workflow(
    server: ScriptedAdmin, admin: Connection, clock: MemoryClock
) -> None:
    """The row exists though its blob is lost: creating it anew would be wrong."""
    workflow = id_("w", "1", Kind.WORKFLOW)
    text = f"{UNREADABLE_CLOSURE} s3://b/k : path:s3://b/k: not found"
    server.fail("GetWorkflow", Refuse(grpc.StatusCode.INTERNAL, text))
    found = admin.reader.workflows([workflow])[workflow]
    assert (found.spec, found.complete) == (None, False)
    assert not clock.slept


def test_a_forbidden_project_is_an_error_not_an_absence(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """What could not be read in full is not told in part; the error names the place."""
    server.hold([id_("a", "1"), id_("a", "1", project="secret")])
    server.denied.add("secret")
    with pytest.raises(PermissionDeniedError, match="secret/development"):
        admin.reader.versions(
            [id_(name, "1", project=p) for p in ("flytesnacks", "secret") for name in "ab"]
        )
    assert len(admin.reader.versions([id_("a", "1")])) == 1


def test_an_answer_about_another_id_is_no_answer(server: ScriptedAdmin, admin: Connection) -> None:
    """Admin drops from its search what is empty to it, and then finds somebody else."""
    mine, other = id_("a", "1"), id_("a", "2")
    server.hold([mine])
    row = server.tables[Kind.TASK][("flytesnacks", "development", "a", "1")]
    row.message.id.CopyFrom(other.to_identifier())
    assert admin.reader.versions([mine]) == {}


@pytest.mark.parametrize("count", [0, 1, 3, 600])
def test_projects_are_found_by_name(server: ScriptedAdmin, admin: Connection, count: int) -> None:
    """Archived ones too, without the server's domains; names no project can have are not asked."""
    names = [f"p{n:03}" for n in range(count)]
    for name in names:
        project = Project(id=name, name=name, state=Project.ARCHIVED)
        project.domains.add(id="development")
        server.projects[name] = project
    found = admin.reader.projects([*names, "none", "no;ne", "", "p+0"])
    assert list(found) == names
    for name, project in found.items():
        assert project.spec == Project(id=name, name=name, state=Project.ARCHIVED)
    assert server.calls["ListProjects"] == -(-(count + 1) // 250)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNKNOWN, grpc.StatusCode.INVALID_ARGUMENT])
def test_a_database_that_compares_no_digests_proves_nothing(
    server: ScriptedAdmin, admin: Connection, code: grpc.StatusCode
) -> None:
    """Whoever asked reads the workflows instead."""
    expected = {id_(f"wf{n}", "1", Kind.WORKFLOW): bytes(32) for n in range(5)}
    server.fail("ListWorkflows", Refuse(code, "operator does not exist: blob = text"))
    assert set(admin.reader.holding(expected)) == set()
    assert server.calls["ListWorkflows"] == 1


def test_nothing_asked_is_nothing_sent(server: ScriptedAdmin, admin: Connection) -> None:
    """An empty set of manifests does not reach Admin."""
    reader = admin.reader
    answers: Sequence[object] = (
        reader.versions([]),
        reader.workflows([]),
        reader.active([]),
        reader.latest([]),
        reader.projects([]),
    )
    assert answers == ({},) * 5
    assert not server.calls


def test_a_kind_that_cannot_be_asked_for_is_a_mistake_of_ours(admin: Connection) -> None:
    """Each method has its kinds."""
    project, task = ResourceId(Kind.PROJECT, "p"), id_("a", "1")
    for call, id in (
        (admin.reader.versions, project),
        (admin.reader.workflows, task),
        (admin.reader.active, task),
        (admin.reader.latest, project),
    ):
        with pytest.raises(ValueError, match=str(id.kind)):
            call([id])


def test_what_is_read_is_canonical(server: ScriptedAdmin, admin: Connection) -> None:
    """Of a launch plan neither state nor times are content; everything else is."""
    from flyteidl.admin.launch_plan_pb2 import LaunchPlan

    id = id_("a", "1", Kind.LAUNCH_PLAN)
    held = LaunchPlan(id=id.to_identifier())
    held.spec.max_parallelism = 3
    held.spec.default_inputs.SetInParent()
    held.closure.expected_inputs.SetInParent()
    bare = LaunchPlan()
    bare.CopyFrom(held)
    held.closure.state = 1
    held.closure.created_at.GetCurrentTime()
    held.closure.updated_at.GetCurrentTime()
    server.insert(id, held)
    found: Resource = admin.reader.versions([id])[id]
    assert found.spec == bare
    assert found.complete
