"""Who is told of what, as the workspace says, and what they are told of plans and applies."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.cli.options import say, settings
from reconciler.cli.session import Unit
from reconciler.errors import NotifyError
from reconciler.model import ApplyReport, Plan, Sensitive, Status

if TYPE_CHECKING:  # only who has to tell something loads how
    from reconciler.ci import Target


def targets_of(unit: Unit, occasion: str) -> "tuple[list[Target], list[NotifyError]]":
    """Who is to be told, and of whom it is not known where that is.

    Their places are secrets, and hidden from now on, whoever writes them.
    """
    wanted = [
        one
        for one in (unit.workspace.spec.notifications if unit.workspace else ())
        if occasion in one.on and (not one.environments or unit.environment in one.environments)
    ]
    if not wanted:
        return [], []
    from reconciler.ci import Target

    found: list[Target] = []
    lost: list[NotifyError] = []
    for one in wanted:
        url = one.url.read(os.environ, unit.folder)
        token = one.token.read(os.environ, unit.folder) if one.token else ""
        settings().hide(Sensitive([url, token]))
        if not url or (one.token and not token):
            place = one.url.place if not url else one.token.place if one.token else ""
            lost.append(NotifyError(one.name, f"{place} is empty, or not there"))
            continue
        found.append(
            Target(
                name=one.name,
                url=url,
                is_machine=one.form == "cloudevents",
                token=token,
                title=one.title or "",
                body=one.body or "",
            )
        )
    return found, lost


def tell_of_plan(unit: Unit, shown: Plan) -> None:
    """Tell whoever wants to know of plans; who cannot be told is only warned of."""
    targets, lost = targets_of(unit, "plan")
    if not targets:
        _warn(lost)
        return
    from reconciler.report import plan_as_json, summary

    _tell(
        unit,
        targets,
        lost,
        occasion="plan",
        state="made",
        summary=f"{_name(unit)}: {summary(shown)}",
        mood="failure" if shown.conflicts or shown.obstacles else "info",
        document=plan_as_json(shown, reveal=_reveal(unit)),
    )


def tell_of_apply(unit: Unit, shown: Plan, report: ApplyReport) -> None:
    """Tell of an apply that did, or failed to do, anything; as `tell_of_plan`."""
    if not report.outcomes:
        return
    targets, lost = targets_of(unit, "apply")
    if not targets:
        _warn(lost)
        return
    from reconciler.report import outcome_line, report_as_json

    counts = report.counts()
    state = "done" if report.succeeded else "partial" if report.wrote else "failed"
    failed = [one for one in report.outcomes if one.status is Status.FAILED]
    _tell(
        unit,
        targets,
        lost,
        occasion="apply",
        state=state,
        summary=f"{_name(unit)}: applied, "
        + ", ".join(f"{counts[status]} {status}" for status in Status if counts[status]),
        mood={"done": "success", "partial": "warning", "failed": "failure"}[state],
        detail="\n".join(f"- {outcome_line(one)}" for one in failed[:10]),
        document=report_as_json(shown, report, reveal=_reveal(unit)),
    )


def _tell(
    unit: Unit,
    targets: "list[Target]",
    lost: list[NotifyError],
    *,
    occasion: str,
    state: str,
    summary: str,
    mood: str,
    document: str,
    detail: str = "",
) -> None:
    import json

    from reconciler.ci import Message, Mood, Occasion, find_request, send

    mask = settings().outputs.mask
    data: Mapping[str, Any] = json.loads(mask(document))
    message = Message(
        occasion=Occasion(occasion),
        state=state,
        workspace=unit.workspace.metadata.name if unit.workspace else "",
        environment=unit.environment,
        summary=mask(summary),
        detail=mask(detail),
        at=datetime.now(UTC),
        url=find_request(os.environ).run_url,
        mood=Mood(mood),
        data=data,
    )
    for target in targets:
        try:
            send(message, target)
        except NotifyError as error:
            lost.append(error)
    _warn(lost)


def _warn(lost: list[NotifyError]) -> None:
    for error in lost:
        say(f"Warning: {error}")


def _name(unit: Unit) -> str:
    name = unit.workspace.metadata.name if unit.workspace else ""
    return "/".join(one for one in (name, unit.environment) if one) or "Flyte"


def _reveal(unit: Unit) -> tuple[str, ...]:
    return unit.workspace.revealed if unit.workspace else ()
