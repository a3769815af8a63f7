"""What becomes of each slot of a backfill, and the launches that are due now.

A plan launches as many as may be under way at once, less those that are; once some have ended,
the next plan goes on. Nothing is remembered between them: the executions say what has run.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest

from reconciler.cron import SECOND, load_zone, to_rfc3339
from reconciler.model import (
    INPUTS_ANNOTATION,
    Action,
    Backfill,
    Diagnostic,
    Guard,
    Kind,
    Layout,
    Phase,
    Plan,
    PlanOptions,
    Reason,
    Resource,
    ResourceId,
    Run,
    Runs,
    Severity,
    SlotRow,
    SlotState,
    SlotTable,
    Strategy,
    Unit,
    Verb,
    difference,
)
from reconciler.plan.guard import meant

# Rows of a table: at either end, and of each state that somebody may have to look at.
_ENDS = 5
_NOTABLE = 20
_ALL = 40
_LOOKED_AT = (
    SlotState.RUN,
    SlotState.RETRY,
    SlotState.RUNNING,
    SlotState.FAILED,
    SlotState.CONFLICT,
)
# How executions under other names count, the best first.
_BEST = (Phase.SUCCEEDED, Phase.RUNNING)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one unit stands: its state, the number of the attempt that counts, and a remark.

    `left` are those slots of a chunk that have not run by themselves; empty for all of them.
    """

    unit: Unit
    state: SlotState
    attempt: int = 1
    note: str = ""
    left: tuple[int, ...] = ()

    @property
    def slots(self) -> tuple[int, ...]:
        """What a launch of it is to run."""
        return self.left or self.unit.slots

    @property
    def is_launched(self) -> bool:
        """Whether this plan launches it."""
        return self.state in (SlotState.RUN, SlotState.RETRY)

    @property
    def execution(self) -> str:
        return self.unit.attempt(self.attempt)


def standings(backfill: Backfill, layout: Layout, runs: Runs, *, now: int) -> tuple[Standing, ...]:
    """Say how each unit stands, in order of time.

    Args:
        now: In nanoseconds since 1970; what is due later is launched later.
    """
    inputs = backfill.inputs
    found = [_standing(backfill, unit, runs, now, inputs) for unit in layout.units]
    running = sum(one.state is SlotState.RUNNING for one in found)
    room = max(backfill.concurrency - running, 0)
    if backfill.stops and any(one.state is SlotState.FAILED for one in found):
        room = 0
    order = range(len(found) - 1, -1, -1) if backfill.newest_first else range(len(found))
    for at in order:
        if not found[at].is_launched:
            continue
        if room:
            room -= 1
        else:
            due = found[at]
            found[at] = replace(due, state=SlotState.WAITING)
    return tuple(found)


def _standing(backfill: Backfill, unit: Unit, runs: Runs, now: int, inputs: str) -> Standing:
    attempts = runs.attempts.get(unit.name, ())
    number = len(attempts)
    if not attempts:
        if unit.slots[-1] > now:
            return Standing(unit, SlotState.FUTURE)
        return _elsewhere(unit, runs, backfill, inputs) or Standing(unit, SlotState.RUN)
    last = attempts[-1]
    # What was generated for a chunk is for another version of the launch plan, perhaps.
    runs_it = backfill.launch_plan.id if backfill.strategy is Strategy.EXECUTIONS else None
    if why := difference(attempts[0], runs=runs_it, inputs=inputs):
        return Standing(unit, SlotState.CONFLICT, number, why)
    if last.phase is Phase.RUNNING:
        return Standing(unit, SlotState.RUNNING, number, _by(attempts))
    if last.phase is Phase.SUCCEEDED:
        return Standing(unit, SlotState.DONE, number, _by(attempts))
    elsewhere = _elsewhere(unit, runs, backfill, inputs)
    if elsewhere is not None:
        return elsewhere
    if number <= backfill.retries:
        return Standing(unit, SlotState.RETRY, number + 1, f"was {last.word}")
    return Standing(unit, SlotState.FAILED, number, last.word)


def _elsewhere(unit: Unit, runs: Runs, backfill: Backfill, inputs: str) -> Standing | None:
    """What an execution of another name or version makes of a slot: nothing, if it failed or is
    known to have been given other inputs."""
    ran = {slot: run for slot in unit.slots if (run := _best(runs.others.get(slot, ()), inputs))}
    if backfill.strategy is Strategy.WORKFLOW:
        return _chunk_elsewhere(unit, ran)
    for run in ran.values():
        state = SlotState.DONE if run.phase is Phase.SUCCEEDED else SlotState.RUNNING
        version = run.launch_plan.version
        mine = version == backfill.launch_plan.id.version
        note = f"as {run.id.name}" + ("" if mine else f", by version {version}")
        return Standing(unit, state, note=note)
    return None


def _chunk_elsewhere(unit: Unit, ran: Mapping[int, Run]) -> Standing | None:
    """What becomes of a chunk of which some slots ran as executions of their own.

    Its name stays that of all of them, so that it is the same chunk whenever it is looked at; and
    while one runs, whose end nobody knows, it is not begun.
    """
    running = sum(run.phase is Phase.RUNNING for run in ran.values())
    if running:
        return Standing(unit, SlotState.RUNNING, note=f"{running} by themselves")
    left = tuple(slot for slot in unit.slots if slot not in ran)
    if not left:
        return Standing(unit, SlotState.DONE, note="by themselves")
    if not ran:
        return None
    return Standing(unit, SlotState.RUN, note=f"but {len(ran)} that ran", left=left)


def _best(others: Sequence[Run], inputs: str) -> Run | None:
    """Of executions of one slot that were given the same, the one that counts."""
    for phase in _BEST:
        for run in others:
            if run.phase is phase and run.inputs in ("", inputs):
                return run
    return None


def _by(attempts: Sequence[Run]) -> str:
    return "by the scheduler" if attempts[-1].by_scheduler else ""


def request_of(backfill: Backfill, unit: Unit, attempt: int = 1) -> ExecutionCreateRequest:
    """What the launch of one unit of strategy `executions` is sent."""
    request = ExecutionCreateRequest()
    request.CopyFrom(backfill.request)
    request.name = unit.attempt(attempt)
    request.spec.annotations.values[INPUTS_ANNOTATION] = backfill.inputs
    if backfill.strategy is Strategy.WORKFLOW:
        return request
    seconds, nanos = divmod(unit.slots[0], SECOND)
    scheduled_at = request.spec.metadata.scheduled_at
    scheduled_at.seconds, scheduled_at.nanos = seconds, nanos
    if backfill.kickoff:
        literal = request.inputs.literals[backfill.kickoff]
        literal.scalar.primitive.datetime.CopyFrom(scheduled_at)
    return request


def with_launches(
    plan: Plan,
    backfill: Backfill,
    layout: Layout,
    found: Sequence[Standing],
    *,
    requests: Mapping[str, ExecutionCreateRequest] | None = None,
    generated: Sequence[Action] = (),
    needs: Collection[ResourceId] = (),
    options: PlanOptions | None = None,
) -> Plan:
    """Add to a plan what a backfill launches now, and the table of all its slots.

    Args:
        requests: By unit, what launches what was generated; None for strategy `executions`.
        generated: Steps that register what the launches run, and that nobody declares.
        needs: What must be there before, as far as the plan brings it about.
        options: Says how many launches are many, and whether that is meant; None not to ask.
    """
    planned = {action.id for action in (*plan, *generated)}
    own = tuple(sorted(need for need in needs if need in planned))
    made = tuple(replace(one, needs=tuple(sorted({*one.needs, *own}))) for one in generated)
    launches = []
    for standing in found:
        if not standing.is_launched:
            continue
        request = (
            requests[standing.unit.name]
            if requests is not None
            else request_of(backfill, standing.unit, standing.attempt)
        )
        runs = ResourceId.from_identifier(request.spec.launch_plan)
        before = {*own, runs} & planned
        launches.append(_launch(backfill, standing, request, tuple(sorted(before))))
    if backfill.newest_first:
        launches.reverse()
    told = [layout.fault] if layout.fault else []
    told += _many(backfill, found, options) if options is not None else ()
    told += _warnings(backfill, layout, found)
    return replace(
        plan,
        actions=(*plan.actions, *made, *launches),
        warnings=(*plan.warnings, *(one for one in told if one.severity is Severity.WARNING)),
        obstacles=(*plan.obstacles, *(one for one in told if one.severity is Severity.ERROR)),
        backfills=(*plan.backfills, table(backfill, layout, found)),
    )


def _launch(
    backfill: Backfill,
    standing: Standing,
    request: ExecutionCreateRequest,
    needs: tuple[ResourceId, ...],
) -> Action:
    id = ResourceId(Kind.EXECUTION, request.project, request.domain, request.name)
    slots = standing.slots
    what = f"slot {_said(slots[0])}"
    if len(slots) > 1:
        what = f"{len(slots)} slots from {_said(slots[0])} to {_said(slots[-1])}"
    again = standing.state is SlotState.RETRY
    return Action(
        verb=Verb.LAUNCH,
        id=id,
        reason=Reason.RAN_IN_VAIN if again else Reason.NOT_RUN,
        why=f"{what} of {backfill.id} " + (standing.note if again else "has not run"),
        after=Resource(id, spec=request, origin=backfill.origin),
        needs=needs,
    )


def table(backfill: Backfill, layout: Layout, found: Sequence[Standing]) -> SlotTable:
    """Sum up how a backfill stands: every slot counted, those shown that are worth it."""
    counts: Counter[SlotState] = Counter()
    for standing in found:
        counts[standing.state] += len(standing.unit.slots)
    return SlotTable(
        id=backfill.id,
        launch_plan=backfill.launch_plan.id,
        chosen=backfill.chosen,
        strategy=backfill.strategy,
        schedule=layout.schedule,
        zone=layout.zone,
        start=layout.start,
        end=layout.end,
        window_zone=backfill.window.zone,
        concurrency=backfill.concurrency,
        executions=len(layout.units),
        counts={state: counts[state] for state in SlotState if counts[state]},
        rows=tuple(_rows(found)),
        anchor=layout.anchor,
        anchored=layout.anchored,
    )


def _rows(found: Sequence[Standing]) -> Iterator[SlotRow]:
    shown = set(range(len(found)))
    if len(found) > _ALL:
        shown = {*range(_ENDS), *range(len(found) - _ENDS, len(found))}
        seen: Counter[SlotState] = Counter()
        for at, standing in enumerate(found):
            if standing.state in _LOOKED_AT and seen[standing.state] < _NOTABLE:
                seen[standing.state] += 1
                shown.add(at)
    for at in sorted(shown):
        one = found[at]
        slots = one.unit.slots
        note = one.note
        if len(slots) > 1:
            note = "; ".join(part for part in (f"{len(slots)} slots", note) if part)
        yield SlotRow(slots[0], one.state, one.execution, one.attempt, note)


def _many(
    backfill: Backfill, found: Sequence[Standing], options: PlanOptions
) -> Iterator[Diagnostic]:
    """A window that is wider than anybody meant costs what nobody gives back."""
    count = sum(one.is_launched or one.state is SlotState.WAITING for one in found)
    if count <= options.guards.launches or not any(one.is_launched for one in found):
        return
    message = (
        f"{backfill.id} would launch {count:,} executions, more than {options.guards.launches:,}"
    )
    hint = f"pass {Guard.MANY_LAUNCHED.flag} if that is meant"
    many = Diagnostic(Guard.MANY_LAUNCHED, message, backfill.origin, hint, Severity.ERROR)
    yield meant(many) if many.code in options.allow else many


def _warnings(
    backfill: Backfill, layout: Layout, found: Sequence[Standing]
) -> Iterator[Diagnostic]:
    if not found and layout.fault is None:
        zone = load_zone(layout.zone)
        message = (
            f"{backfill.id}: {layout.schedule} does not fire from "
            f"{to_rfc3339(layout.start, zone)} up to {to_rfc3339(layout.end, zone)}"
        )
        yield _warning(backfill, "no-slots", message)
    conflicts = [one for one in found if one.state is SlotState.CONFLICT]
    if conflicts:
        first = conflicts[0]
        message = (
            f"{backfill.id}: {len(conflicts)} of its executions are there and are not what it "
            f"would launch; the first is {first.execution}: {first.note}"
        )
        hint = "leave their slots out of the window, or declare what they were given"
        yield _warning(backfill, "slot-conflict", message, hint)
    failed = [one for one in found if one.state is SlotState.FAILED]
    if failed:
        message = f"{backfill.id}: {len(failed)} of its executions failed"
        if backfill.stops:
            message += ", so nothing new is begun"
        if backfill.strategy is Strategy.EXECUTIONS:
            tried = max(one.attempt for one in failed)
            hint = f"`retries: {tried}` launches {'it' if len(failed) == 1 else 'them'} again"
        else:
            hint = "recover the execution in Flyte, for its nodes remember what succeeded"
        yield _warning(backfill, "failed-slots", message, hint)


def _warning(backfill: Backfill, code: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(code, message, backfill.origin, hint, Severity.WARNING)


def _said(instant: int) -> str:
    return to_rfc3339(instant)
