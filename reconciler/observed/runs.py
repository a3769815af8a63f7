"""Reader → what has run of a backfill: by the names its executions would have, and beyond them."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.model import (
    Backfill,
    Kind,
    Layout,
    Phase,
    ResourceId,
    Run,
    Runs,
    Strategy,
    inputs_key,
)
from reconciler.ports import ExecutionReader

_SECOND = 1_000_000_000
# By how much the clocks of the scheduler and of the database may differ.
_SKEW = 3600 * _SECOND


def observe_runs(backfill: Backfill, layout: Layout, reader: ExecutionReader) -> Runs:
    """Read which units have run, and how often.

    Cost: a list for each 250 units; where some have not succeeded, those of their further
        attempts, and one list of all executions of the launch plan since the first such slot.
    Raises: AdminError or UnreachableError.
    """
    scope = backfill.launch_plan.id.scope
    attempts: dict[str, list[Run]] = {}
    open_units = list(layout.units)
    number = 1
    while open_units:
        ids = {ResourceId(Kind.EXECUTION, *scope, one.attempt(number)): one for one in open_units}
        found = reader.runs(ids)
        for id, unit in ids.items():
            if id in found:
                run = _with_inputs(found[id], backfill, reader)
                attempts.setdefault(unit.name, []).append(run)
        if backfill.strategy is Strategy.WORKFLOW:
            break
        failed = {ids[id].name for id, run in found.items() if run.phase is Phase.FAILED}
        open_units = [unit for unit in open_units if unit.name in failed]
        number += 1
    kept = {name: tuple(some) for name, some in attempts.items()}
    return Runs(kept, _others(backfill, layout, kept, reader))


def _others(
    backfill: Backfill,
    layout: Layout,
    attempts: dict[str, tuple[Run, ...]],
    reader: ExecutionReader,
) -> dict[int, tuple[Run, ...]]:
    """Executions under other names, by the slot they say they are for: another version's, or one
    that somebody recovered or started again."""
    is_chunked = backfill.strategy is Strategy.WORKFLOW
    slots = {
        slot // _SECOND: slot
        for unit in layout.units
        # A chunk that failed is recovered, not started again.
        if unit.name not in attempts
        or (not is_chunked and attempts[unit.name][-1].phase is Phase.FAILED)
        for slot in unit.slots
    }
    if not slots:
        return {}
    mine = {run.id for some in attempts.values() for run in some}
    id = backfill.launch_plan.id
    found: defaultdict[int, list[Run]] = defaultdict(list)
    for run in reader.runs_of(id.activation, since=min(slots) * _SECOND - _SKEW):
        if run.id in mine or run.scheduled_at is None:
            continue
        slot = slots.get(run.scheduled_at // _SECOND)
        if slot is not None and (backfill.any_version or run.launch_plan == id):
            found[slot].append(run)
    return {slot: tuple(some) for slot, some in found.items()}


def _with_inputs(run: Run, backfill: Backfill, reader: ExecutionReader) -> Run:
    """The same, its inputs read where it does not say what they are: somebody started it."""
    if run.inputs or run.launch_plan != backfill.launch_plan.id:
        return run
    held, wanted = reader.given(run.id), _resolved(backfill)
    for inputs in (held, wanted):
        if backfill.kickoff in inputs.literals:
            del inputs.literals[backfill.kickoff]
    is_same = held == wanted
    return replace(run, inputs=backfill.inputs if is_same else inputs_key(held))


def _resolved(backfill: Backfill) -> LiteralMap:
    """All inputs of an execution, defaults and fixed ones too, as Admin keeps them."""
    spec: Any = backfill.launch_plan.spec
    found = LiteralMap()
    for name, parameter in spec.closure.expected_inputs.parameters.items():
        if parameter.HasField("default"):
            found.literals[name].CopyFrom(parameter.default)
    for some in (backfill.request.inputs, spec.spec.fixed_inputs):
        for name, literal in some.literals.items():
            found.literals[name].CopyFrom(literal)
    return found
