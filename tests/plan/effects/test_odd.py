"""Whatever Admin holds, effects are told or said not to be: no plan fails for them."""

from typing import Any

from flyteidl.core.literals_pb2 import KeyValuePair
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Plan, Resource
from reconciler.report import (
    plan_as_json,
    plan_as_markdown,
    plan_as_suite,
    plan_as_text,
    suites_as_junit,
)
from tests.builders import a_task
from tests.plan.effects.runs import a_caller, a_closure, a_plan_of, told

ODD_TEXTS = ("", "\x00", "settings {", 'settings {"a": 1}', "a]b[c", '"', "|", "\ud7ff", "x" * 300)


def spoiled(message: Any, data: st.DataObject) -> None:
    """Clear or change one field somewhere inside a message."""
    fields = message.ListFields()
    if not fields:
        return
    field, value = data.draw(st.sampled_from(fields))
    inner = _inner(field, value)
    if inner is not None and data.draw(st.integers(0, 4)):
        spoiled(inner, data)
    elif field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated:
        setattr(message, field.name, data.draw(st.sampled_from(ODD_TEXTS)))
    else:
        message.ClearField(field.name)


def _inner(field: FieldDescriptor, value: Any) -> Message | None:
    if field.message_type is None:
        return None
    if field.message_type.GetOptions().map_entry:
        values = list(value.values())
        found = values[0] if values else None
        return found if isinstance(found, Message) else None
    if field.is_repeated:
        return value[len(value) // 2] if len(value) else None
    return value if isinstance(value, Message) else None


def a_run(version: str) -> list[Resource]:
    """Something of everything that effects look at."""
    task = a_task("etl.extract", version, image=f"etl:{version}", cpu="1", env={"A": version})
    task.spec.template.container.env.append(KeyValuePair(key="B]", value="settings {"))  # type: ignore[union-attr]
    closure = a_closure(version, task)
    inner = a_plan_of(version, name="inner", workflow="inner")
    caller = a_caller(inner, name="etl.daily", version=version, gives={"x": "y"}, takes=("z",))
    closure.spec.primary.template.nodes.extend(caller.spec.primary.template.nodes)  # type: ignore[union-attr]
    launch_plan = a_plan_of(
        version,
        schedule="TZ=Europe/Berlin 30 2 * * *" if version == "v1" else "every 2 HOUR",
        required={"day": "datetime"} if version == "v1" else {"region": "str"},
        defaults={"units": version},
        fixed={"key": version},
        outputs={"table": "file"},
    )
    return [launch_plan, closure, inner]


def rendered(plan: Plan) -> str:
    return "".join(
        (
            plan_as_text(plan),
            plan_as_text(plan, verbose=True),
            plan_as_json(plan),
            *plan_as_markdown(plan),
            suites_as_junit([plan_as_suite(plan)]),
        )
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_what_is_odd_is_told_or_said_not_to_be(data: st.DataObject) -> None:
    """Fields that are missing or nonsense, anywhere, on either side."""
    before, after = a_run("v1"), a_run("v2")
    for one in (*before, *after):
        for _ in range(data.draw(st.integers(0, 3))):
            spoiled(one.spec, data)

    plan = told(before[0], after[0], *before[1:], *after[1:], users=(before[1],))

    assert len(plan.effects) == 1
    assert rendered(plan)
