"""Rules hold for what others packaged, too, and so does what the real server would not survive."""

from pathlib import Path

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from flyteidl.core.types_pb2 import SimpleType

from reconciler.desired import bind, declare
from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import Diagnostic
from tests.desired.archives import a_task_member, an_archive


def found(
    folder: Path, members: dict[str, bytes], metadata: str = "", spec: str = ""
) -> list[Diagnostic]:
    """Everything that is told of a package, warnings or errors."""
    an_archive(folder / "code.tgz", members)
    (folder / "package.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Package\n"
        f"metadata: {{project: p, domain: d, name: code{metadata}}}\n"
        f"spec: {{source: code.tgz{spec}}}\n"
    )
    try:
        return list(bind(declare(load([folder / "package.yaml"])), None).warnings)
    except ManifestError as error:
        return list(error.diagnostics)


def a_task(image: str) -> bytes:
    spec = TaskSpec.FromString(a_task_member("t"))
    spec.template.type = "python-task"
    spec.template.container.image = image
    content: bytes = spec.SerializeToString()
    return content


def a_workflow(*nodes: str, subs: dict[str, str] | None = None) -> bytes:
    """A workflow of a task or of sub-workflows; `subs` are these, name → what it contains."""
    spec = WorkflowSpec()
    for template, name, inner in [
        (spec.template, "w", nodes),
        *((spec.sub_workflows.add(), name, (one,)) for name, one in (subs or {}).items()),
    ]:
        template.id.CopyFrom(Identifier(resource_type=ResourceType.WORKFLOW, name=name))
        template.interface.SetInParent()
        template.metadata.SetInParent()
        for number, other in enumerate(inner):
            node = template.nodes.add(id=f"n{number}")
            node.metadata.SetInParent()
            if other == "t":
                node.task_node.reference_id.CopyFrom(
                    Identifier(resource_type=ResourceType.TASK, name="t")
                )
            else:
                node.workflow_node.sub_workflow_ref.CopyFrom(
                    Identifier(resource_type=ResourceType.WORKFLOW, name=other)
                )
    content: bytes = spec.SerializeToString()
    return content


def a_launch_plan(cron: str) -> bytes:
    plan = LaunchPlan()
    plan.id.CopyFrom(Identifier(resource_type=ResourceType.LAUNCH_PLAN, name="l"))
    plan.spec.workflow_id.CopyFrom(Identifier(resource_type=ResourceType.WORKFLOW, name="w"))
    plan.spec.entity_metadata.schedule.cron_schedule.schedule = cron
    content: bytes = plan.SerializeToString()
    return content


def of_one(image: str = "acme/etl:1", cron: str = "0 6 * * *") -> dict[str, bytes]:
    return {
        "0_t_1.pb": a_task(image),
        "1_w_2.pb": a_workflow("t"),
        "2_l_3.pb": a_launch_plan(cron),
    }


def test_a_package_is_held_to_the_rules_of_manifests(tmp_path: Path) -> None:
    """And to the severities and excuses of its own manifest."""
    (warning,) = found(tmp_path, of_one("acme/etl:latest"))
    assert (warning.code, warning.severity) == ("mutable-image", "warning")

    (error,) = found(tmp_path, of_one(), ", lint: {severity: {unpinned-image: error}}")
    assert (error.code, error.severity) == ("unpinned-image", "error")

    excuse = ", lint: {ignore: [{code: mutable-image, reason: built on the spot}]}"
    assert found(tmp_path, of_one("acme/etl:latest"), excuse) == []


@pytest.mark.parametrize(
    ("cron", "code", "message"),
    [
        ("TZ=Europe/Berlin", "bad-cron", "Admin crashes on the schedule"),
        ("0 0 30 2 *", "cron-never-fires", "being active it would end Flyte's whole scheduler"),
    ],
)
def test_schedules_of_packages_do_not_end_the_server(
    tmp_path: Path, cron: str, code: str, message: str
) -> None:
    """Whoever packaged them."""
    (error,) = found(tmp_path, of_one(cron=cron), spec=", activation: {l: active}")

    assert error.code == code
    assert message in error.message


@pytest.mark.parametrize(
    "subs", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "b"}], ids=str
)
def test_a_sub_workflow_that_contains_itself(tmp_path: Path, subs: dict[str, str]) -> None:
    """Directly or by way of others: the real server would die of it."""
    members = {"0_t_1.pb": a_task("acme/etl:1"), "1_w_2.pb": a_workflow("t", "a", subs=subs)}

    errors = found(tmp_path, members)

    assert errors
    assert "crash Admin" in errors[0].message


@pytest.mark.parametrize(
    ("activation", "severity"), [("", "warning"), (", activation: {l: active}", "error")]
)
def test_what_does_no_harm_yet_keeps_no_package_from_being_registered(
    tmp_path: Path, activation: str, severity: str
) -> None:
    """Admin takes a rate with an input to fill, and never fills it: in the way once active."""
    members = of_one()
    workflow = WorkflowSpec.FromString(members["1_w_2.pb"])
    workflow.template.interface.inputs.variables["day"].type.simple = SimpleType.DATETIME
    plan = LaunchPlan.FromString(members["2_l_3.pb"])
    schedule = plan.spec.entity_metadata.schedule
    schedule.rate.value, schedule.kickoff_time_input_arg = 5, "day"
    members |= {
        "1_w_2.pb": workflow.SerializeToString(),
        "2_l_3.pb": plan.SerializeToString(),
    }

    told = found(tmp_path, members, spec=activation)

    (found_here,) = [one for one in told if one.code == "rate-with-kickoff"]
    assert found_here.severity == severity
