"""The schemas of documents: fresh, valid, and at one with what is printed."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.model import Diagnostic, Plan
from reconciler.report import (
    document_schemas,
    errors_as_json,
    plan_as_json,
    report_as_json,
)
from tests.builders import a_plan, a_report, a_warning, blocked, done, failed, skipped
from tests.planfile.filled import filled
from tests.report import test_events
from tests.report.test_plans import CASES

SCHEMAS = Path(__file__).parent.parent.parent / "schemas"


def check(document: Any, name: str) -> None:
    schema = json.loads(document_schemas()[name])
    Draft202012Validator(schema).validate(document)


def test_no_schema_is_stale() -> None:
    """`reconciler schema --write schemas` writes them anew."""
    for name, text in document_schemas().items():
        assert (SCHEMAS / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", document_schemas())
def test_schemas_are_schemas(name: str) -> None:
    """By the rules of their dialect; every object says what it is."""
    schema = json.loads(document_schemas()[name])

    Draft202012Validator.check_schema(schema)
    assert all(one["description"] for one in schema["$defs"].values())


@pytest.mark.parametrize("case", CASES)
def test_plans_are_as_the_schema_says(case: str) -> None:
    """Every case that is rendered anywhere."""
    check(json.loads(plan_as_json(CASES[case])), "plan.json")


def test_a_plan_with_something_everywhere_is_as_the_schema_says() -> None:
    """Made from the model's annotations, so that a new field is in it."""
    plan = filled(Plan)

    document = json.loads(plan_as_json(plan))

    check(document, "plan.json")
    assert all(document[key] for key in ("effects", "actions", "warnings"))


def test_applies_are_as_the_schema_says() -> None:
    """However they ended."""
    task, workflow, launch_plan, switch = a_plan().actions
    ends = (done(task), failed(workflow), blocked(launch_plan, workflow), skipped(switch))

    document = json.loads(report_as_json(a_plan(), a_report(*ends, interrupted=True)))

    check(document, "apply.json")


def test_events_are_as_the_schema_says() -> None:
    """Each line, results and errors included."""
    for line in (*test_events.told(), *test_events.told(report=False)):
        check(line, "event.json")
    check(json.loads(errors_as_json([a_warning(), Diagnostic("x", "y")])), "event.json")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plan: plan.pop("effects"),
        lambda plan: plan.update(type="apply"),
        lambda plan: plan["actions"][0].update(why=None),
        lambda plan: plan["effects"][0]["parts"][0].pop("compared"),
        lambda plan: plan["effects"][0].update(switches="yes"),
    ],
)
def test_what_is_no_plan_is_refused(spoil: Any) -> None:
    """So that the schema says something."""
    document = json.loads(plan_as_json(CASES["a-switch-says-what-will-be-different"]))
    spoil(document)

    schema = json.loads(document_schemas()["plan.json"])

    assert not Draft202012Validator(schema).is_valid(document)


def test_what_a_newer_version_adds_is_no_error() -> None:
    """Minor versions only add."""
    document = json.loads(plan_as_json(a_plan())) | {"later": 1}

    check(document, "plan.json")
