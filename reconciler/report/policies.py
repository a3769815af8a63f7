"""What policies say of a plan, in each form; and the document that they are given to say it of."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.model import Plan, Policy, Ruling, Trial, Verdict
from reconciler.report.as_json import plan_as_data
from reconciler.report.diagnostics import FORMAT_VERSION, origin_as_data, to_json
from reconciler.report.documents import VerdictData
from reconciler.report.masking import Masks
from reconciler.report.style import Style, one_line
from reconciler.report.table import table

WORDS = {
    Ruling.DENY: "denied",
    Ruling.APPROVAL: "needs approval",
    Ruling.WARN: "warning",
}
_ORDER = tuple(WORDS)


def policy_document(
    plan: Plan, *, reveal: Sequence[str] = (), objects: bool = True
) -> dict[str, Any]:
    """What policies are given: what `plan --json` prints, and each step's `object` besides.

    Args:
        reveal: Paths of values that are shown although they tend to hold secrets.
        objects: Whether anybody asks for `object`, which takes most of the time; else it is null.

    Shape: `object` is the whole of what is to be there, as Flyte's own messages spell it in
        lowerCamelCase; null where nothing is, or where a step does not say it. Values that tend
        to be secret are masked in it as in all else.
    """
    masks = Masks.of(plan, reveal)
    document = plan_as_data(plan, reveal=reveal, masks=masks)
    for action, step in zip(plan, document["actions"], strict=True):
        known = objects and action.after is not None and action.after.spec is not None
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


def verdicts_as_json(verdicts: Sequence[Verdict]) -> str:
    """Shape: `type` "verdicts"; `refused`; `verdicts` as a plan's JSON has them."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "verdicts",
            "refused": any(one.refuses for one in verdicts),
            "verdicts": [verdict_as_data(one) for one in verdicts],
        }
    )


def verdicts_as_text(verdicts: Sequence[Verdict], *, color: bool = False) -> str:
    """A line for each, and their count; or that there are none."""
    style = Style(color)
    if not verdicts:
        return f"{style.bold(style.green('No policy has anything to say.'))}\n"
    lines = [*verdict_lines(verdicts, style), "", f"Policies: {counts_line(verdicts)}."]
    return "".join(f"{line}\n" for line in lines)


def policies_as_text(policies: Sequence[Policy], *, color: bool = False) -> str:
    """A table of policies: name, language, how grave, of what, where."""
    if not policies:
        return "There are no policies: `policies` of reconciler.yaml names them.\n"
    rows = [
        (
            one.name,
            "CEL" if one.engine == "cel" else "Rego",
            _grave(one),
            one.each if one.engine == "cel" else "",
            str(one.origin),
            one_line(one.description),
        )
        for one in policies
    ]
    return table(("name", "language", "ruling", "each", "where", "what for"), rows, color=color)


def policies_as_json(policies: Sequence[Policy]) -> str:
    """Shape: `type` "policies"; `policies`, each with name, engine, ruling (null where the rules
    of a Rego module say it), severity, params, timeout, exemptions and origin."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "policies",
            "policies": [
                {
                    "name": one.name,
                    "engine": one.engine,
                    "description": one.description or None,
                    "ruling": str(one.ruling) if one.engine == "cel" else None,
                    "severity": str(one.severity) if one.severity else None,
                    "params": dict(one.params),
                    "timeout": one.timeout,
                    "exemptions": [
                        {
                            "policy": each.policy,
                            "object": each.object,
                            "reason": each.reason,
                            "until": str(each.until) if each.until else None,
                        }
                        for each in one.exemptions
                    ],
                    "origin": origin_as_data(one.origin.file, one.origin.line, one.origin.column),
                }
                for one in policies
            ],
        }
    )


def trials_as_text(trials: Sequence[Trial], *, color: bool = False) -> str:
    """Each failed test with why, and how many passed."""
    style = Style(color)
    lines: list[str] = []
    failed = [one for one in trials if not one.passed]
    for one in failed:
        lines.append(
            f"{style.bold(str(one.origin))}: {style.bold(style.red('failed'))}: "
            f"{one_line(one.name)}"
        )
        lines += [f"    {one_line(problem)}" for problem in one.problems]
    total = f"{len(trials) - len(failed)} of {len(trials)} passed."
    paint = style.red if failed else style.green
    lines.append(style.bold(paint(total)))
    return "".join(f"{line}\n" for line in lines)


def trials_as_json(trials: Sequence[Trial]) -> str:
    """Shape: `type` "policy-tests"; `passed`, `failed` counts; `tests`, each with its problems."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "policy-tests",
            "passed": sum(one.passed for one in trials),
            "failed": sum(not one.passed for one in trials),
            "tests": [
                {
                    "name": one.name,
                    "passed": one.passed,
                    "problems": list(one.problems),
                    "origin": origin_as_data(one.origin.file, one.origin.line, one.origin.column),
                }
                for one in trials
            ],
        }
    )


def _grave(policy: Policy) -> str:
    if policy.severity is not None:
        return str(policy.severity)
    return str(policy.ruling) if policy.engine == "cel" else "by rule"
