"""What policies say of a plan, in each form; and the document that they are given to say it of."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.model import Plan, Ruling, Verdict
from reconciler.report.as_json import plan_as_data
from reconciler.report.diagnostics import origin_as_data
from reconciler.report.documents import VerdictData
from reconciler.report.masking import Masks
from reconciler.report.style import Style, one_line

WORDS = {
    Ruling.DENY: "denied",
    Ruling.APPROVAL: "needs approval",
    Ruling.WARN: "warning",
}
_ORDER = tuple(WORDS)


def policy_document(plan: Plan, *, reveal: Sequence[str] = ()) -> dict[str, Any]:
    """What policies are given: what `plan --json` prints, and each step's `object` besides.

    Shape: `object` is the whole of what is to be there, as Flyte's own messages spell it in
        lowerCamelCase; null where nothing is, or where a step does not say it. Values that tend
        to be secret are masked in it as in all else.
    """
    masks = Masks.of(plan, reveal)
    document = plan_as_data(plan, reveal=reveal, masks=masks)
    for action, step in zip(plan, document["actions"], strict=True):
        known = action.after is not None and action.after.spec is not None
        step["object"] = masks.document(action.after.canonical) if known and action.after else None
    return document


def verdict_as_data(verdict: Verdict) -> VerdictData:
    """One verdict as plain JSON."""
    origin, source = verdict.origin, verdict.source
    return {
        "policy": verdict.policy,
        "ruling": verdict.ruling.value,
        "message": verdict.message,
        "object": verdict.address or None,
        "broken": verdict.broken,
        "excused": verdict.excused or None,
        "origin": origin_as_data(origin.file, origin.line, origin.column) if origin else None,
        "source": origin_as_data(source.file, source.line, source.column) if source else None,
    }


def ordered(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """The gravest first, what does not count last; else as they are."""
    return sorted(verdicts, key=lambda one: (not one.counts, _ORDER.index(one.ruling)))


def verdict_lines(verdicts: Sequence[Verdict], style: Style) -> Iterator[str]:
    """A line for each, as problems are told: `file:line:column: denied: message [policy]`."""
    for one in ordered(verdicts):
        place = f"{style.bold(one_line(str(one.origin)))}: " if one.origin else ""
        text = f"{_word(one, style)}: {one_line(said(one))}"
        yield f"{place}{text} {style.dim(f'[{one_line(one.policy)}]')}"


def said(verdict: Verdict) -> str:
    """What is said, of what, and why it does not count."""
    text = verdict.message
    # Which version it is nobody has to read: it is the one of this plan.
    what = verdict.address.rpartition("@")[0] or verdict.address
    if what and what not in text:
        text = f"{what}: {text}"
    if verdict.excused:
        text = f"{text} (exempt: {verdict.excused})"
    if verdict.counts and verdict.ruling is Ruling.APPROVAL:
        text = f"{text} (apply --approve {verdict.policy})"
    return text


def verdict_text(verdict: Verdict) -> str:
    """The same on one line of a document, with place and policy."""
    place = f"{verdict.origin}: " if verdict.origin else ""
    return f"{place}{said(verdict)} [{verdict.policy}]"


def counts_line(verdicts: Sequence[Verdict]) -> str:
    """`2 denied, 1 needs approval, 1 exempt`"""
    numbers = [
        (sum(one.counts and one.ruling is ruling for one in verdicts), word)
        for ruling, word in WORDS.items()
    ]
    numbers.append((sum(not one.counts for one in verdicts), "exempt"))
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def _word(verdict: Verdict, style: Style) -> str:
    if verdict.excused:
        return style.dim("exempt")
    paint = style.red if verdict.refuses else style.yellow
    return style.bold(paint(WORDS[verdict.ruling]))
