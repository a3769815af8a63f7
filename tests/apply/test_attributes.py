"""Rows of attributes brought to what is declared, and those of others left as they were."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.apply import execute
from reconciler.errors import (
    InvalidArgumentError,
    PermissionDeniedError,
    UnavailableError,
)
from reconciler.model import (
    ApplyReport,
    DesiredState,
    Plan,
    Resource,
    ResourceId,
    Status,
    Verb,
)
from reconciler.observed import observe
from reconciler.plan import make_plan
from tests.contracts.attributes import Rows, a_label, expected, overrides, rows_of
from tests.fakes import DEFAULT_PROJECT as P
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter

D = "development"


def plan_of(admin: MemoryAdmin, wanted: Iterable[Resource]) -> Plan:
    desired = DesiredState(resources={one.id: one for one in wanted})
    return make_plan(desired, observe(desired, MemoryReader(admin)))


def applied(admin: MemoryAdmin, plan: Plan) -> ApplyReport:
    return execute(
        plan, reader=MemoryReader(admin), writer=MemoryWriter(admin), clock=MemoryClock()
    )


def rows(admin: MemoryAdmin) -> Rows:
    return {id: row.digest for id, row in admin.resources.items() if id.facet}


def an_admin(*found: Resource) -> MemoryAdmin:
    admin = MemoryAdmin()
    admin.put(*found)
    return admin


def absent(row: Resource) -> Resource:
    return Resource(row.id)


def lost() -> UnavailableError:
    return UnavailableError("the answer was lost", in_doubt=True)


def test_a_delete_names_and_keeps_what_admin_drops_with_it() -> None:
    """Rows of domains and workflows, ours and others', written again and read back."""
    kept = [a_label("d", P, D), a_label("w", P, D, "etl"), a_label("s", P, "staging")]
    admin = an_admin(a_label("p", P), *kept)

    plan = plan_of(admin, [absent(a_label("p", P)), kept[1]])
    report = applied(admin, plan)

    (action,) = plan
    assert (action.verb, action.why) == (Verb.DELETE, "declared absent")
    assert [row.id for row in action.rewrites] == sorted(row.id for row in kept)
    assert [(change.path, change.before, change.after) for change in action.changes] == [
        ("value", "p", None)
    ]
    assert report.succeeded
    assert rows(admin) == {row.id: row.digest for row in kept}


def test_what_is_to_go_is_not_written_again() -> None:
    """Deletes go from below upwards, and what is changed below comes after."""
    project, domain, workflow = a_label("p", P), a_label("d", P, D), a_label("w", P, D, "etl")
    admin = an_admin(project, domain, workflow, other := a_label("o", P, D, "other"))

    plan = plan_of(
        admin, [absent(project), absent(domain), after := a_label("new", P, D, workflow.id.name)]
    )

    assert [action.id for action in plan] == [domain.id, project.id, workflow.id]
    assert plan.actions[1].needs == (domain.id,)
    assert plan.actions[2].needs == (project.id, domain.id)
    assert [row.id for row in plan.actions[1].rewrites] == [workflow.id, other.id]
    assert applied(admin, plan).succeeded
    assert rows(admin) == {after.id: after.digest, other.id: other.digest}


def test_a_domains_overrides_are_kept_out_of_its_workflows() -> None:
    """Admin would merge them into the older row; so all of them are written anew, in order."""
    workflow = overrides(P, D, "etl", spark="theirs")
    admin = an_admin(workflow)

    plan = plan_of(admin, [domain := overrides(P, D, ray="ours")])

    (action,) = plan
    assert [row.id for row in action.rewrites] == [workflow.id]
    assert applied(admin, plan).succeeded
    assert rows(admin) == {domain.id: domain.digest, workflow.id: workflow.digest}


def test_overrides_of_a_domain_are_made_before_those_of_its_workflows() -> None:
    """Where both are new, too."""
    workflow, domain = overrides(P, D, "etl", spark="w"), overrides(P, D, ray="d")
    admin = an_admin()

    plan = plan_of(admin, [workflow, domain])

    assert [(action.id, action.needs) for action in plan] == [
        (domain.id, ()),
        (workflow.id, (domain.id,)),
    ]
    assert applied(admin, plan).succeeded
    assert rows(admin) == {domain.id: domain.digest, workflow.id: workflow.digest}


def test_an_override_that_is_no_longer_declared_goes() -> None:
    """Which no merge could bring about; the order of the others means nothing."""
    admin = an_admin(overrides(P, D, "etl", spark="a", ray="b", dask="c"))

    plan = plan_of(admin, [wanted := overrides(P, D, "etl", dask="c", spark="new")])

    (action,) = plan
    assert [(change.path, change.before, change.after) for change in action.changes] == [
        ("overrides.ray", {"pluginId": ["b"]}, None),
        ("overrides.spark.pluginId[0]", "a", "new"),
    ]
    assert applied(admin, plan).succeeded
    assert rows(admin) == {wanted.id: wanted.digest}


def test_overrides_that_went_astray_are_brought_home() -> None:
    """A race may leave a workflow's row older than its domain's; reading back tells."""
    workflow = overrides(P, D, "etl", spark="theirs")
    admin = an_admin(workflow, overrides(P, D, ray="old"))

    plan = plan_of(admin, [domain := overrides(P, D, ray="new")])

    assert applied(admin, plan).succeeded
    assert rows(admin) == {domain.id: domain.digest, workflow.id: workflow.digest}


def test_an_update_that_only_adds_overrides_drops_nothing() -> None:
    """A merge will do."""
    admin = an_admin(overrides(P, D, spark="a"), overrides(P, D, "etl", spark="b"))
    plan = plan_of(admin, [overrides(P, D, spark="a", ray="b")])
    assert plan.actions[0].rewrites == ()
    assert applied(admin, plan).succeeded
    assert admin.calls["delete"] == 0


@pytest.mark.parametrize("method", ["delete", "update", "attributes"])
def test_rows_survive_a_lost_answer(method: str) -> None:
    """Whichever of the calls it was; what happened is read, not guessed."""
    kept = [a_label("d", P, D), a_label("w", P, D, "etl")]
    admin = an_admin(a_label("p", P), *kept)
    plan = plan_of(admin, [absent(a_label("p", P))])
    admin.fail(method, lost())

    report = applied(admin, plan)

    (outcome,) = report.outcomes
    if method == "attributes":
        # Before anything was dropped: nothing is.
        assert outcome.status is Status.FAILED
        assert len(rows(admin)) == 3
    else:
        assert (outcome.status, outcome.settled) == (Status.DONE, True)
        assert rows(admin) == {row.id: row.digest for row in kept}


def test_a_refusal_says_what_could_not_be_written_again() -> None:
    """Nobody else may know what those rows said; the others are written all the same."""
    first, second = a_label("a", P, D), a_label("b", P, "staging")
    admin = an_admin(a_label("p", P), first, second)
    plan = plan_of(admin, [absent(a_label("p", P))])
    admin.fail(first.id, *(PermissionDeniedError("not yours") for _ in range(3)))

    (outcome,) = applied(admin, plan).outcomes

    assert outcome.status is Status.FAILED
    assert outcome.applied
    assert "not yours" in outcome.message
    assert f"{first.id}: {first.canonical}" in outcome.message
    assert str(second.id) not in outcome.message
    assert set(rows(admin)) == {second.id}


def test_a_refused_delete_is_no_loss() -> None:
    """It is told in Admin's words, once."""
    admin = an_admin(a_label("p", P), a_label("d", P, D))
    plan = plan_of(admin, [absent(a_label("p", P))])
    admin.fail(a_label("p", P).id, InvalidArgumentError("project [p] is not active"))

    (outcome,) = applied(admin, plan).outcomes

    assert outcome.status is Status.FAILED
    assert not outcome.applied
    assert outcome.message == "INVALID_ARGUMENT: project [p] is not active"
    assert len(rows(admin)) == 2


class Cut(MemoryWriter):
    """The connection ends at a delete: nobody knows whether it came to that."""

    def delete(self, attributes: ResourceId) -> None:
        self.admin.fail("attributes", lost())
        raise lost()


def test_nothing_is_claimed_where_nothing_is_known() -> None:
    """Neither that Admin took it nor that it did not; what it may have dropped is named."""
    below = a_label("d", P, D)
    admin = an_admin(a_label("p", P), below)
    plan = plan_of(admin, [absent(a_label("p", P))])

    report = execute(plan, reader=MemoryReader(admin), writer=Cut(admin), clock=MemoryClock())

    (outcome,) = report.outcomes
    assert (outcome.status, outcome.applied) == (Status.FAILED, False)
    assert "it may have been written" in outcome.message
    assert f"{below.id}: {below.canonical}" in outcome.message


def test_a_refusal_that_wrote_nothing_is_told_so() -> None:
    """Of overrides, which take more than one call otherwise."""
    admin = an_admin()
    row = overrides(P, D, spark="s")
    plan = plan_of(admin, [row])
    admin.fail("update", PermissionDeniedError("not yours"))

    (outcome,) = applied(admin, plan).outcomes

    assert (outcome.status, outcome.applied) == (Status.FAILED, False)


def test_a_refusal_after_a_delete_is_told_as_one_that_wrote() -> None:
    """The row is gone although the new one was refused."""
    row = overrides(P, D, spark="s", ray="r")
    admin = an_admin(row)
    plan = plan_of(admin, [overrides(P, D, spark="s")])
    admin.fail("update", PermissionDeniedError("not yours"))

    (outcome,) = applied(admin, plan).outcomes

    assert (outcome.status, outcome.applied) == (Status.FAILED, True)
    assert rows(admin) == {}


def test_rows_that_others_write_meanwhile_are_theirs() -> None:
    """What is below is read at the last moment, not taken from the plan."""
    admin = an_admin(a_label("p", P), a_label("old", P, D))
    plan = plan_of(admin, [absent(a_label("p", P))])
    admin.put(newer := a_label("newer", P, D), new := a_label("new", P, "staging"))

    assert applied(admin, plan).succeeded
    assert rows(admin) == {newer.id: newer.digest, new.id: new.digest}


def test_a_row_that_is_gone_already_needs_no_delete() -> None:
    """Someone else was faster."""
    admin = an_admin(a_label("p", P))
    plan = plan_of(admin, [absent(a_label("p", P))])
    MemoryWriter(admin).delete(a_label("p", P).id)

    (outcome,) = applied(admin, plan).outcomes

    assert (outcome.status, outcome.existed) == (Status.DONE, True)
    assert admin.calls["delete"] == 1


class ForgetfulWriter(MemoryWriter):
    """Does what it is told; of the calls with these numbers the answer is lost or never comes."""

    def __init__(self, admin: MemoryAdmin, faults: dict[int, str]) -> None:
        super().__init__(admin)
        self.faults = faults
        self.calls = 0

    def update(self, resource: Resource) -> None:
        with self._perhaps():
            super().update(resource)

    def delete(self, attributes: ResourceId) -> None:
        with self._perhaps():
            super().delete(attributes)

    @contextmanager
    def _perhaps(self) -> Iterator[None]:
        self.calls += 1
        fault = self.faults.get(self.calls)
        if fault == "before":
            raise lost()
        if fault == "refused":
            raise PermissionDeniedError("not now")
        yield
        if fault == "after":
            raise lost()


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    found=rows_of(P),
    declared=rows_of(P),
    gone=st.sets(st.sampled_from(range(8))),
    faults=st.dictionaries(st.integers(1, 8), st.sampled_from(["before", "after", "refused"])),
)
def test_faults_delay_and_lose_nothing(
    found: list[Resource], declared: list[Resource], gone: set[int], faults: dict[int, str]
) -> None:
    """Whichever call fails, before or after Admin acted: a second apply finishes, and unless the
    rewriting itself was refused to the end, every row of others is as it was."""
    admin = an_admin(*found)
    wanted = [absent(row) if n in gone else row for n, row in enumerate(declared)]

    report = execute(
        plan_of(admin, wanted),
        reader=MemoryReader(admin),
        writer=ForgetfulWriter(admin, faults),
        clock=MemoryClock(),
        parallelism=1,
    )
    admitted = {
        id
        for outcome in report.outcomes
        for id in (row.id for row in outcome.action.rewrites)
        if str(id) in outcome.message
    }
    assert applied(admin, plan_of(admin, wanted)).succeeded

    goal = expected(found, wanted)
    found_now = rows(admin)
    assert {id: found_now.get(id) for id in goal.keys() - admitted} == {
        id: goal[id] for id in goal.keys() - admitted
    }
    assert found_now.keys() <= goal.keys()
