"""A plan, and what became of it, as documents for machines: versioned, complete, values masked.

Readers accept any minor `format_version` of a major they know, ignore keys they do not know, and
treat reason codes as hints.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model import (
    Action,
    ApplyReport,
    Change,
    Conflict,
    Kind,
    Outcome,
    Plan,
    ResourceId,
    Status,
    Verb,
)
from reconciler.report.diagnostics import (
    FORMAT_VERSION,
    diagnostic_as_data,
    origin_as_data,
    to_json,
)
from reconciler.report.masking import masked


def plan_as_json(plan: Plan) -> str:
    """Render a plan.

    Shape: `type` "plan"; `actions` in plan order; `conflicts` and `obstacles` (any of them makes
        the plan inapplicable); `warnings`; `unchanged` by kind; `summary` by verb. Changes are
        {path, before, after, sensitive}; null is an absent field.
    """
    return to_json({"format_version": FORMAT_VERSION, "type": "plan", **_plan(plan)})


def report_as_json(plan: Plan, report: ApplyReport) -> str:
    """Render an apply: the plan it carried out, and an outcome for each of its actions.

    Shape: `type` "apply"; `plan` as in `plan_as_json`; `outcomes` in plan order, each with the
        action's address; `interrupted`; `summary` by status.
    """
    counts = report.counts()
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "apply",
            "plan": _plan(plan),
            "outcomes": [_outcome(outcome) for outcome in report.outcomes],
            "interrupted": report.interrupted,
            "summary": {str(status): counts[status] for status in Status},
        }
    )


def built_as_json(packages: Sequence[Mapping[str, Any]]) -> str:
    """Render what a build made.

    Shape: `type` "build"; `packages`, each its project, domain and name, `file` (null for what
        lies in the cache only), `sha256`, `entities`, `changed`, `pushed` (its pin, or null).
    """
    return to_json({"format_version": FORMAT_VERSION, "type": "build", "packages": [*packages]})


def _plan(plan: Plan) -> dict[str, Any]:
    counts = plan.counts()
    return {
        "applicable": not plan.conflicts and not plan.obstacles,
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


def _action(action: Action) -> dict[str, Any]:
    origin = action.after.origin if action.after else None
    data = {
        **_identity(action.id),
        "verb": str(action.verb),
        "reason": str(action.reason),
        "why": action.why,
        "changes": [_change(change) for change in action.changes],
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


def _conflict(conflict: Conflict) -> dict[str, Any]:
    origin = conflict.origin
    return {
        **_identity(conflict.id),
        "reason": "different-structure",
        "message": str(conflict),
        "changes": [_change(change) for change in conflict.changes],
        "origin": origin_as_data(origin.file, origin.line, origin.column) if origin else None,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "address": outcome.action.id.address,
        "verb": str(outcome.action.verb),
        "status": str(outcome.status),
        "applied": outcome.applied,
        "settled": outcome.settled,
        "existed": outcome.existed,
        "message": outcome.message or (str(outcome.error) if outcome.error else None),
        "blocked_by": outcome.blocked_by.address if outcome.blocked_by else None,
        "seconds": round(outcome.seconds, 3),
    }


def _identity(id: ResourceId) -> dict[str, Any]:
    return {
        "address": id.address,
        "kind": id.kind.slug,
        "project": id.project,
        "domain": id.domain or None,
        "name": id.name or None,
        "version": id.version or None,
        **({"facet": id.facet} if id.facet else {}),
    }


def _change(change: Change) -> dict[str, Any]:
    before, after, sensitive = masked(change)
    return {"path": change.path, "before": before, "after": after, "sensitive": sensitive}
