"""What an execution runs: a launch plan, or the one that is made for a single task."""

from dataclasses import dataclass
from typing import Any

from flyteidl.admin import launch_plan_pb2

from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import missing_entity
from reconciler.sandbox.services.workflows import read_closure
from reconciler.sandbox.store import Session
from reconciler.sandbox.validation import identifier_text
from reconciler.sandbox.versions import find_version


@dataclass(frozen=True)
class Target:
    """A launch plan that may be launched.

    Attributes:
        launch_plan_id: Its Identifier.
        spec: Its LaunchPlanSpec.
        expected: Its parameters by name.
        launch_plan_row: Its row id; None if it was made for a task.
        task_row: The task's row id.
        workflow: The row of its workflow, once known.
    """

    launch_plan_id: Any
    spec: Any
    expected: Any
    launch_plan_row: int | None = None
    task_row: int | None = None
    workflow: Any = None

    @property
    def is_task(self) -> bool:
        """Whether a single task is run."""
        return self.task_row is not None


def find_launch_plan(session: Session, identifier: Any) -> Target:
    """Return a registered launch plan; active or not makes no difference.

    Raises:
        Refusal: NOT_FOUND.
    """
    row = find_version(session, "launch_plans", identifier)
    if row is None:
        raise missing_entity("LAUNCH_PLAN", identifier_text(identifier))
    spec, expected = read_launch_plan(row)
    return Target(identifier, spec, expected, launch_plan_row=int(row["id"]))


def read_launch_plan(row: Any) -> tuple[Any, Any]:
    """Return the LaunchPlanSpec and the expected parameters of a row of `launch_plans`."""
    closure = launch_plan_pb2.LaunchPlanClosure.FromString(row["closure"])
    return (
        launch_plan_pb2.LaunchPlanSpec.FromString(row["spec"]),
        closure.expected_inputs.parameters,
    )


def find_workflow(session: Session, identifier: Any) -> Any:
    """Return the row of a workflow.

    Raises:
        Refusal: NOT_FOUND.
    """
    row = find_version(session, "workflows", identifier)
    if row is None:
        raise missing_entity("WORKFLOW", identifier_text(identifier))
    return row


def read_workflow(call: Call, row: Any) -> Any:
    """Return the CompiledWorkflowClosure of a row of `workflows`.

    Raises:
        Refusal: INTERNAL: the object store does not give it.
    """
    return read_closure(call, row).compiled_workflow
