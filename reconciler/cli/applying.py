"""Apply what the manifests say, in one environment of one workspace: plan, show, ask, do."""

from collections.abc import Sequence
from pathlib import Path

from reconciler.cli import session
from reconciler.cli.author import is_dead
from reconciler.cli.carrying import Manner, ask, carry_out, show
from reconciler.cli.exits import Exit, for_apply
from reconciler.cli.judging import check_policies
from reconciler.cli.ledgered import before_planning, check_commits, locked, same_plan
from reconciler.cli.options import Settings, say
from reconciler.cli.planning import make_plan
from reconciler.cli.sections import Result
from reconciler.cli.session import Unit, connected, manifests, say_without_ledger
from reconciler.cli.waiting import say_what_waits, wait_for_slots
from reconciler.errors import ApplyRefusedError, GuardError
from reconciler.model import GUARDS, ApplyReport, Head, Plan, PlanOptions, Severity
from reconciler.report import without_secrets


def apply_manifests(
    unit: Unit,
    paths: Sequence[Path],
    options: Settings,
    manner: Manner,
    *,
    planning: PlanOptions,
    build: bool,
) -> Result:
    """Make one unit what its manifests say, and report."""
    declared = manifests(paths, unit)
    if build:
        session.build(declared)
    with connected(options, unit, parallelism=manner.parallelism) as (remote, config):
        head = before_planning(remote, unit, allow_older=manner.allow_older)

        def make(head: Head) -> Plan:
            return make_plan(remote, unit, declared, planning, paths=paths, head=head)

        plan = make(head)
        options.outputs.remember(remote, unit, plan)
        say_without_ledger(unit)
        shown = without_secrets(plan, unit.sensitive)
        show(shown, options, manner, asking=manner.ask, unit=unit)
        if plan.is_empty and (head.loose or head.claims) and _is_free(head, manner):
            # An apply that never ended may have done all of it: then it is ours, and is noted.
            with locked(remote, unit, plan, wait=manner.wait, has_ended=manner.has_ended) as held:
                remote.apply(plan, held=held, say=say)
        if not plan.conflicts:
            _refuse_obstacles(plan)
            check_policies(plan, manner.approved)
        waits = manner.until_done and any(table.open for table in plan.backfills)
        if not plan.conflicts:
            manner.review(plan)
        if plan.conflicts or plan.is_empty:
            nothing = ApplyReport(())
            manner.told(shown, nothing)
            if waits and not plan.conflicts:
                return wait_for_slots(remote, declared, plan, nothing, options, unit=unit)
            code = Exit.ERROR if plan.conflicts else for_apply(nothing, plan)
            return Result(code, options.outputs.applied(unit, shown, nothing))
        if manner.ask:
            ask(config.endpoint)
        with locked(remote, unit, plan, wait=manner.wait, has_ended=manner.has_ended) as held:
            if held is not None and held.before.serial != head.serial:
                # Somebody applied since we planned.
                check_commits(unit, held.before, allow_older=manner.allow_older)
                again = make(held.before)
                if not again.conflicts:
                    check_policies(again, manner.approved)
                if not same_plan(again, plan):
                    if manner.ask or again.conflicts or again.obstacles:
                        raise ApplyRefusedError(
                            "somebody else applied meanwhile, and the plan is another one now; "
                            "nothing was written: apply again to see it"
                        )
                    manner.review(again)
                    held.claim(again)
                    show(
                        without_secrets(again, unit.sensitive),
                        options,
                        manner,
                        asking=False,
                        unit=unit,
                    )
                # It does the same, and yet what it finds there may be something else by now.
                plan, shown = again, without_secrets(again, unit.sensitive)
            report = carry_out(remote, plan, options, manner, unit=unit, shown=shown, held=held)
        manner.told(shown, report)
        if waits and not report.interrupted:
            return wait_for_slots(remote, declared, plan, report, options, unit=unit)
        if plan.backfills:
            say_what_waits(plan)
        document = options.outputs.applied(unit, shown, report)
        return Result(for_apply(report, plan), document)


def _is_free(head: Head, manner: Manner) -> bool:
    """Whether nobody holds the lock, or somebody who is known to be gone."""
    if head.begin is None:
        return True
    author = head.begin.author
    return is_dead(author) or manner.has_ended(author.run)


def _refuse_obstacles(plan: Plan) -> None:
    """Raise: GuardError or ApplyRefusedError with everything that stands in the way.

    An image that is not built stands in the way of what uses it, so of no plan that is empty.
    """
    guards = [one for one in plan.obstacles if one.code in GUARDS]
    others = [
        one
        for one in plan.obstacles
        if one.code not in GUARDS and (one.severity is Severity.ERROR or not plan.is_empty)
    ]
    if not guards and not others:
        return
    said = "\n".join(f"{one.message}; {one.hint}" for one in (*others, *guards))
    raise (ApplyRefusedError if others else GuardError)(f"nothing was written: {said}")
