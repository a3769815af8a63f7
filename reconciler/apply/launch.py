"""Start executions, each at most once whatever happens: names decide.

Admin writes the inputs of a request before it finds the name taken, and would thus change those
of an execution that runs. So every name is looked for first, and never sent if it is there.
"""

from collections.abc import Mapping, Sequence

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest

from reconciler.errors import AdminError, AlreadyExistsError, ReconcilerError
from reconciler.model import (
    INPUTS_ANNOTATION,
    NO_INPUTS,
    Action,
    Outcome,
    ResourceId,
    Run,
    Status,
    difference,
)
from reconciler.ports import ExecutionReader, Launcher

# How Admin begins what it says of a launch plan's own limit, by the code of a name that is taken.
_LIMIT = "concurrency limit ("


class Launching:
    """The launches of one apply, and where they are made."""

    def __init__(self, executions: ExecutionReader | None, launcher: Launcher | None) -> None:
        self._executions = executions
        self._launcher = launcher
        self._found: Mapping[ResourceId, Run] = {}
        self._unread: ReconcilerError | None = None

    @property
    def possible(self) -> bool:
        return self._executions is not None and self._launcher is not None

    def look(self, actions: Sequence[Action]) -> None:
        """Look which of these executions are there by now. Cost: a list for each 250."""
        assert self._executions is not None
        try:
            self._found = self._executions.runs([action.id for action in actions])
        except ReconcilerError as error:
            self._unread = error

    def take(self, action: Action) -> Outcome:
        """Launch one, and say what came of it. Never raises for what Admin answers."""
        if self._unread is not None:
            return _failed(action, self._unread)
        found = self._found.get(action.id)
        try:
            return self._launch(action) if found is None else self._existing(action, found)
        except ReconcilerError as error:
            return _failed(action, error)

    def _launch(self, action: Action) -> Outcome:
        assert self._launcher is not None
        request = _request(action)
        try:
            self._launcher.launch(request)
        except AlreadyExistsError as error:
            if error.text.startswith(_LIMIT):
                raise
            found = self._read(action)
            if found is not None:
                return self._existing(action, found, ours=error.in_doubt)
            return self._unlabelled(action)
        except AdminError as error:
            if not error.in_doubt:
                raise
            found = self._read(action)
            if found is None:
                raise
            return self._existing(action, found, ours=True)
        return Outcome(action, Status.DONE, applied=True, settled=True)

    def _unlabelled(self, action: Action) -> Outcome:
        """Launch without labels.

        Labels are rows of their own, which an attempt that failed leaves behind; then Admin takes
        the name for taken, for good, although there is no execution.
        """
        assert self._launcher is not None
        request = ExecutionCreateRequest()
        request.CopyFrom(_request(action))
        request.spec.ClearField("labels")
        try:
            self._launcher.launch(request)
        except AdminError as error:
            found = self._read(action)
            if found is None:
                raise
            return self._existing(action, found, ours=error.in_doubt)
        return Outcome(action, Status.DONE, applied=True, settled=True)

    def _existing(self, action: Action, found: Run, *, ours: bool = False) -> Outcome:
        """Somebody launched it, or an attempt of ours whose answer was lost."""
        assert self._executions is not None
        request = _request(action)
        key = request.spec.annotations.values.get(INPUTS_ANNOTATION, NO_INPUTS)
        runs = ResourceId.from_identifier(request.spec.launch_plan)
        why = difference(found, runs=runs, inputs=key)
        if not why and not found.inputs and not self._has_inputs(found, request):
            why = "it was given other inputs"
        if why:
            message = f"an execution of this name is there, and is another one: {why}"
            return Outcome(action, Status.FAILED, message=message)
        return Outcome(action, Status.DONE, applied=ours, settled=True, existed=not ours)

    def _has_inputs(self, found: Run, request: ExecutionCreateRequest) -> bool:
        """Whether an execution that does not say so was given this; beside it are defaults."""
        assert self._executions is not None
        held = self._executions.given(found.id).literals
        given = request.inputs.literals
        return all(name in held and held[name] == given[name] for name in given)

    def _read(self, action: Action) -> Run | None:
        assert self._executions is not None
        return self._executions.runs([action.id]).get(action.id)


def _request(action: Action) -> ExecutionCreateRequest:
    assert action.after is not None
    assert isinstance(action.after.spec, ExecutionCreateRequest)
    return action.after.spec


def _failed(action: Action, error: ReconcilerError) -> Outcome:
    message = error.text if isinstance(error, AdminError) and error.text else str(error)
    return Outcome(action, Status.FAILED, message=message, error=error)
