"""What an apply did: failures first, what they held up, then the count and how to go on."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.model import ApplyReport, Outcome, ResourceId, Status, Verb
from reconciler.report.style import Style, one_line, printable
from reconciler.report.words import ALWAYS_COUNTED, WORDS, subject

_LISTED = 10  # blocked actions named one by one under a failure; more are only counted


def report_as_text(report: ApplyReport, *, color: bool = False) -> str:
    """Render an apply's end.

    Shape: a block for each failure, naming what it blocked; one line that starts with
        `Apply complete!`, `Apply incomplete:` or `Apply interrupted:`; unless complete, a last
        line that says how to go on.
    """
    style = Style(color)
    lines: list[str] = []
    blocked = _by_cause(report)
    for outcome in report.outcomes:
        if outcome.status is Status.FAILED:
            lines += _failure(outcome, blocked.get(outcome.action.id, ()), style)
    if report.succeeded:
        lines.append(style.bold(style.green("Apply complete!")) + f" {_resources(report)}")
    else:
        lines += _incomplete(report, style)
    return "\n".join(lines) + "\n"


def outcome_line(outcome: Outcome, *, color: bool = False) -> str:
    """Render one finished action as progress shows it: `task x: registered after 0.2 s`."""
    style = Style(color)
    name = style.bold(one_line(subject(outcome.action.id)))
    words = WORDS[outcome.action.verb]
    match outcome.status:
        case Status.DONE if outcome.existed:
            return f"{name}: {style.green('there already')}"
        case Status.DONE:
            return f"{name}: {style.green(words.past)}{_after(outcome.seconds)}"
        case Status.FAILED:
            return f"{name}: {style.red('failed')} {words.doing}: {one_line(_cause(outcome))}"
        case Status.BLOCKED:
            by = f" by {subject(outcome.blocked_by)}" if outcome.blocked_by else ""
            return f"{name}: {style.yellow('blocked')}{one_line(by)}"
        case Status.SKIPPED:
            return f"{name}: {style.yellow('skipped')}"


def _after(seconds: float) -> str:
    # What took no time worth a word gets none.
    return f" after {seconds:.1f} s" if seconds >= 0.1 else ""


def _by_cause(report: ApplyReport) -> dict[ResourceId, list[Outcome]]:
    """Blocked outcomes under the failure at the root of each."""
    by_id = {outcome.action.id: outcome for outcome in report.outcomes}
    causes: dict[ResourceId, list[Outcome]] = defaultdict(list)
    for outcome in report.outcomes:
        cause = outcome.blocked_by
        seen = set()
        while cause and cause not in seen and cause in by_id and by_id[cause].blocked_by:
            seen.add(cause)
            cause = by_id[cause].blocked_by
        if cause:
            causes[cause].append(outcome)
    return causes


def _failure(outcome: Outcome, blocked: Sequence[Outcome], style: Style) -> Iterator[str]:
    doing = WORDS[outcome.action.verb].doing
    title = f"{subject(outcome.action.id)} failed {doing}"
    yield f"{style.bold(style.red('Error:'))} {style.bold(one_line(title))}"
    for line in printable(_cause(outcome)).splitlines():
        yield f"  {line}"
    if outcome.applied:
        yield "  Flyte Admin took the write, but reading it back did not show it."
    if blocked:
        yield f"  It held up {len(blocked)} more:"
        for other in blocked[:_LISTED]:
            words = WORDS[other.action.verb]
            yield f"    {subject(other.action.id)}, not {words.past}"
        if len(blocked) > _LISTED:
            yield f"    … and {len(blocked) - _LISTED} more"
    yield ""


def _incomplete(report: ApplyReport, style: Style) -> Iterator[str]:
    counts = report.counts()
    word = "Apply interrupted:" if report.interrupted else "Apply incomplete:"
    parts = [
        f"{counts[status]} {status}"
        for status in Status
        if counts[status] or status in (Status.DONE, Status.FAILED)
    ]
    yield f"{style.bold(style.red(word))} {', '.join(parts)}. {_resources(report)}"
    again = "run apply again: it goes on where this one stopped"
    yield f"To go on, {again}." if report.interrupted else f"Mend the cause and {again}."


def _resources(report: ApplyReport) -> str:
    done = [outcome for outcome in report.outcomes if outcome.status is Status.DONE]
    counts = {verb: sum(o.action.verb is verb and not o.existed for o in done) for verb in Verb}
    parts = [
        f"{counts[verb]} {words.past}"
        for verb, words in WORDS.items()
        if counts[verb] or verb in ALWAYS_COUNTED
    ]
    existed = sum(outcome.existed for outcome in done)
    if existed:
        parts.append(f"{existed} there already")
    return f"Resources: {', '.join(parts)}."


def _cause(outcome: Outcome) -> str:
    return outcome.message or (str(outcome.error) if outcome.error else "no message")
