"""What is active in Admin, as manifests."""

import yaml
from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler.model import Kind
from reconciler.remote import active_as_manifests
from tests.builders import an_id


def active(name: str, version: str, *, second: int = 0) -> LaunchPlan:
    plan = LaunchPlan(id=an_id(Kind.LAUNCH_PLAN, name, version).to_identifier())
    plan.closure.created_at.seconds = second
    return plan


def test_each_name_is_a_switch() -> None:
    """Its version, quoted where YAML would read a number."""
    text, remarks = active_as_manifests([active("a", "1.10"), active("b", "v1")])

    specs = [document["spec"] for document in yaml.safe_load_all(text)]
    assert specs == [
        {"version": "1.10", "state": "active"},
        {"version": "v1", "state": "active"},
    ]
    assert remarks == []


def test_of_a_torn_switch_the_newest_is_declared() -> None:
    """That the others would go is said."""
    text, (remark,) = active_as_manifests(
        [active("a", "v2", second=2), active("a", "v1", second=1)]
    )

    assert yaml.safe_load(text)["spec"]["version"] == "v2"
    assert "several versions are active, v1, v2" in remark


def test_versions_that_are_words_are_left_out() -> None:
    """A manifest would mean something else by them."""
    text, (remark,) = active_as_manifests([active("a", "latest")])

    assert text == ""
    assert "left out" in remark


def test_what_flyte_made_itself_is_not_imported() -> None:
    """Launch plans of single tasks."""
    assert active_as_manifests([active(".flytegen.etl.extract", "v1")]) == ("", [])
