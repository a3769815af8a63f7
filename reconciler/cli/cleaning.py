"""Retire previews in the places of one environment."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.ci import Request, expired, of_request, retiring
from reconciler.cli.exits import Exit, for_apply
from reconciler.cli.options import Settings, say
from reconciler.cli.readers import masks_for
from reconciler.cli.sections import Result
from reconciler.cli.session import Unit, connected
from reconciler.errors import ConfigError
from reconciler.model import Plan, Scope
from reconciler.remote import Remote
from reconciler.report import plan_as_json, plan_as_text, report_as_json, report_as_text


def clean(
    unit: Unit,
    request: Request,
    settings: Settings,
    *,
    only_expired: bool,
    places: Sequence[str],
    dry_run: bool,
    parallelism: int,
) -> Result:
    """Find what is over, show it, and retire it.

    Raises: ConfigError if nobody says where previews are, or of which request.
    """
    now = datetime.now(UTC)
    if only_expired:
        is_over = expired(request.repository, now=now)
    elif request.number is not None and request.repository:
        is_over = of_request(request.number, request.repository)
    else:
        raise ConfigError(
            "which previews are over? Give --expired, or a request: --repository and --request"
        )
    # It works on no manifest, so no variable of theirs has to have a value.
    unit = replace(unit, needed=frozenset())
    wanted = _wanted(unit, places)
    if not wanted:
        say("No previews here: `preview:` of reconciler.yaml names no domain.")
        return Result(Exit.OK, plan_as_json(Plan(())) if settings.json else "")
    with connected(settings, unit, parallelism=parallelism) as (remote, _):
        found = tuple(dict.fromkeys(_scopes(remote, wanted)))
        plan = retiring(remote, found, is_over, now=now)
        if not settings.json:
            color = settings.colors(sys.stdout)
            sys.stdout.write(plan_as_text(plan, color=color, masks=masks_for(plan, unit)))
            sys.stdout.flush()
        if dry_run or plan.is_empty:
            return Result(Exit.OK, plan_as_json(plan) if settings.json else "")
        report = remote.apply(plan, say=say)
    if settings.json:
        return Result(for_apply(report, plan), report_as_json(plan, report))
    sys.stdout.write(report_as_text(report, color=settings.colors(sys.stdout)))
    return Result(for_apply(report, plan))


def _wanted(unit: Unit, places: Sequence[str]) -> Sequence[tuple[str | None, str]]:
    """Project, or None for all, and domain of every place that is named."""
    if places:
        split = [one.rpartition("/") for one in places]
        return [(project or None, domain) for project, _, domain in split]
    place = unit.settled.preview if unit.settled is not None else None
    return [(place.project, place.domain)] if place is not None else []


def _scopes(remote: Remote, wanted: Sequence[tuple[str | None, str]]) -> Iterator[Scope]:
    for project, domain in wanted:
        yield from remote.browser.places(project, domain)
