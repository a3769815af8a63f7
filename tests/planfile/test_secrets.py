"""Sensitive values are in no saved plan, and what is carried out is what was planned with them."""

import base64
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.compiler_pb2 import CompiledTask
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import StalePlanError
from reconciler.model import (
    Action,
    Change,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Sensitive,
    Verb,
)
from reconciler.planfile import read_plan
from tests.planfile.builders import TASK, saved
from tests.planfile.filled import laid_open

GOLDEN = Path(__file__).with_name("golden-secret.plan")
PASSWORD = 'hunter2 "quoted"\nand a second line'
VALUES = {"var.password": (PASSWORD,), "env.UNUSED": ("something else",)}


def a_plan(secret: str, id: ResourceId = TASK) -> Plan:
    """One that creates a task which holds a secret in every way that a message can."""
    compiled, request = CompiledTask(), TaskSpec()
    for template in (compiled.template, request.template):
        template.container.args.extend(["--url", f"postgres://me:{secret}@db"])
        template.container.env.add(key="PASSWORD", value=secret)
        template.container.config.add(key=secret, value="x")
        template.custom.update({secret: [secret, {"in": secret}]})
        template.config[secret] = "y"
        template.interface.inputs.variables[secret].description = "a name"
        template.metadata.tags[secret] = secret
    changes = (Change("env[0].value", None, secret),)
    after = Resource(id, spec=compiled, request=request)
    return Plan(
        (Action(Verb.CREATE, id, Reason.ABSENT, f"for {secret}", changes=changes, after=after),)
    )


def shown(plan: Plan, secret: str) -> Plan:
    """As a report would show it."""
    (action,) = plan.actions
    mask = "(sensitive #1)"
    changes = tuple(Change(one.path, None, mask, sensitive=True) for one in action.changes)
    return Plan(
        (
            Action(
                action.verb,
                action.id,
                action.reason,
                action.why.replace(secret, mask),
                changes=changes,
                before=action.before,
                after=action.after,
            ),
        )
    )


def made_of(resource: Resource | None) -> Any:
    assert resource is not None
    return laid_open(resource)


def test_the_value_stands_nowhere() -> None:
    """Neither in ids and messages nor in what is shown, however it is spelled."""
    plan = a_plan(PASSWORD)
    found = saved(plan, shown=shown(plan, PASSWORD), values=VALUES)

    for text in Sensitive.spelled(PASSWORD):
        assert text.encode() not in found.message
    assert base64.b64encode(PASSWORD.encode()) not in found.message
    assert "hunter2" not in str(laid_open(found.shown))
    assert "(sensitive #1)" in str(laid_open(found.shown))
    assert found.message.count(b"\xee\x80\x80") > 10


def test_with_the_value_it_is_the_plan_again() -> None:
    """To the byte, in every place."""
    plan = a_plan(PASSWORD)
    found = saved(plan, shown=shown(plan, PASSWORD), values=VALUES)

    (action,) = found.opened(VALUES).actions

    assert made_of(action.after) == made_of(plan.actions[0].after)


def test_files_written_before_are_opened_still() -> None:
    """One that was kept: placeholders and hashes are the same whatever this is built on."""
    found = read_plan(GOLDEN, tool_version="1.0")
    plan = a_plan(PASSWORD)

    assert found.message == saved(plan, shown=shown(plan, PASSWORD), values=VALUES).message
    (action,) = found.opened(VALUES).actions
    assert made_of(action.after) == made_of(plan.actions[0].after)


def test_only_what_was_used_is_asked_for() -> None:
    """A variable that nothing in the plan holds may have changed, or be gone."""
    plan = a_plan(PASSWORD)
    found = saved(plan, shown=shown(plan, PASSWORD), values=VALUES)

    assert [secret.name for secret in found.secrets] == ["var.password"]
    found.opened({"var.password": (PASSWORD,), "env.UNUSED": ("another",)})
    found.opened({"var.password": (PASSWORD,)})


@pytest.mark.parametrize("others", [("hunter3",), (), (PASSWORD, "more")])
def test_another_value_is_refused(others: tuple[str, ...]) -> None:
    """It is not said which it was, only whose."""
    plan = a_plan(PASSWORD)
    found = saved(plan, shown=shown(plan, PASSWORD), values=VALUES)

    with pytest.raises(StalePlanError, match=r"var\.password: .* another one") as refused:
        found.opened({"var.password": others})

    assert "hunter" not in str(refused.value)


def test_hashes_are_keyed() -> None:
    """The same value is hashed otherwise in every file: nobody sees that two plans share it."""
    from reconciler.planfile import About, save

    plan = a_plan(PASSWORD)
    about = About(endpoint="e", tool_version="1")
    first, second = (
        save(plan, about, shown=shown(plan, PASSWORD), values=VALUES) for _ in range(2)
    )

    assert first.secrets != second.secrets


def test_words_of_our_own_are_no_secrets() -> None:
    """A value that is also the name of a kind or a verb is hidden, and the plan is shown still."""
    for secret in ("task", "create", "absent", "core", "template"):
        plan = a_plan(secret)
        values = {"var.x": (secret,)}
        found = saved(plan, shown=shown(plan, secret), values=values)

        assert found.shown.actions[0].verb is Verb.CREATE
        assert made_of(found.opened(values).actions[0].after) == made_of(plan.actions[0].after)


def test_binary_data_is_hidden_as_the_manifest_spells_it() -> None:
    """In base64 there, decoded in the message."""
    data = b"\x00\xffa binary secret"
    text = base64.b64encode(data).decode()
    request = TaskSpec()
    literal = request.template.interface.inputs.variables["x"]
    literal.description = text
    request.template.custom.update({"x": text})
    after = Resource(TASK, spec=CompiledTask(), request=request)
    from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec

    spec = LaunchPlanSpec()
    spec.fixed_inputs.literals["key"].scalar.binary.value = data
    plan = Plan(
        (
            Action(
                Verb.CREATE,
                TASK,
                Reason.ABSENT,
                "",
                after=after,
                rewrites=(Resource(TASK, spec=spec),),
            ),
        )
    )
    values = {"var.key": (text,)}

    found = saved(plan, values=values)

    assert data not in found.message
    assert text.encode() not in found.message
    assert laid_open(found.opened(values)) == laid_open(plan)


def test_what_was_a_secret_yesterday_is_a_digest() -> None:
    """Of what Admin holds where a secret goes only so much is kept as tells whether it moved."""
    before = CompiledTask()
    before.template.container.image = "yesterday's secret"
    plan = a_plan(PASSWORD)
    (action,) = plan.actions
    held = Resource(TASK, spec=before)
    plan = Plan(
        (
            Action(
                Verb.UPDATE,
                TASK,
                Reason.DIFFERS,
                "",
                changes=action.changes,
                before=held,
                after=action.after,
            ),
        )
    )
    found = saved(plan, shown=shown(plan, PASSWORD), values=VALUES)

    assert b"yesterday" not in found.message
    kept = found.opened(VALUES).actions[0].before
    assert kept is not None
    assert kept.digest == held.digest


@settings(deadline=None, max_examples=12, derandomize=True)
@given(
    secrets=st.lists(st.text('ab"\\\n ü{}:0', min_size=4, max_size=9), min_size=1, max_size=3),
    around=st.text('ab"\\\n ü{}:0', max_size=12),
)
def test_whatever_the_values_are(secrets: list[str], around: str) -> None:
    """Values within values, quotes, braces, lines: gone from the file, and back in the plan."""
    request = TaskSpec()
    for secret in secrets:
        request.template.container.args.append(f"{around}{secret}{around}")
        request.template.custom[around + secret] = [secret + around]
    after = Resource(TASK, spec=CompiledTask(), request=request)
    plan = Plan((Action(Verb.CREATE, TASK, Reason.ABSENT, "", after=after),))
    values = {f"var.s{number}": (secret,) for number, secret in enumerate(secrets)}

    found = saved(plan, values=values)

    for secret in secrets:
        assert secret.encode() not in found.message
    assert laid_open(found.opened(values)) == laid_open(plan)
