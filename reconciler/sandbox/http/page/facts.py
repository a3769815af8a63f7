"""What the status page tells, read from the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from flyteidl.admin import launch_plan_pb2, schedule_pb2

from reconciler.cron import CronError, parse, upcoming
from reconciler.sandbox.store import Session

MOST_ROWS = 100  # of one table on a page

KINDS = ("tasks", "workflows", "launch_plans")
_RESOURCE_TYPES = {"tasks": 1, "workflows": 2, "launch_plans": 3}
_UNITS = {value: name.lower() for name, value in schedule_pb2.FixedRateUnit.items()}
_ARCHIVED = 1
_ACTIVE = 1


@dataclass(frozen=True, kw_only=True)
class DomainFacts:
    """How much there is in one domain of a project: names and versions of each kind."""

    domain: str
    names: dict[str, int]
    versions: dict[str, int]
    executions: int


@dataclass(frozen=True, kw_only=True)
class ProjectFacts:
    """One project and its domains."""

    id: str
    name: str
    archived: bool
    domains: Sequence[DomainFacts]


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """One active version of a launch plan.

    Attributes:
        schedule: In words; empty without one.
        next: When it is due by its schedule, in nanoseconds; None if there is no telling.
    """

    project: str
    domain: str
    name: str
    version: str
    schedule: str
    next: int | None


@dataclass(frozen=True, kw_only=True)
class NameFacts:
    """One name of an entity, with its newest version."""

    name: str
    versions: int
    newest: str
    created_at: int
    archived: bool


@dataclass(frozen=True, kw_only=True)
class ExecutionFacts:
    """One execution; times in microseconds."""

    name: str
    phase: str
    launch_plan: str
    created_at: int


def read_projects(session: Session, domains: Sequence[str]) -> list[ProjectFacts]:
    """Return every project with its domains, in the order of their names.

    Args:
        domains: Those that are configured; others are told only if something is in them.
    """
    names: dict[str, dict[tuple[str, str], int]] = {}
    versions: dict[str, dict[tuple[str, str], int]] = {}
    for kind in KINDS:
        names[kind], versions[kind] = {}, {}
        rows = session.all(
            f"SELECT project, domain, count(*), sum(versions) FROM (SELECT project, domain, "
            f"count(*) AS versions FROM {kind} GROUP BY project, domain, name) GROUP BY 1, 2"
        )
        for project, domain, named, counted in rows:
            names[kind][project, domain] = named
            versions[kind][project, domain] = counted
    executions = {
        (project, domain): counted
        for project, domain, counted in session.all(
            "SELECT execution_project, execution_domain, count(*) FROM executions GROUP BY 1, 2"
        )
    }
    used = set(executions).union(*names.values())
    found = []
    for row in session.all("SELECT identifier, name, state FROM projects ORDER BY identifier"):
        identifier = row["identifier"]
        strange = sorted({d for p, d in used if p == identifier} - set(domains))
        facts = [
            DomainFacts(
                domain=domain,
                names={kind: names[kind].get((identifier, domain), 0) for kind in KINDS},
                versions={kind: versions[kind].get((identifier, domain), 0) for kind in KINDS},
                executions=executions.get((identifier, domain), 0),
            )
            for domain in (*domains, *strange)
        ]
        archived = row["state"] == _ARCHIVED
        found.append(
            ProjectFacts(id=identifier, name=row["name"], archived=archived, domains=facts)
        )
    return found


def read_active(session: Session, *, now: int) -> list[PlanFacts]:
    """Return the active launch plans, one more than `MOST_ROWS` if there are more.

    Args:
        now: Nanoseconds since 1970 UTC.
    """
    rows = session.all(
        "SELECT project, domain, name, version, spec FROM launch_plans WHERE state = ? "
        "ORDER BY project, domain, name LIMIT ?",
        (_ACTIVE, MOST_ROWS + 1),
    )
    found = []
    for row in rows:
        spec = launch_plan_pb2.LaunchPlanSpec.FromString(row["spec"])
        schedule = spec.entity_metadata.schedule
        found.append(
            PlanFacts(
                project=row["project"],
                domain=row["domain"],
                name=row["name"],
                version=row["version"],
                schedule=_words(schedule),
                next=_next(schedule, now),
            )
        )
    return found


def read_names(
    session: Session, kind: str, *, project: str, domain: str, after: str = ""
) -> list[NameFacts]:
    """Return the names of one kind, one more than `MOST_ROWS` if there are more.

    Args:
        kind: One of `KINDS`.
        after: The last name that is known already.
    """
    rows = session.all(
        f"SELECT found.name, found.versions, newest.version, newest.created_at, metadata.state "
        f"FROM (SELECT name, count(*) AS versions, max(id) AS id FROM {kind} WHERE project = ? "
        f"AND domain = ? AND name > ? GROUP BY name ORDER BY name LIMIT ?) AS found "
        f"JOIN {kind} AS newest ON newest.id = found.id "
        f"LEFT JOIN named_entity_metadata AS metadata ON metadata.resource_type = ? "
        f"AND metadata.project = ? AND metadata.domain = ? AND metadata.name = found.name "
        f"ORDER BY found.name",
        (project, domain, after, MOST_ROWS + 1, _RESOURCE_TYPES[kind], project, domain),
    )
    return [
        NameFacts(
            name=name,
            versions=versions,
            newest=newest,
            created_at=created,
            archived=state == _ARCHIVED,
        )
        for name, versions, newest, created, state in rows
    ]


def read_executions(session: Session, *, project: str, domain: str) -> list[ExecutionFacts]:
    """Return the newest executions, one more than `MOST_ROWS` if there are more."""
    rows = session.all(
        "SELECT execution_name, phase, execution_created_at, launch_plans.name "
        "FROM executions LEFT JOIN launch_plans ON launch_plans.id = executions.launch_plan_id "
        "WHERE execution_project = ? AND execution_domain = ? "
        "ORDER BY execution_created_at DESC, executions.id DESC LIMIT ?",
        (project, domain, MOST_ROWS + 1),
    )
    return [
        ExecutionFacts(name=name, phase=phase, created_at=created or 0, launch_plan=plan or "")
        for name, phase, created, plan in rows
    ]


def _words(schedule: schedule_pb2.Schedule) -> str:
    kind = schedule.WhichOneof("ScheduleExpression")
    if kind == "rate":
        unit = _UNITS.get(schedule.rate.unit, f"unit {schedule.rate.unit}")
        return f"every {schedule.rate.value} {unit}{'s' * (schedule.rate.value != 1)}"
    if kind == "cron_schedule":
        return f"cron {schedule.cron_schedule.schedule}"
    return f"cron {schedule.cron_expression}" if kind else ""


def _next(schedule: schedule_pb2.Schedule, now: int) -> int | None:
    """Return when a cron is due next; a rate counts from when its scheduler saw it."""
    if not schedule.cron_schedule.schedule:
        return None
    try:
        return next(
            iter(upcoming(parse(schedule.cron_schedule.schedule), after=now, count=1)), None
        )
    except CronError:
        return None
