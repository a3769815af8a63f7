"""What policies say, in each form."""

from reconciler.model import Origin, Plan, Ruling, Verdict
from reconciler.report import (
    plan_as_json,
    plan_as_markdown,
    plan_as_suite,
    plan_as_text,
    suites_as_junit,
    verdicts_as_text,
)

AT = Origin("etl.yaml", 7, 3)
VERDICTS = (
    Verdict("later", Ruling.WARN, "think of it"),
    Verdict("old", Ruling.DENY, "no", address="task:p/d/a@1", excused="legacy (w.yaml:3)"),
    Verdict("mine", Ruling.APPROVAL, "ask", address="task:p/d/b@1", origin=AT),
    Verdict("never", Ruling.DENY, "no <b>way</b>", address="task:p/d/c@1", origin=AT),
)
PLAN = Plan((), verdicts=VERDICTS)


def test_the_gravest_is_told_first_and_what_is_exempt_last() -> None:
    """With place, object and policy; an approval with the flag that gives it."""
    assert verdicts_as_text(VERDICTS).splitlines() == [
        "etl.yaml:7:3: denied: task:p/d/c: no <b>way</b> [never]",
        "etl.yaml:7:3: needs approval: task:p/d/b: ask (apply --approve mine) [mine]",
        "warning: think of it [later]",
        "exempt: task:p/d/a: no (exempt: legacy (w.yaml:3)) [old]",
        "",
        "Policies: 1 denied, 1 needs approval, 1 warning, 1 exempt.",
    ]
    assert "Policies:\netl.yaml:7:3: denied" in plan_as_text(PLAN)


def test_a_comment_holds_no_markup_of_policies() -> None:
    """What they say is text, whatever they say."""
    (page,) = plan_as_markdown(PLAN)

    assert "**Policies: 1 denied, 1 needs approval, 1 warning, 1 exempt**" in page
    assert "<b>" not in page
    assert page.index("CAUTION") < page.index("IMPORTANT") < page.index("WARNING")


def test_only_what_denies_fails_in_junit() -> None:
    """What is exempt was skipped, the rest passed."""
    xml = suites_as_junit([plan_as_suite(PLAN)])

    assert 'tests="4" failures="1" skipped="1"' in xml


def test_plans_without_policies_say_nothing_of_them() -> None:
    """Neither in JSON nor in text."""
    assert "verdicts" not in plan_as_json(Plan(()))
    assert "Policies" not in plan_as_text(Plan(()))
