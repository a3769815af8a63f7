"""A plan, and what became of it, as documents for machines: versioned, complete, values masked.

Readers accept any minor `format_version` of a major they know, ignore keys they do not know, and
treat reason codes as hints.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model import (
    Action,
    ApplyReport,
    Conflict,
    Kind,
    Outcome,
    Plan,
    Status,
    Verb,
)
from reconciler.report.diagnostics import (
    FORMAT_VERSION,
    diagnostic_as_data,
    origin_as_data,
    to_json,
)
from reconciler.report.documents import (
    ApplyDocument,
    PlanBody,
    PlanDocument,
    Step,
    StepOutcome,
    VersionConflict,
)
from reconciler.report.effects_json import effect_as_data
from reconciler.report.identity import change_as_data, identity_as_data
from reconciler.report.masking import Masks, veiled


def plan_as_json(plan: Plan, *, reveal: Sequence[str] = ()) -> str:
    """Render a plan.

    Args:
        reveal: Paths of values that are shown although they tend to hold secrets.

    Shape: `documents.PlanDocument`; changes are {path, before, after, sensitive}, null is an
        absent field.
    """
    return to_json(plan_as_data(plan, reveal=reveal))


def plan_as_data(
    plan: Plan, *, reveal: Sequence[str] = (), masks: Masks | None = None
) -> dict[str, Any]:
    """The same as data; with `masks`, its values numbered as they number them."""
    document: PlanDocument = {
        "format_version": FORMAT_VERSION,
        "type": "plan",
        **plan_body(plan, reveal=reveal, masks=masks),
    }
    return dict(document)


def report_as_json(plan: Plan, report: ApplyReport, *, reveal: Sequence[str] = ()) -> str:
    """Render an apply: the plan it carried out, and an outcome for each of its actions.

    Shape: `documents.ApplyDocument`; `outcomes` in plan order, each with the action's address.
    """
    counts = report.counts()
    document: ApplyDocument = {
        "format_version": FORMAT_VERSION,
        "type": "apply",
        "plan": plan_body(plan, reveal=reveal),
        "outcomes": [outcome_as_data(outcome) for outcome in report.outcomes],
        "interrupted": report.interrupted,
        "summary": {str(status): counts[status] for status in Status},
    }
    return to_json(dict(document))


def built_as_json(packages: Sequence[Mapping[str, Any]]) -> str:
    """Render what a build made.

    Shape: `type` "build"; `packages`, each its project, domain and name, `file` (null for what
        lies in the cache only), `sha256`, `entities`, `changed`, `pushed` (its pin, or null).
    """
    return to_json({"format_version": FORMAT_VERSION, "type": "build", "packages": [*packages]})


def plan_body(plan: Plan, *, reveal: Sequence[str] = (), masks: Masks | None = None) -> PlanBody:
    """All that a plan says, values masked; with `masks`, numbered as they number them."""
    plan = veiled(plan, masks or Masks.of(plan, reveal), for_document=True)
    counts = plan.counts()
    body: PlanBody = {
        "applicable": not plan.conflicts and not plan.obstacles,
        "effects": [effect_as_data(effect) for effect in plan.effects],
        "actions": [_action(action) for action in plan],
        "conflicts": [_conflict(conflict) for conflict in plan.conflicts],
        "warnings": [diagnostic_as_data(warning) for warning in plan.warnings],
        "obstacles": [diagnostic_as_data(obstacle) for obstacle in plan.obstacles],
        "unchanged": {
            kind.slug: number
            for kind, number in sorted(plan.unchanged.items(), key=lambda item: item[0].rank)
            if number
        },
        "summary": {
            **{str(verb): counts[verb] for verb in Verb},
            "unchanged": sum(plan.unchanged.values()),
            "conflicts": len(plan.conflicts),
        },
    }
    if plan.backfills:
        from reconciler.report.backfills import backfill_as_data

        body["backfills"] = [backfill_as_data(table) for table in plan.backfills]
    if plan.verdicts:
        from reconciler.report.policies import verdict_as_data

        body["verdicts"] = [verdict_as_data(verdict) for verdict in plan.verdicts]
    return body


def _action(action: Action) -> Step:
    origin = action.after.origin if action.after else None
    # Keys that only some steps have are none of an identity's.
    data: Step = {
        **identity_as_data(action.id),  # type: ignore[typeddict-item]
        "verb": str(action.verb),
        "reason": str(action.reason),
        "why": action.why,
        "changes": [change_as_data(change) for change in action.changes],
        "depends_on": [need.address for need in action.needs],
        "origin": origin_as_data(origin.file, origin.line, origin.column) if origin else None,
    }
    if action.bundle is not None:
        data["bundle"] = {
            "name": action.bundle.name,
            "digest": action.bundle.code.digest,
            "files": action.bundle.code.files,
            "bytes": action.bundle.code.size,
        }
    if action.rewrites:
        data["rewrites"] = [row.id.address for row in action.rewrites]
    if action.id.kind is Kind.ACTIVATION:
        data["active"] = {
            "before": list(action.before.active) if action.before else [],
            "after": list(action.after.active) if action.after else [],
        }
    return data


def _conflict(conflict: Conflict) -> VersionConflict:
    origin = conflict.origin
    return {
        **identity_as_data(conflict.id),
        "reason": "different-structure",
        "message": str(conflict),
        "changes": [change_as_data(change) for change in conflict.changes],
        "origin": origin_as_data(origin.file, origin.line, origin.column) if origin else None,
    }


def outcome_as_data(outcome: Outcome) -> StepOutcome:
    """What became of one step, as data."""
    return {
        "address": outcome.action.id.address,
        "verb": str(outcome.action.verb),
        "status": outcome.status.value,
        "applied": outcome.applied,
        "settled": outcome.settled,
        "existed": outcome.existed,
        "message": outcome.message or (str(outcome.error) if outcome.error else None),
        "blocked_by": outcome.blocked_by.address if outcome.blocked_by else None,
        "seconds": round(outcome.seconds, 3),
    }
