"""Register what a request changes where it can be tried out; the preview says what came of it."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.ci import Planned, PreviewPlace, deployment, mark_of, trials, unarchiving
from reconciler.cli import failures
from reconciler.cli.exits import for_apply, for_error, worst
from reconciler.cli.options import Settings, say
from reconciler.cli.session import Unit, connected
from reconciler.errors import ConfigError
from reconciler.model import Plan, Status, Verb

if TYPE_CHECKING:
    from reconciler.ci import Request
    from reconciler.cli.previewing import Asked


def try_out(planned: Planned, unit: Unit, asked: "Asked", settings: Settings) -> Planned:
    """The preview, and what is registered of it; whatever fails is a remark, and the exit code."""
    if planned.plan is None or planned.shares is None:
        return planned
    place = unit.settled.preview if unit.settled is not None else None
    if place is None:
        said = "no `preview:` in reconciler.yaml says where it could be tried out"
        return _failed(planned, ConfigError(f"--deploy: {said}"), settings)
    refused = any(verdict.refuses for verdict in planned.plan.verdicts)
    if planned.plan.conflicts or planned.plan.obstacles or refused:
        return _remarked(planned, "Nothing is there to be tried out: this plan would be refused.")
    try:
        made = deployment(
            planned.plan,
            {one.id for one in planned.shares.own},
            mark=mark_of(
                number=_number(asked.request),
                repository=asked.request.repository,
                commit=planned.commit,
                hours=place.hours,
            ),
            place=PreviewPlace(domain=place.domain, project=place.project or ""),
            facts=_facts(asked.request, planned.commit, place.ttl),
        )
        if made.plan.is_empty:
            say("Nothing to try out: the request registers nothing.")
            return planned
        with connected(settings, unit, parallelism=asked.parallelism) as (remote, config):
            back = unarchiving(remote, made.names)
            plan = Plan((*back, *made.plan))
            report = remote.apply(plan, say=say)
            endpoint = f"sandbox:{config.sandbox_path}" if config.sandbox_path else config.endpoint
            shown = trials(made, endpoint=endpoint, page_of=remote.generate_console_url)
    except Exception as error:
        if not failures.is_ours(error) and not isinstance(error, ValueError):
            raise
        return _failed(planned, error, settings)
    done = sum(
        one.status is Status.DONE and one.action.verb is Verb.CREATE for one in report.outcomes
    )
    say(f"Registered to be tried out in domain {place.domain}: {done}.")
    if report.succeeded:
        return replace(planned, trials=shown)
    for outcome in report.outcomes:
        if outcome.status is Status.FAILED:
            sys.stderr.write(f"  {outcome.action.id}: {outcome.message}\n")
    remark = "Not all of it could be registered to be tried out; the job's log says why."
    code = worst([planned.code, for_apply(report, plan)])
    return replace(_remarked(planned, remark), code=int(code))


def _number(request: "Request") -> int:
    if request.number is None or not request.repository:
        raise ConfigError(
            "--deploy registers for a request, and this pipeline runs for none; "
            "give --repository and --request"
        )
    return request.number


def _facts(request: "Request", commit: str, ttl: str) -> dict[str, str]:
    return {
        "repository": request.repository,
        "request": str(request.number),
        "commit": commit,
        "ttl": ttl,
    }


def _failed(planned: Planned, error: Exception, settings: Settings) -> Planned:
    failures.tell(error, settings)
    remark = "It could not be registered to be tried out; the job's log says why."
    code = worst([planned.code, for_error(error)])
    return replace(_remarked(planned, remark), code=int(code))


def _remarked(planned: Planned, remark: str) -> Planned:
    return replace(planned, remarks=(*planned.remarks, remark))
