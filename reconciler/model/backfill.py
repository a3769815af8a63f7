"""Backfills: which slots of a schedule are to run, which did, and what becomes of the rest.

A slot is one time at which a launch plan's schedule fires. Instants are nanoseconds since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.model.canonical import content_hash
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.identity import ResourceId
from reconciler.model.resource import Origin, Resource

if TYPE_CHECKING:  # most sets have no backfill
    from flyteidl.admin.execution_pb2 import ExecutionCreateRequest

# Of an execution that a backfill started: which one, and what its inputs hash to. A label can be
# filtered by, and an annotation leaves no trace behind a create that failed.
BACKFILL_LABEL = "reconciler-backfill"
INPUTS_ANNOTATION = "reconciler/inputs"
NO_INPUTS = "none"


class Strategy(StrEnum):
    """Who orchestrates the slots."""

    # An execution a slot, under the name that the scheduler gives it.
    EXECUTIONS = "executions"
    # An execution a chunk of slots, of a generated workflow whose nodes are launch plans.
    WORKFLOW = "workflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which slots are meant: those at or after `start` and before `end`.

    `last` stands for both: the nanoseconds before now. `inclusive` takes in a slot at `end` too.
    `zone` is the one in which the window was written, for people.
    """

    start: int = 0
    end: int = 0
    last: int | None = None
    inclusive: bool = False
    zone: str = "UTC"

    def bounds(self, now: int) -> tuple[int, int]:
        """The first instant inside, and the first one behind."""
        if self.last is not None:
            return now - self.last, now + 1
        return self.start, self.end + self.inclusive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backfill:
    """One declared backfill, bound to the launch plan that it runs.

    Attributes:
        id: Its kind, place and name.
        launch_plan: The version that it runs, as Admin holds or will hold it.
        chosen: How that version was chosen, in words.
        window: Which slots.
        scheduler_zone: In which the scheduler reads a schedule that names no zone.
        anchor: An instant at which a rate fires; None to take it from a scheduled execution.
        strategy: Who orchestrates.
        concurrency: Executions of this backfill that may be under way at once.
        newest_first: In which order slots are begun.
        stops: Whether nothing new is begun once a slot has failed for good.
        retries: How often a slot that failed is launched again.
        any_version: Whether a slot that another version of the launch plan ran counts as done.
        parallel, chunk, fails_fast, node_retries: Of a generated workflow: whether its nodes run
            all at once, how many there are at most, what the first failure does, and how often
            a node is tried again.
        request: What each launch is sent, but for its name and the time of its slot.
        kickoff: The input that receives the slot's time; "" for none.
        origin: Where it is declared.
    """

    id: ResourceId
    launch_plan: Resource
    chosen: str
    window: Window
    scheduler_zone: str = "UTC"
    anchor: int | None = None
    strategy: Strategy = Strategy.EXECUTIONS
    concurrency: int = 10
    newest_first: bool = False
    stops: bool = False
    retries: int = 0
    any_version: bool = True
    parallel: bool = False
    chunk: int = 100
    fails_fast: bool = True
    node_retries: int = 0
    request: "ExecutionCreateRequest"
    kickoff: str = ""
    origin: Origin | None = None

    @property
    def inputs(self) -> str:
        """What tells what each launch is given, beside its slot's time and what is the default.

        The scheduler gives nothing else, and a default that is said again is no difference.
        """
        spec: Any = self.launch_plan.spec
        expected = spec.closure.expected_inputs.parameters
        given = LiteralMap()
        for name, literal in self.request.inputs.literals.items():
            if name not in expected or expected[name].default != literal:
                given.literals[name].CopyFrom(literal)
        return inputs_key(given)


class Phase(StrEnum):
    """How an execution stands, as far as a backfill cares."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One execution that Admin holds.

    Attributes:
        id: Its kind, place and name.
        launch_plan: What it runs.
        phase: How it stands; aborted and timed out are failed too.
        word: Admin's own name of the phase.
        scheduled_at: The slot that it is for; None if it says none.
        by_scheduler: Whether Admin's scheduler started it.
        inputs: What its inputs hash to beside its slot's time, "" if nobody knows.
        backfill: The backfill that started it, by its label; "" for none.
    """

    id: ResourceId
    launch_plan: ResourceId
    phase: Phase
    word: str = ""
    scheduled_at: int | None = None
    by_scheduler: bool = False
    inputs: str = ""
    backfill: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What one execution of a backfill is to run: a slot, or a chunk of them.

    `name` is that of its execution; attempts after a failure have a number behind it.
    """

    name: str
    slots: tuple[int, ...]

    def attempt(self, number: int) -> str:
        """The name of an attempt, from 1."""
        return self.name if number == 1 else f"{self.name}-r{number - 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which slots a backfill has, and what runs each: known before anything ran.

    Attributes: `schedule` as people write it, and the `zone` that it is read in; `start` and
    `end`, without it, the window; `anchor` from where a rate is counted, and `anchored` why;
    `units` in order of time; `fault` why there are no slots, if that is not the window's doing.
    """

    schedule: str
    zone: str
    start: int
    end: int
    anchor: int | None = None
    anchored: str = ""
    units: tuple[Unit, ...] = ()
    fault: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """What Admin holds of a backfill's slots.

    Attributes: `attempts` are the executions by the name of their unit, oldest first, where there
    are any; `others` those of other names or versions that say which slot they are for, by slot.
    """

    attempts: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    others: Mapping[int, tuple[Run, ...]] = field(default_factory=dict)


def inputs_key(inputs: LiteralMap) -> str:
    """What tells whether two launches of a slot were given the same beside its time."""
    return (
        content_hash([inputs.SerializeToString(deterministic=True)])
        if inputs.literals
        else NO_INPUTS
    )


def difference(run: Run, *, runs: ResourceId | None, inputs: str) -> str:
    """Why an execution is not what a launch under its name would have made of it, "" if it is.

    Where an execution does not say what its inputs are, they are taken for the same.

    Args:
        runs: What the launch runs; None if that does not matter.
        inputs: The `inputs_key` of what it is given beside the time.
    """
    if runs is not None and run.launch_plan != runs:
        return f"it runs {run.launch_plan.path} and not {runs.path}"
    if run.inputs and run.inputs != inputs:
        return "it was given other inputs"
    return ""


class SlotState(StrEnum):
    """What becomes of a slot."""

    # This plan launches it.
    RUN = "run"
    # It failed, and this plan launches it again.
    RETRY = "retry"
    # Its turn comes once others have ended.
    WAITING = "waiting"
    # It has not come yet.
    FUTURE = "future"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    # An execution of its name has other inputs or another launch plan.
    CONFLICT = "conflict"


# States after which nothing more happens to a slot by itself.
SETTLED = frozenset({SlotState.DONE, SlotState.FAILED, SlotState.CONFLICT})


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot in a plan's table.

    Attributes:
        at: When.
        state: What becomes of it.
        execution: The name of its execution, there or to come.
        attempt: Which one that is, from 1.
        note: What else is to be said.
    """

    at: int
    state: SlotState
    execution: str
    attempt: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class SlotTable:
    """What a plan knows about one backfill: every slot counted, some of them shown.

    Attributes:
        id: The backfill's.
        launch_plan: The version that runs, and `chosen`, in words, why that one.
        strategy: Who orchestrates.
        schedule: As people write it, and the `zone` that it is read in.
        anchor: From where a rate's slots are counted, and `anchored`, in words, why there.
        start, end: The window, its end excluded; `window_zone` is how it was written.
        concurrency: Executions that may be under way at once.
        executions: How many executions all slots take.
        counts: Slots by state; those without any are left out.
        rows: All slots, or of many the first, the last, and those that need attention.
    """

    id: ResourceId
    launch_plan: ResourceId
    chosen: str
    strategy: Strategy
    schedule: str
    zone: str
    start: int
    end: int
    window_zone: str
    concurrency: int
    executions: int
    counts: Mapping[SlotState, int]
    rows: tuple[SlotRow, ...]
    anchor: int | None = None
    anchored: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Slots to which something is still to happen; those of the future wait for no one."""
        closed = SETTLED | {SlotState.FUTURE}
        return sum(count for state, count in self.counts.items() if state not in closed)

    def count(self, *states: SlotState) -> int:
        return sum(self.counts.get(state, 0) for state in states)
