"""Filters mean to Admin what they say, or are refused before it sees them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import flytekit.models.filters as flytekit_filters
import pytest
from flyteidl.core.execution_pb2 import WorkflowExecution
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.admin import AdminClient
from reconciler.admin.client import (
    Filter,
    Filters,
    contains,
    eq,
    gt,
    gte,
    lt,
    lte,
    ne,
    not_like,
    value_in,
    value_not_in,
)
from reconciler.admin.client.fields import (
    ACTIVE_LAUNCH_PLANS,
    EXECUTIONS,
    LAUNCH_PLANS,
    NAMED_ENTITIES,
    PROJECTS,
    TASK_EXECUTIONS,
    TASKS,
    Listing,
)
from reconciler.admin.client.filters import spell
from reconciler.errors import FilterError, ReconcilerError
from reconciler.sandbox.likes import like
from reconciler.sandbox.listing.columns import ENTITIES
from reconciler.sandbox.listing.filters import parse_filters
from tests.admin.client.conftest import PLACE, counts
from tests.sandbox.calls import Client

HARD = st.text(st.sampled_from("ab+;,()% _\\\n\té"), max_size=6)


def test_a_filter_is_written_as_admin_reads_it() -> None:
    """Each function, and several together."""
    assert spell(eq("name", "a"), TASKS) == "eq(name,a)"
    assert spell(ne("name", "a") & gt("id", 5), TASKS) == "ne(name,a)+gt(id,5)"
    both = gte("id", 1) & lt("id", 9) & lte("id", 8)
    assert spell(both, TASKS) == "gte(id,1)+lt(id,9)+lte(id,8)"
    assert spell(value_in("version", ["a", "b"]), TASKS) == "value_in(version,a;b)"
    assert spell([value_not_in("version", ("a",))], TASKS) == "value_not_in(version,a)"
    assert spell(not_like("name", ".flytegen%"), TASKS) == "not_like(name,.flytegen%)"
    assert spell(eq("workflow.name", "w"), LAUNCH_PLANS) == "eq(workflow.name,w)"
    assert str(eq("anything", "goes")) == str(Filters((eq("anything", "goes"),)))


def test_nothing_is_no_filter() -> None:
    """In whatever form it comes."""
    nothing: list[Any] = [None, "", [], Filters()]
    assert [spell(one, TASKS) for one in nothing] == [""] * 4


def test_admins_own_language_is_sent_as_it_is() -> None:
    """A text is a filter already, and joins others; flytekit's filters do as well."""
    assert spell("eq(name,a)+ne(version,b)", TASKS) == "eq(name,a)+ne(version,b)"
    assert spell("eq(name,a)" & eq("version", "b"), TASKS) == "eq(name,a)+eq(version,b)"
    assert spell(eq("version", "b") & "eq(name,a)", TASKS) == "eq(version,b)+eq(name,a)"
    assert spell("eq(name,a)" & (eq("id", 1) & gt("id", 0)), TASKS).startswith("eq(name,a)+eq")
    theirs = [flytekit_filters.Equal("name", "a"), flytekit_filters.ValueIn("version", ["b", "c"])]
    assert spell(theirs, TASKS) == "eq(name,a)+value_in(version,b;c)"
    assert spell(flytekit_filters.FilterList(theirs), TASKS) == spell(theirs, TASKS)


def test_values_are_spelled_as_the_column_holds_them() -> None:
    """Names of phases and states, times, durations, numbers."""
    cases: list[tuple[Filter, Listing, str]] = [
        (eq("phase", "failed"), EXECUTIONS, "eq(phase,FAILED)"),
        (eq("phase", WorkflowExecution.FAILED), EXECUTIONS, "eq(phase,FAILED)"),
        (eq("state", "ACTIVE"), LAUNCH_PLANS, "eq(state,1)"),
        (eq("state", 1), LAUNCH_PLANS, "eq(state,1)"),
        (eq("state", "ARCHIVED"), EXECUTIONS, "eq(state,1)"),
        (eq("state", "ACTIVE"), EXECUTIONS, "eq(state,0)"),
        (eq("state", "NAMED_ENTITY_ARCHIVED"), NAMED_ENTITIES, "eq(state,1)"),
        (value_in("state", ["ACTIVE", "ARCHIVED"]), PROJECTS, "value_in(state,0;1)"),
        (eq("mode", "SCHEDULED"), EXECUTIONS, "eq(mode,1)"),
        (gt("duration", timedelta(minutes=1.5)), EXECUTIONS, "gt(duration,90.000000s)"),
        (gt("duration", 90.5), EXECUTIONS, "gt(duration,90.5)"),
        (gt("duration", "1h"), EXECUTIONS, "gt(duration,1h)"),
        (eq("retry_attempt", 2), TASK_EXECUTIONS, "eq(retry_attempt,2)"),
    ]
    for one, listing, text in cases:
        assert spell(one, listing) == text


def test_a_time_is_told_in_utc() -> None:
    """An offset would be written with a plus, which ends the condition; no zone is no time."""
    east = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2025, 1, 1, 12, tzinfo=east)
    assert spell(gte("created_at", moment), TASKS) == "gte(created_at,2025-01-01T06:30:00Z)"
    with pytest.raises(FilterError, match="time zone"):
        spell(gte("created_at", datetime(2025, 1, 1)), TASKS)


@pytest.mark.parametrize(
    ("filters", "listing", "said"),
    [
        (eq("nmae", "a"), TASKS, "did you mean 'name'"),
        (eq("name", "a"), EXECUTIONS, "'execution_name'"),
        (eq("tags", "a"), EXECUTIONS, "'admin_tag.name'"),
        (eq("name", "a"), TASK_EXECUTIONS, "'task.name'"),
        (eq("workflow.name", "a"), TASKS, "the prefixes there are: task."),
        (eq("resource_type", 1), NAMED_ENTITIES, "argument of the list"),
        (eq("state", 1), ACTIVE_LAUNCH_PLANS, "takes no filters for active launch plans"),
        (Filter("like", "name", ("a",)), TASKS, "knows no filter 'like'; there are: contains"),
        (contains("id", "1"), TASKS, "contains is for texts"),
        (contains("closure", "1"), TASKS, "holds bytes"),
        (eq("phase", "DONE"), EXECUTIONS, "never 'DONE'; there are: UNDEFINED"),
        (eq("phase", 99), EXECUTIONS, "never 99"),
        (eq("id", "x"), TASKS, "whole numbers, not 'x'"),
        (eq("id", 1.5), TASKS, "whole numbers, not 1.5"),
        (eq("name", True), TASKS, "no column holds such values"),
        (eq("name", None), TASKS, "is there at all"),
        (gt("name", ""), TASKS, "an empty text"),
        (eq("name", "a+b"), TASKS, "contains '+'"),
        (eq("name", "a;b"), TASKS, "contains ';'"),
        (eq("name", "a,b"), TASKS, "contains ','"),
        (value_in("name", ["a;b"]), TASKS, "contains ';'"),
        (eq("created_at", "2025-01-01T00:00:00+01:00"), TASKS, "contains '+'"),
        (42, TASKS, "42 is no filter"),
    ],
)
def test_what_admin_cannot_be_asked_is_refused_here(
    filters: Any, listing: Listing, said: str
) -> None:
    """With what is wrong, and what to write instead; both kinds of error catch it."""
    with pytest.raises(FilterError) as caught:
        spell(filters, listing)
    assert said in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ReconcilerError)


def test_one_text_is_not_several_values() -> None:
    """Its letters are not meant; and none of no values is nothing to ask."""
    with pytest.raises(FilterError, match="is one"):
        value_in("name", "abc")
    with pytest.raises(FilterError, match="no value was given"):
        value_in("name", [])


@given(
    function=st.sampled_from([eq, ne, gt, lte, not_like]),
    value=HARD,
)
@settings(derandomize=True, max_examples=400, deadline=None)
def test_one_value_reaches_admin_as_it_was_or_not_at_all(function: Any, value: str) -> None:
    """Whatever characters are in it: Admin's own reading is the judge."""
    one = function("name", value)
    try:
        text = spell(one, TASKS)
    except FilterError:
        return
    (read,) = parse_filters(text, primary=ENTITIES["task"])
    assert (read.function, read.column.name) == (one.function, "name")
    assert set(read.values) == {value}


@given(values=st.lists(HARD, min_size=1, max_size=4))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_several_values_reach_admin_as_they_were_or_not_at_all(values: list[str]) -> None:
    """None splits, none is lost."""
    try:
        text = spell(value_in("name", values), TASKS)
    except FilterError:
        return
    (read,) = parse_filters(text, primary=ENTITIES["task"])
    assert set(read.values) == set(values)


@given(part=HARD, around=HARD, other=HARD)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_contains_takes_no_character_for_a_wild_one(part: str, around: str, other: str) -> None:
    """It matches what has the text in it, and nothing else."""
    try:
        text = spell(contains("name", part), TASKS)
    except FilterError:
        return
    (read,) = parse_filters(text, primary=ENTITIES["task"])
    pattern = f"%{read.values[0]}%".encode()
    for value in (around + part + other, around + other):
        assert like(value.encode(), pattern) is (part in value)


def test_admin_finds_what_was_meant(client: AdminClient, short: Client) -> None:
    """Names as odd as Admin takes them, asked for over the wire."""
    odd = ["odd_a", "oddXa", "odd (b)", " odd", "odd)", "odd%", "odd\\"]
    for name in odd:
        short.task(name)
    for name in odd:
        assert [row.id.name for row in client.iter_tasks(PLACE, filters=eq("name", name))] == [
            name
        ]
    found = client.iter_tasks(PLACE, filters=contains("name", "odd_"))
    assert [row.id.name for row in found] == ["odd_a"]
    found = client.iter_tasks(PLACE, filters=value_in("name", ["odd)", "odd%"]))
    assert {row.id.name for row in found} == {"odd)", "odd%"}
    assert list(client.iter_tasks(PLACE, filters=eq("short_description", "nothing"))) == []
    assert len(list(client.iter_tasks(PLACE, filters=eq("short_description", "")))) == len(odd)
    since = gte("created_at", datetime.now(UTC) - timedelta(hours=1))
    assert len(list(client.iter_tasks(PLACE, filters=since))) == len(odd)


def test_nothing_is_sent_for_a_filter_that_is_refused(client: AdminClient) -> None:
    """And the mistake shows where it was made, not when the first row is wanted."""
    with pytest.raises(FilterError):
        client.iter_tasks(PLACE, filters=eq("nmae", "a"))
    with pytest.raises(FilterError):
        client.list_executions_paginated(*PLACE, filters=eq("name", "a"))
    assert counts(client) == {}
