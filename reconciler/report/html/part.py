"""What one part of the page shows, as data: a plan, an apply, drift, the ledger, or why none is.

The plan is the document that `--json` writes, with what people want beside it: sentences, facts
of what is new, and times.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.model import (
    GUARDS,
    Action,
    ApplyReport,
    Change,
    Diagnostic,
    DriftReport,
    Plan,
    Record,
    ResourceId,
    Run,
    Status,
)
from reconciler.report.as_json import outcome_as_data, plan_body
from reconciler.report.as_text import nothing, summary
from reconciler.report.diagnostics import diagnostic_as_data
from reconciler.report.drift import NO_DRIFT, WAYS_OUT, drift_as_json
from reconciler.report.effects import effect_sections
from reconciler.report.facts import facts
from reconciler.report.html.times import timeline
from reconciler.report.identity import change_as_data
from reconciler.report.ledger import history_as_json
from reconciler.report.masking import Masks, veiled
from reconciler.report.values import fields

_ENTRIES = 500  # of the ledger, the newest
# Every field of what is new is shown as long as there are no more than so many new things: past
# that the file would be as large as the manifests, and its reader has other questions.
_NEW = 1_000
_OWNED = 200  # things that one entry made ours, or no longer ours
_LINES = 50  # in the summary of who runs no scripts


@dataclass(frozen=True, slots=True)
class HtmlPart:
    """One part of a page: its title, its verdict in a sentence, what a reader must know before
    anything else, and all of it as data for the page's script."""

    title: str
    verdict: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]


def html_part(
    plan: Plan | None = None,
    *,
    now: datetime,
    title: str,
    report: ApplyReport | None = None,
    drift: DriftReport | None = None,
    history: Sequence[Record] = (),
    runs: Mapping[ResourceId, Sequence[Run]] | None = None,
    problems: Sequence[Diagnostic] = (),
    reveal: Sequence[str] = (),
    mask: Callable[[str], str] | None = None,
) -> HtmlPart:
    """Gather what one part shows: whatever is given.

    Args:
        problems: Why there is no plan.
        mask: Takes sensitive values out of a text, wherever they turn up in it.

    Other arguments: as of `as_html`.
    """
    verdict, tone = _verdict(plan, report, drift, problems)
    data: dict[str, Any] = {"title": title, "verdict": verdict, "tone": tone}
    standing = [*problems]
    if plan is not None:
        data |= _plan(plan, reveal=reveal)
        data["timeline"] = timeline(plan, now=now, history=history, runs=runs)
        standing += plan.obstacles
    if report is not None:
        data["outcomes"] = [outcome_as_data(outcome) for outcome in report.outcomes]
        data["interrupted"] = report.interrupted
    if drift is not None:
        data["drift"] = json.loads(drift_as_json(drift, reveal=reveal))
        data["ways_out"] = {str(kind): text for kind, text in WAYS_OUT.items()}
    if history:
        newest = sorted(history, key=lambda record: -record.serial)
        data["history"] = [*map(_entry, json.loads(history_as_json(newest[:_ENTRIES]))["entries"])]
        data["entries"] = len(newest)
    if problems:
        data["problems"] = [diagnostic_as_data(problem) for problem in problems]
    lines = [*_refusals(plan), *map(_said, standing)]
    if len(lines) > _LINES:
        lines[_LINES:] = [f"… and {len(lines) - _LINES:,} more"]
    part = HtmlPart(title, verdict, tuple(lines), data)
    return part if mask is None else _masked(part, mask)


def _verdict(
    plan: Plan | None,
    report: ApplyReport | None,
    drift: DriftReport | None,
    problems: Sequence[Diagnostic],
) -> tuple[str, str]:
    """A sentence, and its tone: good, change, or stop."""
    if problems:
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        return f"There is no result: {count}.", "stop"
    if report is not None:
        counts = report.counts()
        said = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
        word = "complete" if report.succeeded else "incomplete"
        word = "interrupted" if report.interrupted else word
        tone = "good" if report.succeeded and not report.interrupted else "stop"
        return f"Apply {word}: {said or 'nothing to do'}.", tone
    if plan is not None:
        denied = sum(verdict.refuses for verdict in plan.verdicts)
        number = len(plan.conflicts) + len(plan.obstacles) + denied
        if plan.is_empty and not number:
            return nothing(plan), "good"
        if number:
            stand = "1 thing stands" if number == 1 else f"{number} things stand"
            return f"Cannot be applied: {stand} in the way. Plan: {summary(plan)}", "stop"
        return f"Plan: {summary(plan)}", "change"
    if drift is not None:
        kinds = drift.counts().items()
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds))
        return (f"Drift: {said}.", "change") if drift.drifts else (NO_DRIFT, "good")
    return "What was applied, when and by whom.", "good"


def _plan(plan: Plan, *, reveal: Sequence[str]) -> dict[str, Any]:
    masks = Masks.of(plan, reveal)
    shown = veiled(plan, masks, for_document=True)
    body: dict[str, Any] = {**plan_body(plan, reveal=reveal, masks=masks)}
    for step, action in zip(body["actions"], plan.actions, strict=True):
        # Said here, as people are told it, and only where it adds to the rest.
        told = facts(action.after) if action.after is not None and not action.changes else ()
        if told:
            step["facts"] = "; ".join(told)
    for obstacle, one in zip(body["obstacles"], plan.obstacles, strict=True):
        obstacle["guard"] = one.code in GUARDS
    for effect in body["effects"]:
        del effect["schedule"]  # told by the timeline, and in words
    has_fields = _add_fields(body["actions"], plan.actions, masks)
    return {
        "plan": body,
        "all_fields": has_fields,
        "meaning": [
            [section.title, section.notes, [[one.symbol, one.text, one.depth] for one in lines]]
            for section in effect_sections(shown)
            for lines in [section.lines]
        ],
    }


def _add_fields(steps: Sequence[dict[str, Any]], actions: Sequence[Action], masks: Masks) -> bool:
    """Add every field of what is new as a change from nothing, unless that is too much."""
    new = [
        (step, action.after)
        for step, action in zip(steps, actions, strict=True)
        if action.after and action.after.spec and not action.before and not action.changes
    ]
    if len(new) > _NEW:
        return False
    for step, resource in new:
        step["fields"] = list(_fields(resource.canonical, masks))
    return True


def _fields(canonical: dict[str, Any], masks: Masks) -> Iterator[dict[str, Any]]:
    for path, value in fields(canonical):
        yield {**change_as_data(masks.change(Change(path, None, value)))}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what was only to be written, and of what it came to no more than counts."""
    entry.pop("claims", None)
    for side in ("gained", "lost"):
        if len(entry.get(side, ())) > _OWNED:
            entry[f"{side}_count"] = len(entry[side])
            del entry[side][_OWNED:]
    return entry


def _refusals(plan: Plan | None) -> Iterator[str]:
    """Why a plan may not be applied, but for its obstacles."""
    if plan is None:
        return
    yield from map(str, plan.conflicts)
    refusing = [verdict for verdict in plan.verdicts if verdict.refuses]
    if refusing:
        from reconciler.report.policies import verdict_text

        yield from map(verdict_text, refusing)


def _said(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.origin}: " if diagnostic.origin else ""
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return f"{place}{diagnostic.message}{hint} [{diagnostic.code}]"


def _masked(part: HtmlPart, mask: Callable[[str], str]) -> HtmlPart:
    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return mask(value)
        if isinstance(value, Mapping):
            return {mask(str(key)): walk(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [walk(item) for item in value]
        return value

    text = json.dumps(part.data, ensure_ascii=False, default=str)
    if mask(text) == text:
        return part
    return HtmlPart(
        mask(part.title), mask(part.verdict), tuple(map(mask, part.lines)), walk(part.data)
    )
