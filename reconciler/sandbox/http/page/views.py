"""The two views of the status page: all of a sandbox, and one domain of a project."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.sandbox.http.page.facts import (
    KINDS,
    MOST_ROWS,
    ExecutionFacts,
    NameFacts,
    PlanFacts,
    ProjectFacts,
)
from reconciler.sandbox.http.page.markup import (
    Cell,
    Markup,
    code,
    link,
    moment,
    moment_of,
    number,
    path_of,
    soft,
    table,
    tag,
)
from reconciler.sandbox.http.page.subject import subject_of
from reconciler.sandbox.recent import RecentCall

_TITLES = {"tasks": "Tasks", "workflows": "Workflows", "launch_plans": "Launch plans"}
_SHOWN_CALLS = 50


def overview(
    facts: Mapping[str, str],
    projects: Sequence[ProjectFacts],
    active: Sequence[PlanFacts],
    calls: Sequence[RecentCall],
) -> list[Markup]:
    """Show how the sandbox is, what is in it and who asked for what."""
    return [
        tag("h1", "Sandbox"),
        table(("", ""), [(soft(name), code(value)) for name, value in facts.items()]),
        tag("h2", "Projects"),
        _projects(projects),
        tag("h2", "Active launch plans"),
        _active(active),
        tag("h2", "Recent calls"),
        _calls(calls[:_SHOWN_CALLS]),
    ]


def domain_view(
    project: str,
    domain: str,
    names: Mapping[str, Sequence[NameFacts]],
    executions: Sequence[ExecutionFacts],
) -> list[Markup]:
    """Show the names and the executions of one domain of a project."""
    parts = [
        tag("h1", link("/sandbox", "Sandbox"), f" / {project} / {domain}"),
    ]
    for kind in KINDS:
        parts += [
            tag("h2", _TITLES[kind], id=kind),
            _names(kind, names[kind], project=project, domain=domain),
        ]
    parts += [
        tag("h2", "Executions", id="executions"),
        _executions(executions, project=project, domain=domain),
    ]
    return parts


def _projects(projects: Sequence[ProjectFacts]) -> Markup:
    rows: list[Sequence[Cell]] = []
    for project in projects:
        label: Cell = code(project.id)
        named = f" {project.name}" if project.name not in ("", project.id) else ""
        state = " (archived)" if project.archived else ""
        label = tag("span", code(project.id), soft(named + state))
        for domain in project.domains:
            target = path_of("sandbox", project=project.id, domain=domain.domain)
            rows.append(
                (
                    label,
                    link(target, domain.domain),
                    *(_counts(domain.names[kind], domain.versions[kind]) for kind in KINDS),
                    number(domain.executions),
                )
            )
            label = ""
    header = ("Project", "Domain", *_TITLES.values(), "Executions")
    return table(header, rows, numbers=range(2, 6))


def _counts(names: int, versions: int) -> Markup:
    if versions == names:
        return number(names)
    return tag("span", number(names), soft(f" ({versions} versions)"))


def _active(active: Sequence[PlanFacts]) -> Markup:
    if not active:
        return soft("None.")
    rows = [
        (
            plan.project,
            plan.domain,
            code(plan.name),
            link(
                path_of(
                    "api", "v1", "launch_plans", plan.project, plan.domain, plan.name, plan.version
                ),
                code(plan.version),
            ),
            plan.schedule,
            "" if plan.next is None else moment(plan.next),
        )
        for plan in active[:MOST_ROWS]
    ]
    header = ("Project", "Domain", "Launch plan", "Version", "Schedule", "Due next")
    shown = table(header, rows)
    if len(active) <= MOST_ROWS:
        return shown
    return tag("div", shown, soft(f"The first {MOST_ROWS}; there are more."))


def _calls(calls: Sequence[RecentCall]) -> Markup:
    if not calls:
        return soft("None yet.")
    rows: list[Sequence[Cell]] = []
    for call in calls:
        service, _, method = call.method.lstrip("/").rpartition("/")
        via: Cell = tag("span", call.via, title=call.client) if call.client else call.via
        outcome: Cell = soft(call.code)
        if call.code != "OK":
            outcome = tag("span", tag("span", call.code, kind="bad"), soft(f" {call.message}"))
        rows.append(
            (
                moment(call.at),
                tag("span", method, title=service),
                code(subject_of(call)),
                outcome,
                f"{call.seconds * 1000:.1f} ms",
                via,
            )
        )
    return table(("Time", "Call", "About", "Outcome", "Took", "Via"), rows, numbers=(4,))


def _names(kind: str, names: Sequence[NameFacts], *, project: str, domain: str) -> Markup:
    if not names:
        return soft("None.")
    shown = names[:MOST_ROWS]
    place = ("api", "v1", kind, project, domain)
    rows = [
        (
            link(path_of(*place, facts.name, limit="100"), code(facts.name)),
            number(facts.versions),
            link(path_of(*place, facts.name, facts.newest), code(facts.newest)),
            moment_of(facts.created_at),
            "archived" if facts.archived else "",
        )
        for facts in shown
    ]
    listed = table(("Name", "Versions", "Newest", "Registered", ""), rows, numbers=(1,))
    if len(names) == len(shown):
        return listed
    more: dict[str, Any] = {"project": project, "domain": domain, kind: shown[-1].name}
    return tag("div", listed, link(f"{path_of('sandbox', **more)}#{kind}", "More"))


def _executions(executions: Sequence[ExecutionFacts], *, project: str, domain: str) -> Markup:
    if not executions:
        return soft("None.")
    rows = [
        (
            link(
                path_of("api", "v1", "executions", project, domain, facts.name), code(facts.name)
            ),
            facts.phase,
            code(facts.launch_plan),
            moment_of(facts.created_at),
        )
        for facts in executions[:MOST_ROWS]
    ]
    shown = table(("Execution", "Phase", "Launch plan", "Created"), rows)
    if len(executions) <= MOST_ROWS:
        return shown
    return tag("div", shown, soft(f"The newest {MOST_ROWS}; there are more."))
