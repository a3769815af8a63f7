"""What drifted, for people, forges, machines and CI systems."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.model import (
    Action,
    Diagnostic,
    Drift,
    DriftKind,
    DriftReport,
    Plan,
    Reason,
    Sensitive,
    Severity,
    Verb,
)
from reconciler.report import documents
from reconciler.report.as_junit import Suite, problems_as_suite
from reconciler.report.as_markdown import MARKER
from reconciler.report.blocks import LIMITS, Block, code, folded, paragraph, plain, table
from reconciler.report.blocks import documents as cut
from reconciler.report.diagnostics import FORMAT_VERSION, origin_as_data, to_json
from reconciler.report.identity import change_as_data, identity_as_data
from reconciler.report.masking import Masks, veiled
from reconciler.report.sensitive import without_secrets
from reconciler.report.style import Style, one_line
from reconciler.report.values import change_lines

NO_DRIFT = "No drift. Flyte Admin is as it was left, and as the manifests say."

# What to do about each kind, said once a kind.
WAYS_OUT = {
    DriftKind.ACTIVATED: "`apply --overwrite-moved NAME` takes it back, `hold NAME` leaves it, "
    "or declare what is active",
    DriftKind.DEACTIVATED: "`apply --overwrite-moved NAME` switches it on again, or declare "
    "`state: inactive`",
    DriftKind.SEVERAL_ACTIVE: "`apply` leaves exactly the declared one active",
    DriftKind.ATTRIBUTES_CHANGED: "`apply` sets what is declared, or declare what is there",
    DriftKind.ARCHIVED: "`apply` takes it out of the archive, or declare it archived",
    DriftKind.UNARCHIVED: "`apply` archives it again, or declare it so",
    DriftKind.DESCRIBED: "`apply` describes it as declared, or declare what is there",
    DriftKind.ORPHANED: "declare it (`import live --activation-only` writes the manifests), or "
    "switch it off by hand",
    DriftKind.MISSING: "`apply` registers it again; if Admin was restored from a backup, see "
    "`ledger rebuild`",
    DriftKind.PENDING: "`apply` brings it about",
}
TITLES = {
    DriftKind.ACTIVATED: "Another version was activated",
    DriftKind.DEACTIVATED: "Switched off",
    DriftKind.SEVERAL_ACTIVE: "Several versions are active at once",
    DriftKind.ATTRIBUTES_CHANGED: "Attributes were changed",
    DriftKind.ARCHIVED: "Archived",
    DriftKind.UNARCHIVED: "Taken out of the archive",
    DriftKind.DESCRIBED: "Described otherwise",
    DriftKind.ORPHANED: "Active, and declared nowhere",
    DriftKind.MISSING: "Gone from Flyte Admin",
    DriftKind.PENDING: "Not applied yet: the manifests are ahead",
}


def without_secrets_in(report: DriftReport, sensitive: Sensitive) -> DriftReport:
    """The report to be shown: without the values of sensitive variables."""
    return _from_plan(report, without_secrets(_as_plan(report), sensitive))


def drift_as_text(report: DriftReport, *, color: bool = False) -> str:
    """Render what drifted, kind by kind, and a summary as the last line."""
    style = Style(color)
    plan = _as_plan(report)
    report = _from_plan(report, veiled(plan, Masks.of(plan), for_document=False))
    lines: list[str] = []
    for kind in DriftKind:
        some = [drift for drift in report.drifts if drift.kind is kind]
        if not some:
            continue
        lines.append(style.bold(f"{TITLES[kind]} ({len(some)})"))
        for drift in some:
            lines.append(f"  {style.yellow('~')} {one_line(drift.message)}")
            lines += (f"      {style.dim(one_line(note))}" for note in notes(drift))
            lines += (f"        {line}" for line in _changes(drift))
        lines += [f"  {style.dim(WAYS_OUT[kind])}", ""]
    lines += [style.yellow(f"Not read: {one_line(text)}") for text in report.unread]
    lines.append(style.bold(drift_summary(report) if report.drifts else style.green(NO_DRIFT)))
    return "\n".join(lines) + "\n"


def drift_summary(report: DriftReport) -> str:
    """Count what drifted: `Drift: 2 activated, 1 orphaned, of 300 compared.`"""
    counts = report.counts()
    said = ", ".join(f"{counts[kind]} {kind}" for kind in DriftKind if counts[kind])
    return f"Drift: {said or 'none'}, of {report.compared} compared."


def drift_as_markdown(
    report: DriftReport,
    *,
    title: str = "Drift",
    limit: int | None = LIMITS["github"],
    reveal: Sequence[str] = (),
) -> tuple[str, ...]:
    """Render what drifted as one comment, or as several if it is too long for one."""
    report = drift_for_documents(report, reveal)
    head = f"{MARKER}\n## {plain(title)}\n\n"
    return cut(_blocks(report), limit=limit, head=head)


def drift_as_json(report: DriftReport, *, reveal: Sequence[str] = ()) -> str:
    """Render what drifted. Shape: `documents.DriftDocument`."""
    report = drift_for_documents(report, reveal)
    counts = report.counts()
    document: documents.DriftDocument = {
        "format_version": FORMAT_VERSION,
        "type": "drift",
        "at": _time(report.at) or "",
        "compared": report.compared,
        "remembers": report.remembers,
        "unread": list(report.unread),
        "drifts": [_as_data(drift) for drift in report.drifts],
        "summary": {str(kind): counts[kind] for kind in DriftKind},
    }
    return to_json(dict(document))


def drift_as_suite(report: DriftReport, *, name: str = "drift") -> Suite:
    """A failed case for each thing that drifted; a good one if nothing did."""
    problems = [
        Diagnostic(drift.kind, drift.message, drift.origin, _hint(drift), Severity.ERROR)
        for drift in report.drifts
    ]
    return problems_as_suite(problems, name=name, passed="no drift")


def _blocks(report: DriftReport) -> Iterator[Block]:
    yield paragraph(f"**{drift_summary(report) if report.drifts else NO_DRIFT}**")
    if report.unread:
        yield Block(tuple(f"> - {plain(one)}\n" for one in report.unread), "> [!WARNING]\n", "\n")
    for kind in DriftKind:
        some = [drift for drift in report.drifts if drift.kind is kind]
        if not some:
            continue
        yield paragraph(f"**{TITLES[kind]}** ({len(some)}): {WAYS_OUT[kind]}")
        rows = (
            (code(one.id.path), plain(one.message), plain("; ".join(notes(one)))) for one in some
        )
        yield table(("what", "how", "known"), rows)
        for drift in some:
            if drift.changes:
                yield folded(code(drift.id.path), _changes(drift))


def notes(drift: Drift) -> Iterator[str]:
    """What is known of when and by whom."""
    entry = drift.entry
    if entry is not None:
        when = f" on {entry.at:%Y-%m-%d %H:%M} UTC" if entry.at else ""
        commit = f", commit {entry.commit[:12]}" if entry.commit else ""
        yield f"left so by #{entry.serial} of {entry.actor or 'someone'}{when}{commit}"
    if drift.since is not None:
        yield f"Flyte Admin switched it on {drift.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if drift.origin is not None:
        yield f"declared in {drift.origin}"


def _changes(drift: Drift) -> Iterator[str]:
    for change in drift.changes:
        for depth, symbol, text in change_lines(change):
            yield f"{'  ' * depth}{symbol} {one_line(text)}"


def _hint(drift: Drift) -> str:
    return "; ".join((*notes(drift), WAYS_OUT[drift.kind]))


def _as_data(drift: Drift) -> documents.DriftItem:
    origin, entry = drift.origin, drift.entry
    return {
        **identity_as_data(drift.id),
        "drift": str(drift.kind),
        "message": drift.message,
        "left": drift.left or None,
        "live": drift.live or None,
        "wanted": drift.wanted or None,
        "changes": [change_as_data(change) for change in drift.changes],
        "origin": origin_as_data(origin.file, origin.line, origin.column) if origin else None,
        "since": _time(drift.since),
        "entry": None
        if entry is None
        else {
            "serial": entry.serial,
            "time": _time(entry.at),
            "actor": entry.actor or None,
            "commit": entry.commit or None,
        },
    }


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None


def drift_for_documents(report: DriftReport, reveal: Sequence[str]) -> DriftReport:
    """The report as artifacts and comments may hold it: without what tends to be secret."""
    plan = _as_plan(report)
    return _from_plan(report, veiled(plan, Masks.of(plan, reveal), for_document=True))


def _as_plan(report: DriftReport) -> Plan:
    """As a plan that changes what is live to what is declared: so it is masked as any plan is."""
    return Plan(
        tuple(
            Action(Verb.UPDATE, drift.id, Reason.DIFFERS, drift.message, drift.changes)
            for drift in report.drifts
        )
    )


def _from_plan(report: DriftReport, plan: Plan) -> DriftReport:
    drifts = (
        replace(drift, message=action.why, changes=action.changes)
        for drift, action in zip(report.drifts, plan.actions, strict=True)
    )
    return replace(report, drifts=tuple(drifts))
