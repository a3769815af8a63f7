"""One execution is asked for, until it is settled."""

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from reconciler.cron import from_rfc3339
from reconciler.sandbox.scheduler import ExecutionRefused, attempts, execution_request
from reconciler.sandbox.scheduler.calls import Limiter
from tests.sandbox.scheduler.fakes import Case, a_row, recorded


@pytest.mark.parametrize("case", recorded("kickoff"), ids=lambda case: case["class"])
def test_calls_are_as_recorded(case: Case) -> None:
    """The request, how often it was made, and the error that was left."""
    given = case["input"]
    row = a_row(
        cron_expression=given.get("cron", ""),
        fixed_rate_value=given.get("value", 0),
        **{
            key: given[key]
            for key in (
                "project",
                "domain",
                "name",
                "version",
                "unit",
                "active",
                "kickoff_time_input_arg",
            )
            if key in given
        },
    )
    answers = iter(given.get("admin", []))
    requests: list[Any] = []

    def create(request: Any) -> None:
        requests.append(MessageToDict(request, preserving_proto_field_name=True))
        answer = next(answers, {"code": "OK"})
        if answer["code"] != "OK":
            raise ExecutionRefused(
                answer["code"], answer["message"], inactive_project="inactive_project" in answer
            )

    refused = _finish(attempts(row, from_rfc3339(given["scheduled_time"]), create))

    seen: Case = {"calls": len(requests), "error": None if refused is None else str(refused)}
    if requests:
        seen["request"] = requests[0]
        assert all(request == requests[0] for request in requests)
    assert seen == case["answer"]


def _finish(calls: Any) -> ExecutionRefused | None:
    while True:
        try:
            next(calls)
        except StopIteration as end:
            refused: ExecutionRefused | None = end.value
            return refused


def test_pauses_double_from_three_microseconds() -> None:
    """Twenty-nine of them, so that the last attempt comes after 27 minutes."""

    def refuse(request: Any) -> None:
        raise ExecutionRefused("NOT_FOUND", "no such launch plan")

    pauses = list(attempts(a_row(fixed_rate_value=1), 0, refuse))

    assert pauses == [3000 * 2**n for n in range(29)]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("INVALID_ARGUMENT", "rpc error: code = InvalidArgument desc = m"),
        ("CANCELLED", "rpc error: code = Canceled desc = m"),
    ],
)
def test_a_refusal_reads_as_in_go(code: str, text: str) -> None:
    """The scheduler's log quotes it so."""
    assert str(ExecutionRefused(code, "m")) == text


def test_a_request_before_1970_has_positive_nanoseconds() -> None:
    """As protobuf wants them."""
    request = execution_request(a_row(cron_expression="@daily"), -1)

    assert request.spec.metadata.scheduled_at.seconds == -1
    assert request.spec.metadata.scheduled_at.nanos == 999_999_999


def test_a_pause_fills_the_burst_again() -> None:
    """Never above it."""
    limiter = Limiter(tps=10, burst=2)
    tenth = 100_000_000

    assert [limiter.reserve(0) for _ in range(4)] == [0, 0, tenth, 2 * tenth]
    assert [limiter.reserve(100 * tenth) for _ in range(3)] == [
        100 * tenth,
        100 * tenth,
        101 * tenth,
    ]
