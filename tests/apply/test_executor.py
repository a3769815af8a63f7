"""Plans carried out against an Admin in memory, on good days and bad."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure

from reconciler.apply import execute
from reconciler.errors import InternalError, PermissionDeniedError, UnavailableError
from reconciler.model import (
    ApplyReport,
    Conflict,
    DesiredState,
    Event,
    Finished,
    Kind,
    Outcome,
    Plan,
    Resource,
    ResourceId,
    Started,
    Status,
)
from reconciler.observed import observe
from reconciler.plan import make_plan
from tests.fakes import DEFAULT_PROJECT, MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter


def an_id(kind: Kind, name: str, version: str = "v1", domain: str = "development") -> ResourceId:
    return ResourceId(kind, DEFAULT_PROJECT, domain, name, version if kind.versioned else "")


def chain(name: str, version: str = "v1", domain: str = "development") -> DesiredState:
    """A task, its workflow, its launch plan, and that one active."""
    task = an_id(Kind.TASK, name, version, domain)
    workflow = an_id(Kind.WORKFLOW, name, version, domain)
    plan = an_id(Kind.LAUNCH_PLAN, name, version, domain)
    compiled = CompiledTask()
    compiled.template.id.CopyFrom(task.to_identifier())
    launch_plan = LaunchPlan(id=plan.to_identifier())
    launch_plan.spec.workflow_id.CopyFrom(workflow.to_identifier())
    resources = [
        Resource(task, spec=compiled),
        Resource(workflow, spec=CompiledWorkflowClosure(), content_addressed=True),
        Resource(plan, spec=launch_plan),
        Resource(plan.activation, active=(version,)),
    ]
    return DesiredState(
        resources={resource.id: resource for resource in resources},
        needs={workflow: [task], plan: [workflow], plan.activation: [plan]},
    )


def together(*states: DesiredState) -> DesiredState:
    resources: dict[ResourceId, Resource] = {}
    needs: dict[ResourceId, Collection[ResourceId]] = {}
    for state in states:
        resources.update(state.resources)
        needs.update(state.needs)
    return DesiredState(resources=resources, needs=needs)


@dataclass
class World:
    """An Admin, the ports into it, and what was said while applying."""

    admin: MemoryAdmin = field(default_factory=MemoryAdmin)
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def plan(self, desired: DesiredState) -> Plan:
        return make_plan(desired, observe(desired, MemoryReader(self.admin)))

    def execute(self, plan: Plan) -> ApplyReport:
        return execute(
            plan,
            reader=MemoryReader(self.admin),
            writer=MemoryWriter(self.admin),
            clock=MemoryClock(),
            parallelism=4,
            stop=self.stop,
            on_event=self.events.append,
        )

    def apply(
        self, desired: DesiredState, *, fault: tuple[ResourceId, Exception] | None = None
    ) -> dict[ResourceId, Outcome]:
        """Plan and apply; the fault strikes while applying."""
        plan = self.plan(desired)
        if fault:
            self.admin.fail(*fault)
        return by_id(self.execute(plan).outcomes)

    def active(self, name: str) -> set[str]:
        return {id.version for id in self.admin.active if id.name == name}


def by_id(outcomes: Sequence[Outcome]) -> dict[ResourceId, Outcome]:
    return {outcome.action.id: outcome for outcome in outcomes}


def statuses(outcomes: dict[ResourceId, Outcome]) -> dict[str, Status]:
    return {f"{id.kind.slug}:{id.name}": outcome.status for id, outcome in outcomes.items()}


def test_everything_comes_true_and_the_second_run_has_nothing_to_do() -> None:
    """A whole chain is registered and switched on; planned again, it is all there."""
    world = World()
    outcomes = world.apply(chain("etl"))
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
    assert world.active("etl") == {"v1"}
    assert world.plan(chain("etl")).is_empty


def test_events_tell_each_action_once_from_start_to_end() -> None:
    """Whoever watches sees every action begin and end, in that order."""
    world = World()
    world.apply(chain("etl"))
    started = [event.action.id for event in world.events if isinstance(event, Started)]
    finished = [event.outcome.action.id for event in world.events if isinstance(event, Finished)]
    assert sorted(started) == sorted(finished) == sorted(chain("etl").resources)


def test_a_failure_blocks_its_descendants_and_names_itself() -> None:
    """What waited for the failed step is blocked by it, however far down."""
    world = World()
    task = an_id(Kind.TASK, "bad")
    outcomes = world.apply(
        together(chain("bad"), chain("good")), fault=(task, InternalError("disk full"))
    )
    assert statuses(outcomes) == {
        "task:bad": Status.FAILED,
        "workflow:bad": Status.BLOCKED,
        "launch_plan:bad": Status.BLOCKED,
        "activation:bad": Status.BLOCKED,
        "task:good": Status.DONE,
        "workflow:good": Status.DONE,
        "launch_plan:good": Status.DONE,
        # Nothing is switched on in a project-domain until all its creates are through.
        "activation:good": Status.BLOCKED,
    }
    assert outcomes[an_id(Kind.LAUNCH_PLAN, "bad")].blocked_by == task
    assert outcomes[an_id(Kind.ACTIVATION, "good")].blocked_by == task
    assert "disk full" in outcomes[task].message


def test_a_failure_in_one_domain_leaves_the_others_alone() -> None:
    """The barrier before activation is one of the project-domain."""
    world = World()
    world.apply(
        together(chain("bad"), chain("good", domain="staging")),
        fault=(an_id(Kind.TASK, "bad"), InternalError("disk full")),
    )
    assert world.active("good") == {"v1"}


def test_a_failed_run_is_finished_by_the_next() -> None:
    """Run again after the bad day, the rest is done and nothing twice."""
    world = World()
    world.apply(chain("etl"), fault=(an_id(Kind.WORKFLOW, "etl"), PermissionDeniedError("no")))
    created = world.admin.calls["create"]
    outcomes = world.apply(chain("etl"))
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
    assert world.admin.calls["create"] == created + 2
    assert world.active("etl") == {"v1"}


def test_an_answer_lost_after_the_write_is_settled_by_reading() -> None:
    """The writer could not tell; what Admin holds does."""
    world = World()
    plan = world.plan(chain("etl"))
    task = an_id(Kind.TASK, "etl")
    MemoryWriter(world.admin).create(chain("etl").resources[task])
    world.admin.fail(task, UnavailableError("connection lost", in_doubt=True))
    outcomes = by_id(world.execute(plan).outcomes)
    assert outcomes[task].status is Status.DONE
    assert outcomes[task].applied


def test_torn_names_are_repaired() -> None:
    """Two versions active at once become the declared one, proved by reading back."""
    world = World()
    for version in ("v1", "v2", "v3"):
        world.apply(chain("etl", version))
    world.admin.activate(*(an_id(Kind.LAUNCH_PLAN, "etl", v) for v in ("v1", "v2", "v3")))
    outcomes = world.apply(chain("etl", "v2"))
    assert outcomes[an_id(Kind.ACTIVATION, "etl")].settled
    assert world.active("etl") == {"v2"}


def test_a_switch_moved_since_the_plan_is_left_alone() -> None:
    """What somebody did between plan and apply is not overwritten unseen."""
    world = World()
    world.apply(chain("etl", "v1"))
    plan = world.plan(chain("etl", "v2"))
    world.apply(chain("etl", "v3"))
    outcomes = by_id(world.execute(plan).outcomes)
    switch = outcomes[an_id(Kind.ACTIVATION, "etl")]
    assert switch.status is Status.FAILED
    assert "v1" in switch.message
    assert "v3" in switch.message
    assert world.active("etl") == {"v3"}


def test_a_refused_switch_fails_without_being_tried_again() -> None:
    """Admin said no and nothing moved: its words are the outcome."""
    world = World()
    plan = world.plan(chain("etl"))
    world.admin.fail("set_active", PermissionDeniedError("not yours"))
    outcomes = by_id(world.execute(plan).outcomes)
    switch = outcomes[an_id(Kind.ACTIVATION, "etl")]
    assert (switch.status, switch.applied) == (Status.FAILED, False)
    assert "not yours" in switch.message
    assert world.admin.calls["set_active"] == 1


def test_a_stopped_run_starts_nothing_more_and_accounts_for_everything() -> None:
    """After the signal the rest is skipped, and the report says so for each action."""
    world = World()
    plan = world.plan(chain("etl"))
    world.stop.set()
    report = world.execute(plan)
    assert report.interrupted
    assert {outcome.status for outcome in report.outcomes} == {Status.SKIPPED}
    assert len(report.outcomes) == len(plan.actions)
    assert world.admin.calls["create"] == 0


def test_a_plan_with_conflicts_is_refused_whole() -> None:
    """Not even its harmless part is carried out."""
    world = World()
    plan = world.plan(chain("etl"))
    conflict = Conflict(an_id(Kind.TASK, "other"), ())
    with pytest.raises(ValueError, match="conflicts"):
        world.execute(Plan(plan.actions, conflicts=(conflict,)))
    assert world.admin.calls["create"] == 0


def test_switching_off_reaches_every_active_version() -> None:
    """Inactive is of the name: no version stays on."""
    world = World()
    for version in ("v1", "v2"):
        world.apply(chain("etl", version))
    world.admin.activate(*(an_id(Kind.LAUNCH_PLAN, "etl", v) for v in ("v1", "v2")))
    switch = an_id(Kind.ACTIVATION, "etl")
    world.apply(DesiredState(resources={switch: Resource(switch)}))
    assert world.active("etl") == set()


def test_switches_cost_two_readings_however_many_they_are() -> None:
    """Before and after are read for all names together."""
    world = World()
    desired = together(*(chain(f"etl-{n}") for n in range(20)))
    plan = world.plan(desired)
    before = world.admin.calls["active"]
    world.execute(plan)
    assert world.admin.calls["active"] - before == 2
