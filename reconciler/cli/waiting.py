"""Go on with the backfills of an apply until all their slots have run, telling how they stand."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from reconciler.cli.exits import Exit, for_apply, worst
from reconciler.cli.interrupt import Drain
from reconciler.cli.options import Settings, say
from reconciler.cli.sections import Result
from reconciler.cli.session import Unit
from reconciler.manifest import Manifest
from reconciler.model import (
    ApplyReport,
    Event,
    Finished,
    Outcome,
    Plan,
    SlotState,
    SlotTable,
    Status,
)
from reconciler.remote import Progress, Remote
from reconciler.report import outcome_line, report_as_json, slots_line, without_secrets

_BAD = (SlotState.FAILED, SlotState.CONFLICT)


def wait_for_slots(
    remote: Remote,
    declared: Sequence[Manifest],
    plan: Plan,
    report: ApplyReport,
    options: Settings,
    *,
    unit: Unit,
) -> Result:
    """Launch what is due until nothing is open, and report on all of it together.

    Args:
        plan: What was applied, with the `report` of it.

    A first interrupt lets what is being launched finish; executions go on in Flyte in any case.
    """
    told: dict[str, str] = {}

    def tell(tables: Sequence[SlotTable]) -> None:
        for table in tables:
            line = slots_line(table)
            if told.get(table.id.path) != line:
                told[table.id.path] = line
                say(line)

    def follow(event: Event) -> None:
        options.outputs.event(event)
        if isinstance(event, Finished) and event.outcome.status is not Status.DONE:
            say(outcome_line(event.outcome, color=options.colors(sys.stderr)))

    outcomes: list[Outcome] = []

    def account() -> str:
        if options.outputs.wants_json:
            so_far = ApplyReport((*report.outcomes, *outcomes), interrupted=True)
            shown = without_secrets(_together(plan, Progress(plan.backfills)), unit.sensitive)
            options.outputs.last_words(report_as_json(shown, so_far))
        return "" if options.json else "Interrupted; what was launched goes on in Flyte.\n"

    with Drain(account) as drain:
        found = remote.go_on_backfilling(
            declared,
            plan,
            stop=drain.stop,
            on_event=follow,
            on_tables=tell,
            on_trouble=lambda error: say(f"Warning: {error}; looking again soon"),
        )
    whole = ApplyReport((*report.outcomes, *found.outcomes), interrupted=found.interrupted)
    shown = without_secrets(_together(plan, found), unit.sensitive)
    if not options.json:
        sys.stdout.write("".join(f"{slots_line(table)}\n" for table in found.tables))
        sys.stdout.flush()
    codes = [for_apply(whole, plan)]
    if found.interrupted:
        codes.append(Exit.INTERRUPTED)
    if any(table.count(*_BAD) for table in found.tables):
        codes.append(Exit.PARTIAL)
    return Result(worst(codes), options.outputs.applied(unit, shown, whole))


def say_what_waits(plan: Plan, *, again: str = "run apply again") -> None:
    """Say how to go on with backfills of which an apply has launched a part."""
    waiting = sum(table.count(SlotState.WAITING) for table in plan.backfills)
    if waiting:
        slots = "1 slot waits" if waiting == 1 else f"{waiting:,} slots wait"
        say(f"{slots} for others to end: {again} then, or now with --wait.")


def _together(plan: Plan, found: Progress) -> Plan:
    """The plan as it would have been, had everything been due at once."""
    launched = tuple(one.action for one in found.outcomes)
    return replace(plan, actions=(*plan.actions, *launched), backfills=found.tables)
