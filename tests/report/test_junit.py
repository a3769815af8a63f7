"""What CI systems show as tests."""

from xml.etree import ElementTree

from reconciler.model import Conflict, Diagnostic, Plan
from reconciler.report import errors_as_suite, plan_as_suite, report_as_suite, suites_as_junit
from tests.builders import (
    a_plan,
    a_report,
    a_warning,
    an_error,
    an_id,
    blocked,
    done,
    failed,
    skipped,
)


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode())


def test_an_apply_is_a_case_a_step() -> None:
    """What failed fails, what never started is skipped; seconds are told."""
    task, workflow, launch_plan, switch = a_plan().actions
    report = a_report(
        done(task), failed(workflow), blocked(launch_plan, workflow), skipped(switch)
    )

    (suite,) = parsed(suites_as_junit([report_as_suite(report)]))

    assert {key: suite.get(key) for key in ("tests", "failures", "skipped", "time")} == {
        "tests": "4",
        "failures": "1",
        "skipped": "2",
        "time": "1.700",
    }
    cases = suite.findall("testcase")
    assert cases[0].get("name") == "task flytesnacks/development/etl.extract@v1"
    assert cases[0].get("classname") == "flytesnacks.development.task"
    failure = cases[1].find("failure")
    assert failure is not None
    assert failure.get("message") == "CreateTask: INTERNAL: out of order"


def test_a_plan_fails_for_what_stands_in_its_way() -> None:
    """Conflicts and obstacles; changes are no failures."""
    plan = Plan(
        a_plan().actions,
        conflicts=(Conflict(an_id(name="etl.load"), ()),),
        obstacles=(Diagnostic("image-not-built", "not known"),),
        warnings=(a_warning(),),
    )

    (suite,) = parsed(suites_as_junit([plan_as_suite(plan)]))

    assert (suite.get("tests"), suite.get("failures")) == ("6", "2")
    out = suite.findtext("system-out") or ""
    assert out.rstrip().endswith("1 in conflict.")


def test_sections_are_suites_of_one_document() -> None:
    """With a name each."""
    document = parsed(
        suites_as_junit(
            [plan_as_suite(a_plan(), name="dev"), errors_as_suite([an_error()], name="prod")]
        )
    )

    assert [suite.get("name") for suite in document] == ["dev", "prod"]
    assert document[1].get("failures") == "1"


def test_what_xml_has_no_letter_for_is_spelt() -> None:
    """A control character in a message makes no document unreadable."""
    text = suites_as_junit([errors_as_suite([an_error("a\x1b[2J\x00b")])])

    assert "a\\u001b[2J\\u0000b" in text
    parsed(text)
