"""Executions in memory: the ports by which a backfill sees and starts them, and bad days."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest
from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.errors import AlreadyExistsError, UnavailableError
from reconciler.model import BACKFILL_LABEL, INPUTS_ANNOTATION, Kind, Phase, ResourceId, Run


class MemoryExecutions:
    """The ExecutionReader and the Launcher port on a dict.

    Attributes: `there` are the executions; `given_to` the inputs of each, which a launch
    overwrites even where the name is taken, as Admin does; `launched` the names of those that
    were created, in order, and `unlabelled` those without a label; `refuse` the errors that the
    next launches raise before they do anything, and `lose` those they raise after; `hidden` are
    names that are taken although nothing is there.
    """

    def __init__(self) -> None:
        self.there: dict[ResourceId, Run] = {}
        self.given_to: dict[ResourceId, LiteralMap] = {}
        self.launched: list[str] = []
        self.unlabelled: list[str] = []
        self.refuse: list[Exception] = []
        self.lose: list[Exception] = []
        self.hidden: set[str] = set()
        self.asked = 0

    def put(self, run: Run) -> None:
        """Hold an execution that somebody else started."""
        self.there[run.id] = run

    def end(self, id: ResourceId, phase: Phase = Phase.SUCCEEDED) -> None:
        """Let an execution end."""
        self.there[id] = replace(self.there[id], phase=phase, word=phase.value.upper())

    def runs(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Run]:
        self.asked += 1
        return {id: self.there[id] for id in ids if id in self.there}

    def runs_of(self, launch_plan: ResourceId, *, since: int) -> Sequence[Run]:
        self.asked += 1
        return [
            run
            for run in self.there.values()
            if run.launch_plan.activation == launch_plan and run.scheduled_at is not None
        ]

    def under_way(self, backfill: ResourceId) -> Sequence[Run]:
        return [
            run
            for run in self.there.values()
            if run.backfill == backfill.name and run.phase is Phase.RUNNING
        ]

    def last_scheduled(self, launch_plan: ResourceId) -> Run | None:
        mine = [
            run
            for run in self.there.values()
            if run.by_scheduler and run.launch_plan == launch_plan
        ]
        return mine[-1] if mine else None

    def given(self, execution: ResourceId) -> LiteralMap:
        found = LiteralMap()
        found.CopyFrom(self.given_to.get(execution, LiteralMap()))
        return found

    def launch(self, request: ExecutionCreateRequest) -> None:
        if self.refuse:
            raise self.refuse.pop(0)
        id = ResourceId(Kind.EXECUTION, request.project, request.domain, request.name)
        self.given_to[id] = request.inputs
        if id in self.there or (request.name in self.hidden and request.spec.labels.values):
            raise AlreadyExistsError("value with matching already exists (execution_tags_pkey)")
        metadata = request.spec.metadata
        is_of_slot = metadata.HasField("scheduled_at")
        self.there[id] = Run(
            id,
            ResourceId.from_identifier(request.spec.launch_plan),
            Phase.RUNNING,
            scheduled_at=metadata.scheduled_at.ToNanoseconds() if is_of_slot else None,
            inputs=request.spec.annotations.values.get(INPUTS_ANNOTATION, ""),
            backfill=request.spec.labels.values.get(BACKFILL_LABEL, ""),
        )
        self.launched.append(request.name)
        if not request.spec.labels.values:
            self.unlabelled.append(request.name)
        if self.lose:
            raise self.lose.pop(0)


def lost() -> UnavailableError:
    """What a caller gets whose answer was lost on the way: it may have been carried out."""
    error = UnavailableError("the connection was lost")
    error.in_doubt = True
    return error
