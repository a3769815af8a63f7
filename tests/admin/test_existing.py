"""What Admin says of two contents under one id is read back as it was meant."""

from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.admin.existing import differences
from reconciler.model import Change
from reconciler.sandbox.diff import difference

TEXT = st.text(st.sampled_from("ab:/~\n\t-+ <>"), min_size=1, max_size=8).map(
    lambda text: f"x{text}x"
)


def template(**fields: Any) -> TaskTemplate:
    return json_format.ParseDict(fields, TaskTemplate())


def test_a_field_its_old_value_and_the_new_one() -> None:
    """Paths are Go's; what is not there is None."""
    before = template(type="a", container={"image": "old"})
    after = template(type="b", container={"image": "new", "command": ["x"]})
    assert differences(difference(before, after)) == (
        Change("/Target/Container/command", None, "[x]"),
        Change("/Target/Container/image", "old", "new"),
        Change("/type", "a", "b"),
    )


def test_nothing_told_is_nothing_known() -> None:
    """Admin leaves lists out that only grew."""
    assert differences("") == ()
    assert differences("something else altogether\n\t- \n") == ()


def test_of_a_workflow_only_the_interface_counts() -> None:
    """The rest is compared with a stub."""
    text = (
        "/primary/connections:\n\t- <nil> \n\t+ map[a:1]\n"
        "/primary/template/interface/inputs:\n\t- <nil> \n\t+ map[x:1]\n"
        "/primary/template/nodes:\n\t- <nil> \n\t+ [map[id:n0]]\n"
        "/tasks:\n\t- <nil> \n\t+ [map[]]"
    )
    assert [change.path for change in differences(text)] == ["/primary/template/interface/inputs"]


@given(values=st.dictionaries(st.sampled_from("abcd"), st.tuples(TEXT, TEXT), min_size=1))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_values_of_many_lines_stay_whole(values: dict[str, tuple[str, str]]) -> None:
    """Whatever is in them, short of a text that looks like the next field."""
    before, after = LaunchPlanSpec(), LaunchPlanSpec()
    for key, (old, new) in values.items():
        before.labels.values[key] = old
        after.labels.values[key] = new
    expected = {
        f"/labels/values/{key}": (old, new) for key, (old, new) in values.items() if old != new
    }
    found = differences(difference(before, after))
    if any(":\n\t- " in one or " \n\t+ " in one for pair in values.values() for one in pair):
        return  # nobody could tell
    assert {change.path: (change.before, change.after) for change in found} == expected
