"""What an activation stores."""

from dataclasses import asdict

import pytest
from flyteidl.admin import schedule_pb2
from google.protobuf.json_format import ParseDict

from reconciler.sandbox.scheduler import UnknownScheduleError, columns_of, is_empty
from tests.sandbox.scheduler.fakes import Case, a_row, recorded


@pytest.mark.parametrize("case", recorded("activate"), ids=lambda case: case["class"])
def test_rows_are_as_recorded(case: Case) -> None:
    """The columns, or why there is no row."""
    schedule = ParseDict(case["input"]["schedule"], schedule_pb2.Schedule())
    try:
        seen: Case = {"row": asdict(columns_of(schedule)) | {"active": True}}
    except UnknownScheduleError as exc:
        seen = {"error": str(exc)}

    assert seen == case["answer"]


@pytest.mark.parametrize(
    ("given", "empty"),
    [
        ({}, True),
        ({"cron_schedule": {"offset": "PT1H"}}, True),
        ({"rate": {"unit": "DAY"}}, True),
        ({"rate": {"value": 1}}, False),
        ({"cron_expression": "x"}, False),
        ({"cron_schedule": {"schedule": "x"}}, False),
    ],
)
def test_an_empty_schedule_is_left_alone(given: Case, empty: bool) -> None:
    """A rate of 0 counts as none."""
    assert is_empty(ParseDict(given, schedule_pb2.Schedule())) is empty


def test_a_text_wins_over_a_rate() -> None:
    """A row may hold both."""
    assert a_row(cron_expression="@daily", fixed_rate_value=5).schedule().text == "@daily"
    assert a_row(fixed_rate_value=5).schedule().text == "rate(5 MINUTE)"
