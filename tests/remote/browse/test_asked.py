"""Filters as people write them, and as Admin reads them."""

from collections.abc import Mapping

import pytest

from reconciler.admin import Filters
from reconciler.remote.browse.asked import ATTEMPTS, EXECUTIONS, LAUNCH_PLANS, PROJECTS, Asked


def spelled(asked: Asked, columns: Mapping[str, str]) -> str:
    """As Admin reads it; what words mean in a list the list knows."""
    return str(Filters((*asked.conditions(columns),)))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("name=etl.daily", "eq(name,etl.daily)"),
        ("name != etl.daily", "ne(name,etl.daily)"),
        ("version~2026", "contains(version,2026)"),
        ("name contains etl", "contains(name,etl)"),
        ("created_at>=2026-01-01", "gte(created_at,2026-01-01)"),
        ("name in a,b", "value_in(name,a;b)"),
        ("name in (a; b)", "value_in(name,a;b)"),
        ("name not in a", "value_not_in(name,a)"),
        ("state=active", "eq(state,active)"),
        ("workflow=etl", "eq(workflow.name,etl)"),
        ("eq(workflow.name,etl)", "eq(workflow.name,etl)"),
        ("name=a=b", "eq(name,a=b)"),
    ],
)
def test_filters_of_launch_plans(written: str, sent: str) -> None:
    """Admin's own spelling passes as it is."""
    assert spelled(Asked((written,)), LAUNCH_PLANS) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("name=x", "eq(execution_name,x)"),
        ("phase=failed", "eq(phase,failed)"),
        ("phase in failed,aborted", "value_in(phase,failed;aborted)"),
        ("launch_plan=etl", "eq(launch_plan.name,etl)"),
        ("created_at<2026-01-01", "lt(execution_created_at,2026-01-01)"),
        ("state=archived", "eq(state,archived)"),
        ("duration>90", "gt(duration,90)"),
    ],
)
def test_filters_of_executions(written: str, sent: str) -> None:
    """Their columns have other names than their messages' fields; nobody has to know."""
    assert spelled(Asked((written,)), EXECUTIONS) == sent


def test_several_must_all_hold() -> None:
    """They are one text."""
    asked = Asked(("name=a", "phase=RUNNING"))

    assert spelled(asked, EXECUTIONS) == "eq(execution_name,a)+eq(phase,RUNNING)"


@pytest.mark.parametrize(
    "written", ["", "name", "name=", "name in ", "=x", "name=a+b", "name=a;b", "a=\n"]
)
def test_what_is_no_filter_is_refused(written: str) -> None:
    """Also what Admin's grammar cannot carry: it has no way to quote."""
    with pytest.raises(ValueError):
        spelled(Asked((written,)), EXECUTIONS)


@pytest.mark.parametrize(
    ("columns", "sort", "key", "descending"),
    [
        (EXECUTIONS, "", "execution_created_at", True),
        (EXECUTIONS, "duration", "duration", False),
        (PROJECTS, "-id", "identifier", True),
        (ATTEMPTS, "attempt", "retry_attempt", False),
    ],
)
def test_order(columns: dict[str, str], sort: str, key: str, descending: bool) -> None:
    """A minus is the greatest first; without a wish the list has its own."""
    found = Asked(sort=sort).order(columns, "-created_at")

    assert (found.key, found.descending) == (key, descending)
