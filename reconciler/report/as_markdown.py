"""A plan, and what became of it, as comments on a forge: the summary first, details folded.

Comments are read by many, so values are masked as in other documents.
"""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.model import (
    ApplyReport,
    Diagnostic,
    Effect,
    Outcome,
    Plan,
    Ruling,
    Status,
    Verdict,
)
from reconciler.report.as_text import nothing, summary
from reconciler.report.blocks import (
    LIMITS,
    Block,
    code,
    documents,
    folded,
    paragraph,
    plain,
    table,
)
from reconciler.report.effects import effect_sections, headline
from reconciler.report.facts import short_version
from reconciler.report.masking import Masks, veiled
from reconciler.report.style import one_line
from reconciler.report.view import Line, Section, conflict_section, sections
from reconciler.report.words import WORDS, Symbol, subject

MARKER = "<!-- reconciler -->"
"""The first line of every document: by it the comment of an earlier run is found again."""

# What a diff fence colours.
_MARKS = {
    Symbol.ADD: "+",
    Symbol.REMOVE: "-",
    Symbol.CHANGE: "!",
}

# How a forge draws what policies say.
_ALERTS = {Ruling.DENY: "CAUTION", Ruling.APPROVAL: "IMPORTANT", Ruling.WARN: "WARNING"}


def plan_as_markdown(
    plan: Plan,
    *,
    title: str = "Plan",
    limit: int | None = LIMITS["github"],
    most: int | None = None,
    reveal: Sequence[str] = (),
) -> tuple[str, ...]:
    """Render a plan as one comment, or as several if it is too long for one.

    Args:
        title: The heading of each; plain text.
        limit: Bytes of a comment; None for a single one, however long.
        most: How many comments there may be; what is left out is said in the first.
        reveal: Paths of values that are shown although they tend to hold secrets.

    Shape: heading, summary, what stands in the way, a table of launch plans that change, and
        folded below it what changes and what is done.
    """
    plan = veiled(plan, Masks.of(plan, reveal), for_document=True)
    return documents(_plan(plan), limit=limit, head=_head(title), most=most)


def report_as_markdown(
    plan: Plan,
    report: ApplyReport,
    *,
    title: str = "Apply",
    limit: int | None = LIMITS["github"],
    most: int | None = None,
    reveal: Sequence[str] = (),
) -> tuple[str, ...]:
    """Render what an apply did: failures first, then every step, folded, and the plan."""
    plan = veiled(plan, Masks.of(plan, reveal), for_document=True)
    blocks = [*_report(report), *_plan(plan)]
    return documents(blocks, limit=limit, head=_head(title), most=most)


def errors_as_markdown(
    problems: Sequence[Diagnostic],
    *,
    title: str = "Error",
    limit: int | None = LIMITS["github"],
) -> tuple[str, ...]:
    """Render why there is no result."""
    blocks = [*_alerts("CAUTION", map(_said, problems))]
    return documents(blocks, limit=limit, head=_head(title))


def _head(title: str) -> str:
    return f"{MARKER}\n## {plain(title)}\n\n"


def _plan(plan: Plan) -> Iterator[Block]:
    if plan.is_empty:
        yield paragraph(f"**{nothing(plan)}**")
    else:
        yield paragraph(f"**Plan: {summary(plan)}**")
    yield from _alerts("CAUTION", [str(conflict) for conflict in plan.conflicts])
    yield from _alerts("WARNING", map(_said, plan.obstacles))
    if plan.verdicts:
        yield from _verdicts(plan.verdicts)
    yield from _alerts("NOTE", map(_said, plan.warnings))
    changing = [effect for effect in plan.effects if effect.active_before and effect.active_after]
    if changing:
        headings = ("launch plan", "active now", "will be", "what changes")
        ordered = sorted(changing, key=lambda effect: not effect.breaks)
        yield table(headings, (_row(effect) for effect in ordered))
    yield from (_section(section) for section in effect_sections(plan))
    yield from (_section(section) for section in sections(plan))
    yield from (_section(conflict_section(conflict)) for conflict in plan.conflicts)


def _verdicts(verdicts: Sequence[Verdict]) -> Iterator[Block]:
    """What refuses, what waits for somebody and what is told, each apart; exemptions folded."""
    from reconciler.report.policies import counts_line, verdict_text

    yield paragraph(f"**Policies: {counts_line(verdicts)}**")
    counting = [one for one in verdicts if one.counts]
    for ruling, kind in _ALERTS.items():
        yield from _alerts(kind, (verdict_text(one) for one in counting if one.ruling is ruling))
    excused = [verdict_text(one) for one in verdicts if not one.counts]
    if excused:
        yield folded("exempt from policies", [one_line(text) for text in excused])


def _report(report: ApplyReport) -> Iterator[Block]:
    counts = report.counts()
    said = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
    word = "complete" if report.succeeded else "incomplete"
    if report.interrupted:
        word = "interrupted"
    yield paragraph(f"**Apply {word}: {said or 'nothing to do'}.**")
    failed = [one for one in report.outcomes if one.status is Status.FAILED]
    yield from _alerts("CAUTION", (f"{_name(one)}: {_cause(one)}" for one in failed))
    if report.outcomes:
        yield folded("every step", (_outcome(one) for one in report.outcomes))


def _alerts(kind: str, messages: Iterable[str]) -> Iterator[Block]:
    lines = tuple(f"> - {plain(message)}\n" for message in messages)
    if lines:
        yield Block(lines, f"> [!{kind}]\n", "\n")


def _said(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.origin}: " if diagnostic.origin else ""
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return f"{place}{diagnostic.message}{hint} [{diagnostic.code}]"


def _row(effect: Effect) -> tuple[str, str, str, str]:
    before = " and ".join(code(short_version(version)) for version in effect.active_before)
    after = code(short_version(effect.active_after))
    if not effect.switches:
        after = f"{after} (not activated)"
    return code(effect.id.path), before, after, plain(headline(effect))


def _section(section: Section) -> Block:
    notes = [f"# {one_line(note)}" for note in section.notes]
    return folded(plain(section.title), [*notes, *map(_line, section.lines)])


def _line(line: Line) -> str:
    mark = _MARKS.get(line.symbol, " ")
    return f"{mark} {'    ' * line.depth}{one_line(line.text)}".rstrip()


def _outcome(outcome: Outcome) -> str:
    match outcome.status:
        case Status.DONE:
            said = "there already" if outcome.existed else WORDS[outcome.action.verb].past
            return f"+ {_name(outcome)}: {said}"
        case Status.FAILED:
            return f"- {_name(outcome)}: {one_line(_cause(outcome))}"
        case Status.BLOCKED:
            by = f" by {subject(outcome.blocked_by)}" if outcome.blocked_by else ""
            return f"! {_name(outcome)}: blocked{by}"
    return f"! {_name(outcome)}: {outcome.status}"


def _name(outcome: Outcome) -> str:
    return one_line(subject(outcome.action.id))


def _cause(outcome: Outcome) -> str:
    return outcome.message or (str(outcome.error) if outcome.error else "no message")
