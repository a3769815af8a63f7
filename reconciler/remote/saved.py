"""Saved plans: write one, read it back, and look whether the world is still the one it is for."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconciler import __version__
from reconciler.apply import Freshness, Moved, freshness
from reconciler.errors import BundleError, PlanRanError, StalePlanError
from reconciler.model import (
    Bundle,
    CodeArchive,
    CodeFolder,
    DesiredState,
    Head,
    Kind,
    Plan,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.observed import observe
from reconciler.plan import with_holds
from reconciler.planfile import (
    About,
    SavedPlan,
    Values,
    is_plan_file,
    read_plan,
    save,
    write_plan,
)
from reconciler.ports import Bundler, ExecutionReader, Reader

__all__ = ["About", "SavedPlan", "check_fresh", "is_plan_file", "read_saved", "save_plan"]


def save_plan(path: Path, plan: Plan, about: About, *, shown: Plan, values: Values) -> SavedPlan:
    """Write a plan that can be applied to a file, whole or not at all.

    Paths inside the current folder are kept as seen from there.

    Args:
        shown: The same plan, sensitive values masked.
        values: Every sensitive value by who gives it, `var.NAME` or `env.NAME`.

    Raises: ValueError for a plan with conflicts or obstacles; PlanFileError for a place that
        cannot be written to.
    """
    saved = save(plan, about, shown=shown, values=values, folder=Path.cwd())
    write_plan(path, saved)
    return saved


def read_saved(path: Path) -> SavedPlan:
    """Read a plan that this version of the program saved.

    Raises: PlanFileError for a file that is none, is damaged, or is another version's.
    """
    return read_plan(path, tool_version=__version__)


def check_fresh(
    plan: Plan,
    reader: Reader,
    *,
    bundler: Bundler,
    memory: Head | None,
    now: datetime,
    executions: Callable[[], ExecutionReader] | None = None,
) -> None:
    """Read again what a saved plan touches, and nothing else; return if it may be carried out.

    Args:
        memory: What the ledger remembers now; None without one.
        now: The time by which a hold expires.
        executions: For a plan that launches: who reads which of it there is by now.

    Raises: StalePlanError naming each object that moved and how; PlanRanError if, without a
        ledger to tell, some of it came true already; AdminError or UnreachableError if something
        could not be read.
    """
    found = _freshness(plan, reader)
    moved = [*found.moved, *_changed_code(plan, bundler)]
    if memory is not None:
        moved += _held(plan, memory, now)
    launched = _launched(plan, executions) if executions is not None and not moved else ()
    if memory is None and (found.reached or launched) and not moved:
        count = len(found.reached) + len(launched)
        steps = sum(action.verb.writes for action in plan)
        part = "" if count == steps else f", at least in part ({count} of {steps} steps)"
        raise PlanRanError(f"this saved plan was applied already{part}; plan again")
    if moved:
        raise StalePlanError([str(one) for one in moved])


def _launched(plan: Plan, executions: Callable[[], ExecutionReader]) -> Collection[ResourceId]:
    """The executions of a plan, if there are all of them: some alone the scheduler may have run,
    and they are left alone."""
    ids = [action.id for action in plan if action.is_launch]
    if not ids:
        return ()
    found = executions().runs(ids)
    return found.keys() if len(found) == len(ids) else ()


def _freshness(plan: Plan, reader: Reader) -> Freshness:
    touched = {
        action.id: action.after or action.before or Resource(action.id)
        for action in plan
        if action.id.kind not in (Kind.BUNDLE, Kind.EXECUTION) and action.verb is not Verb.FORGET
    }
    return freshness(plan, observe(DesiredState(touched), reader))


def _changed_code(plan: Plan, bundler: Bundler) -> Iterator[Moved]:
    """What is to be uploaded and is not what was planned, or not here at all."""
    for action in plan:
        if action.verb is not Verb.UPLOAD or action.bundle is None:
            continue
        try:
            if not _is_same_code(action.bundle, bundler):
                yield Moved(action.id, f"{_where(action.bundle)} was changed since it was planned")
        except BundleError as error:
            yield Moved(action.id, str(error))


def _is_same_code(bundle: Bundle, bundler: Bundler) -> bool:
    if isinstance(bundle.source, CodeFolder):
        return bundler.code(bundle.source).digest == bundle.code.digest
    with bundler.archive(bundle):  # which raises if it is another one
        return True


def _where(bundle: Bundle) -> str:
    match bundle.source:
        case CodeFolder(root=root):
            return root
        case CodeArchive(package=package):
            return package
    return bundle.name


def _held(plan: Plan, memory: Head, now: datetime) -> Iterator[Moved]:
    """What somebody holds that was not held when planned: the plan would not switch it today."""
    left = with_holds(replace(plan, warnings=()), memory.holds, now=now)
    kept_off = {action.id for action in plan} - {action.id for action in left}
    for hold in memory.holds:
        if hold.id in kept_off:
            why = f": {hold.reason}" if hold.reason else ""
            yield Moved(hold.id, f"is held by {hold.actor or 'someone'} since{why}")
