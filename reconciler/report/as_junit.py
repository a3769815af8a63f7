"""A plan, and what became of it, as JUnit XML: what test reporters of CI systems show.

A step is a test case. Of a plan what cannot be applied fails; of an apply what failed fails, and
what never started is skipped.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree

from reconciler.model import (
    ApplyReport,
    Diagnostic,
    Outcome,
    Plan,
    ResourceId,
    Status,
    Trial,
    Verdict,
)
from reconciler.report.as_text import plan_as_text
from reconciler.report.masking import Masks, veiled
from reconciler.report.words import WORDS, subject

# What XML 1.0 has no spelling for.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


Suite = ElementTree.Element
"""The cases of one section of a command."""


def suites_as_junit(suites: Iterable[Suite]) -> str:
    """Render suites as one document."""
    root = ElementTree.Element("testsuites")
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def plan_as_suite(plan: Plan, *, name: str = "plan", reveal: Sequence[str] = ()) -> Suite:
    """A plan: a case a step, a failure for each conflict and obstacle."""
    suite = _suite(name)
    for conflict in plan.conflicts:
        case = _case(suite, conflict.id)
        _add(case, "failure", str(conflict), kind="conflict")
    for obstacle in plan.obstacles:
        _problem(suite, obstacle)
    for verdict in plan.verdicts:
        _policy(suite, verdict)
    for action in plan:
        _add(_case(suite, action.id), "system-out", f"{action.verb}: {action.why}")
    text = plan_as_text(veiled(plan, Masks.of(plan, reveal), for_document=True))
    _add(suite, "system-out", text)
    return _counted(suite)


def report_as_suite(report: ApplyReport, *, name: str = "apply") -> Suite:
    """What an apply did: a case a step, with how long it took."""
    suite = _suite(name)
    for outcome in report.outcomes:
        case = _case(suite, outcome.action.id, seconds=outcome.seconds)
        kind, message = _verdict(outcome)
        if kind:
            _add(case, kind, message, kind=str(outcome.status))
        else:
            _add(case, "system-out", message)
    return _counted(suite)


def errors_as_suite(problems: Iterable[Diagnostic], *, name: str = "error") -> Suite:
    """Why there is no result: a failed case a problem."""
    return problems_as_suite(problems, name=name)


def problems_as_suite(problems: Iterable[Diagnostic], *, name: str, passed: str = "") -> Suite:
    """A failed case a problem; `passed` is the case that there is if there are none."""
    suite = _suite(name)
    for problem in problems:
        _problem(suite, problem)
    if passed and len(suite) == 0:
        ElementTree.SubElement(suite, "testcase", classname=_legal(name), name=passed)
    return _counted(suite)


def trials_as_suite(trials: Iterable[Trial], *, name: str = "policy test") -> Suite:
    """Tests of policies: a case each."""
    suite = _suite(name)
    for one in trials:
        case = ElementTree.SubElement(
            suite, "testcase", classname=_legal(one.origin.file), name=_legal(one.name)
        )
        if not one.passed:
            _add(case, "failure", "\n".join(one.problems), kind="policy")
    return _counted(suite)


def _verdict(outcome: Outcome) -> tuple[str, str]:
    """The element that tells of an end that is not a good one, and its message."""
    match outcome.status:
        case Status.DONE:
            past = WORDS[outcome.action.verb].past
            return "", "there already" if outcome.existed else past
        case Status.FAILED:
            message = outcome.message or (str(outcome.error) if outcome.error else "no message")
            return "failure", message
        case Status.BLOCKED:
            by = f" by {subject(outcome.blocked_by)}" if outcome.blocked_by else ""
            return "skipped", f"blocked{by}"
    return "skipped", outcome.message or "not started"


def _problem(suite: Suite, problem: Diagnostic) -> None:
    place = str(problem.origin) if problem.origin else problem.code
    case = ElementTree.SubElement(suite, "testcase", classname=problem.code, name=_legal(place))
    hint = f"; {problem.hint}" if problem.hint else ""
    _add(case, "failure", f"{problem.message}{hint}", kind=problem.code)


def _policy(suite: Suite, verdict: Verdict) -> None:
    """Only what denies fails: what is to be approved or known of keeps no pipeline from going."""
    from reconciler.report.policies import said

    place = str(verdict.origin) if verdict.origin else "plan"
    case = ElementTree.SubElement(
        suite, "testcase", classname=_legal(f"policy.{verdict.policy}"), name=_legal(place)
    )
    if verdict.refuses:
        _add(case, "failure", said(verdict), kind=str(verdict.ruling))
    elif verdict.excused:
        _add(case, "skipped", said(verdict), kind="exempt")
    else:
        _add(case, "system-out", f"{verdict.ruling}: {said(verdict)}")


def _suite(name: str) -> Suite:
    return ElementTree.Element("testsuite", name=_legal(name))


def _case(suite: Suite, id: ResourceId, *, seconds: float = 0.0) -> Suite:
    place = ".".join(part for part in (id.project, id.domain) if part)
    return ElementTree.SubElement(
        suite,
        "testcase",
        classname=_legal(f"{place}.{id.kind.slug}"),
        name=_legal(subject(id)),
        time=f"{seconds:.3f}",
    )


def _add(parent: ElementTree.Element, tag: str, text: str, *, kind: str = "") -> None:
    element = ElementTree.SubElement(parent, tag)
    if tag in ("failure", "skipped"):
        element.set("message", _legal(text.splitlines()[0] if text else ""))
        element.set("type", kind)
    element.text = _legal(text)


def _counted(suite: Suite) -> Suite:
    cases = list(suite.iter("testcase"))
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(_count(cases, "failure")))
    suite.set("skipped", str(_count(cases, "skipped")))
    suite.set("errors", "0")
    suite.set("time", f"{sum(_seconds(cases)):.3f}")
    return suite


def _count(cases: Iterable[ElementTree.Element], tag: str) -> int:
    return sum(case.find(tag) is not None for case in cases)


def _seconds(cases: Iterable[ElementTree.Element]) -> Iterator[float]:
    return (float(case.get("time", "0")) for case in cases)


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
