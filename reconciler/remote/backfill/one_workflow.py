"""flytekit's backfill: one generated workflow for a window, registered and run once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest
from flyteidl.admin.workflow_pb2 import Workflow

from reconciler.backfills import laid_out
from reconciler.cron import from_datetime, to_rfc3339
from reconciler.desired import chunk_workflow
from reconciler.errors import BackfillError
from reconciler.model import (
    Action,
    Backfill,
    Kind,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Verb,
    content_hash,
)
from reconciler.plan import request_of
from reconciler.ports import ExecutionReader, Reader

# Admin's own limit of a workflow, unless it is configured otherwise.
MOST_NODES = 100


@dataclass(frozen=True, slots=True)
class OneWorkflow:
    """What `launch_backfill` registers and runs."""

    workflow: Resource
    launch_plan: Resource
    request: ExecutionCreateRequest

    @property
    def message(self) -> Workflow:
        """The workflow as Admin will give it back."""
        found = Workflow(id=self.workflow.id.to_identifier())
        found.closure.compiled_workflow.CopyFrom(self.workflow.spec)
        return found

    def registrations(self, reader: Reader) -> Plan:
        """What is to be registered; a version that exists is compared, unless its name is its
        content.

        Raises: AdminError or UnreachableError.
        """
        wanted = (self.workflow, self.launch_plan)
        free = [one for one in wanted if one.content_addressed]
        there = reader.versions([one.id for one in free]) if free else {}
        return Plan(tuple(self._steps([one for one in wanted if one.id not in there])))

    @staticmethod
    def _steps(wanted: list[Resource]) -> Iterator[Action]:
        workflows = tuple(one.id for one in wanted if one.id.kind is Kind.WORKFLOW)
        for one in wanted:
            needs = workflows if one.id.kind is Kind.LAUNCH_PLAN else ()
            yield Action(
                Verb.CREATE, one.id, Reason.GENERATED, "for a backfill", after=one, needs=needs
            )

    @property
    def launch(self) -> Plan:
        """What starts it."""
        request = self.request
        id = ResourceId(Kind.EXECUTION, request.project, request.domain, request.name)
        after = Resource(id, spec=request)
        return Plan((Action(Verb.LAUNCH, id, Reason.NOT_RUN, "asked for", after=after),))


def one_workflow(
    backfill: Backfill,
    executions: ExecutionReader,
    *,
    now: datetime,
    version: str = "",
    name: str = "",
) -> OneWorkflow:
    """Generate the workflow that runs every slot of a backfill that is due.

    Args:
        version: Of what is generated; its content's hash unless given.
        name: Of the execution; unless given one that is the same for the same backfill.

    Raises: BackfillError if there is no slot, or if there are too many.
    """
    instant = from_datetime(now)
    layout = laid_out(backfill, executions, instant)
    if layout.fault is not None:
        hint = f"; {layout.fault.hint}" if layout.fault.hint else ""
        raise BackfillError(f"{layout.fault.message}{hint}")
    slots = [slot for unit in layout.units for slot in unit.slots if slot <= instant]
    if not slots:
        raise BackfillError(
            f"{layout.schedule} in {layout.zone} has no slot from {to_rfc3339(layout.start)} "
            f"up to {to_rfc3339(layout.end)} that is due"
        )
    if len(slots) > MOST_NODES:
        raise BackfillError(
            f"this window holds {len(slots)} slots, and Flyte Admin takes workflows of up to "
            f"{MOST_NODES} nodes; take a shorter one, or `backfill`, which has no such limit"
        )
    workflow, launch_plan = chunk_workflow(backfill, slots, version=version)
    request = request_of(backfill, layout.units[0])
    request.ClearField("inputs")
    request.inputs.SetInParent()
    request.spec.launch_plan.CopyFrom(launch_plan.id.to_identifier())
    request.name = name or _name(request)
    return OneWorkflow(workflow, launch_plan, request)


def _name(request: ExecutionCreateRequest) -> str:
    """The same for the same request."""
    unnamed = ExecutionCreateRequest()
    unnamed.CopyFrom(request)
    unnamed.ClearField("name")
    return f"b{content_hash([unnamed.SerializeToString(deterministic=True)])[1:20]}"
