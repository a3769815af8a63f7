"""Remarks on lines of manifests, for the diff that a reviewer looks at."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.ci.planned import Planned
from reconciler.forge import Annotation, Level
from reconciler.model import Diagnostic, Origin, Severity, Verdict

_MOST = 500  # of one environment: nobody reads more


def remarks_of(planned: Planned, top: Path) -> Sequence[Annotation]:
    """What is wrong, breaks somebody or is a policy's word, each on its own line.

    Args:
        top: The repository; what lies elsewhere has no line in it.
    """
    found: dict[tuple[str, int, str], Annotation] = {}
    for remark in _remarks(planned, top):
        found.setdefault((remark.path, remark.line, remark.message), remark)
    return [*found.values()][:_MOST]


def _remarks(planned: Planned, top: Path) -> Iterator[Annotation]:
    for problem in planned.problems:
        yield from _diagnostic(problem, top)
    plan = planned.shown
    if plan is None:
        return
    for conflict in plan.conflicts:
        yield from _at(conflict.origin, top, str(conflict), Level.FAILURE, "conflict")
    for obstacle in plan.obstacles:
        yield from _diagnostic(obstacle, top, level=Level.FAILURE)
    yield from _verdicts(plan.verdicts, top)
    origins = {one.id: one.after.origin for one in plan if one.after is not None}
    for effect in plan.effects:
        if not (effect.switches and effect.breaks):
            continue
        said = "; ".join(
            f"{change.side} {change.name}: {change.why}"
            for change in effect.interface
            if change.breaking
        )
        users = [str(one.id) for one in effect.consumers if one.breaks]
        told = f"breaks callers: {said}" + (f". Used by {', '.join(users)}" if users else "")
        yield from _at(origins.get(effect.id), top, told, Level.WARNING, "interface")
    for warning in plan.warnings:
        yield from _diagnostic(warning, top)


def _verdicts(verdicts: Sequence[Verdict], top: Path) -> Iterator[Annotation]:
    """What policies say; that somebody is exempt is for the comment alone."""
    counting = [one for one in verdicts if one.counts]
    if not counting:
        return
    from reconciler.report import verdict_text

    # What refuses first: of too many remarks the last are left out.
    for one in sorted(counting, key=lambda one: not one.refuses):
        level = Level.FAILURE if one.refuses else Level.WARNING
        yield from _at(one.origin, top, verdict_text(replace(one, origin=None)), level, "policy")


def _diagnostic(
    problem: Diagnostic, top: Path, *, level: Level | None = None
) -> Iterator[Annotation]:
    wrong = problem.severity is Severity.ERROR
    hint = f" ({problem.hint})" if problem.hint else ""
    yield from _at(
        problem.origin,
        top,
        f"{problem.message}{hint}",
        level or (Level.FAILURE if wrong else Level.WARNING),
        problem.code,
    )


def _at(
    origin: Origin | None, top: Path, message: str, level: Level, title: str
) -> Iterator[Annotation]:
    if origin is None or not os.path.isfile(origin.file):
        return
    path = os.path.relpath(os.path.realpath(origin.file), os.path.realpath(top))
    if path.startswith(os.pardir):
        return
    yield Annotation(Path(path).as_posix(), max(origin.line, 1), message, level, title)
