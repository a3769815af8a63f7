"""Names that follow from a launch plan and a time."""

import pytest

from reconciler.cron import execution_name, execution_uuid, from_rfc3339, schedule_key
from tests.cron.recorded import Case, by_class, differences


@pytest.mark.parametrize("cases", by_class("names"))
def test_names_are_as_recorded(cases: list[Case]) -> None:
    """Execution, the UUID it is cut from, and the scheduler's key."""
    assert differences(cases, [_play(case["input"]) for case in cases]) == []


def _play(given: Case) -> Case:
    plan = {part: given[part] for part in ("project", "domain", "name", "version")}
    instant = from_rfc3339(given["time"])
    return {
        "execution": execution_name(**plan, instant=instant),
        "uuid": execution_uuid(**plan, instant=instant),
        "schedule": str(schedule_key(**plan)),
    }


def test_parts_are_joined_without_escaping() -> None:
    """So two launch plans can share their names, in Admin as here."""
    one = execution_name(project="a:b", domain="c", name="n", version="v", instant=0)
    other = execution_name(project="a", domain="b:c", name="n", version="v", instant=0)

    assert one == other
