"""A plan before it is shown: sensitive values are gone from all of it."""

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.compiler_pb2 import CompiledTask

from reconciler.model import (
    Action,
    Change,
    Conflict,
    Diagnostic,
    Kind,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Sensitive,
    Verb,
)
from reconciler.report import plan_as_json, plan_as_text, without_secrets

ID = ResourceId(Kind.TASK, "flytesnacks", "development", "etl", "v1")
SENSITIVE = Sensitive(["hunter2hunter2", "swordfish"])


def task() -> CompiledTask:
    found = CompiledTask()
    found.template.id.CopyFrom(ID.to_identifier())
    found.template.container.image = "x:swordfish"
    found.template.container.args.extend(["--token", "hunter2hunter2"])
    found.template.container.env.add(key="T", value="a hunter2hunter2")
    found.template.config["hunter2hunter2"] = "swordfish"
    found.template.custom["nested"] = {"list": ["swordfish", 1]}
    return found


def plan(**said: object) -> Plan:
    action = Action(Verb.CREATE, ID, Reason.ABSENT, "not in Admin", **said)  # type: ignore[arg-type]
    return Plan((action,))


def test_new_content_is_masked_wherever_it_stands() -> None:
    """In texts, lists, keys, maps and structs; the plan that is applied stays as it was."""
    given = plan(after=Resource(ID, spec=task()))

    shown = without_secrets(given, SENSITIVE)

    for text in (plan_as_text(shown, verbose=True), plan_as_text(shown), plan_as_json(shown)):
        assert "hunter2" not in text
        assert "swordfish" not in text
    assert 'container.env[0].value: "a (sensitive #1)"' in plan_as_text(shown, verbose=True)
    assert given.actions[0].after is not None
    assert given.actions[0].after.spec == task()


def test_the_other_side_of_a_change_is_masked_too() -> None:
    """What was there before may be yesterday's secret; that it changed stays visible."""
    given = plan(
        changes=(
            Change("spec.a", "old secret", "Bearer swordfish"),
            Change("spec.b", None, ["hunter2hunter2"]),
            Change("spec.c", 1, 2),
        )
    )

    first, second, third = without_secrets(given, SENSITIVE).actions[0].changes

    assert (first.before, first.after) == ("(sensitive value #1)", "Bearer (sensitive #2)")
    assert second.before is None
    assert second.sensitive
    assert third == Change("spec.c", 1, 2)
    text = plan_as_text(without_secrets(given, SENSITIVE))
    assert "old secret" not in text
    assert "swordfish" not in text


def test_conflicts_and_remarks_are_masked() -> None:
    """Everything that a plan says."""
    given = Plan(
        (),
        conflicts=(Conflict(ID, (Change("a", "swordfish", "b"),)),),
        warnings=(Diagnostic("w", "beware of swordfish"),),
        obstacles=(Diagnostic("o", "no", hint="try hunter2hunter2"),),
    )

    text = plan_as_json(without_secrets(given, SENSITIVE))

    assert "swordfish" not in text
    assert "hunter2" not in text
    assert without_secrets(given, Sensitive()) is given


def test_launch_plans_without_secrets_are_left_alone() -> None:
    """Nothing is copied where there is nothing to hide."""
    resource = Resource(ID, spec=LaunchPlan())

    shown = without_secrets(plan(after=resource), SENSITIVE)

    assert shown.actions[0].after is resource
