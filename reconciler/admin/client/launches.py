"""Executions are begun, ended and put away, each under a name that its caller chose.

The name is what makes a launch safe to repeat: if an answer gets lost, the second attempt finds
the execution of the first. So one is made up where none is given.
"""

from typing import Any

from flyteidl.admin.execution_pb2 import (
    Execution,
    ExecutionCreateRequest,
    ExecutionMetadata,
    ExecutionRecoverRequest,
    ExecutionRelaunchRequest,
    ExecutionTerminateRequest,
    ExecutionUpdateRequest,
    WorkflowExecutionGetRequest,
)
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.admin.client.base import Based
from reconciler.admin.client.ids import execution_id, message_of, new_name
from reconciler.errors import AlreadyExistsError, NotFoundError
from reconciler.model import check_execution_name

# What Admin stores of a spec as it was sent (admin-contract 9.5).
_AS_SENT = (
    "launch_plan",
    "annotations",
    "tags",
    "envs",
    "interruptible",
    "overwrite_cache",
    "raw_output_data_config",
    "cluster_assignment",
    "execution_env_assignments",
)


class Launches(Based):
    """Launch, relaunch, recover, terminate, archive.

    An id of an execution may be flyteidl's, flytekit's or an ExecutionId.
    """

    def create_execution(
        self,
        project: str,
        domain: str,
        name: str | None,
        execution_spec: Any,
        inputs: Any = None,
        *,
        org: str = "",
    ) -> WorkflowExecutionIdentifier:
        """Launch a launch plan or a single task, and return the id of the execution.

        Args:
            name: Lower case letters, digits and hyphens, at most 63; None for one that is made up.
            execution_spec: flyteidl's or flytekit's.
            inputs: A LiteralMap, flyteidl's or flytekit's.

        Raises:
            AlreadyExistsError: The name is taken. Admin has overwritten the inputs of that
                execution by then, so ask before using a name twice.
            ValueError: The name is none.
        """
        named = _name(name)
        request = ExecutionCreateRequest(
            project=project,
            domain=domain,
            name=named,
            spec=message_of(execution_spec),
            inputs=message_of(inputs),
            org=org,
        )
        place = WorkflowExecutionIdentifier(project=project, domain=domain, name=named)
        try:
            return self.calls.create_execution(request).id
        except AlreadyExistsError as error:

            def is_this(found: Execution) -> bool:
                return all(
                    getattr(found.spec, field) == getattr(request.spec, field)
                    for field in _AS_SENT
                )

            return self._settled(error, place, is_this if name else None)

    def relaunch_execution(
        self, id: Any, name: str | None = None, *, overwrite_cache: bool = False
    ) -> WorkflowExecutionIdentifier:
        """Run an execution once more, with its inputs, and return the id of the new one.

        Args:
            name: Of the new one; None for one that is made up.
            overwrite_cache: Compute anew what is cached.

        Raises: AlreadyExistsError if the name is taken.
        """
        old, named = execution_id(id), _name(name)
        request = ExecutionRelaunchRequest(id=old, name=named, overwrite_cache=overwrite_cache)
        try:
            return self.calls.relaunch_execution(request).id
        except AlreadyExistsError as error:
            return self._settled_again(error, old, named, ExecutionMetadata.RELAUNCH, bool(name))

    def recover_execution(
        self, id: Any, name: str | None = None, *, metadata: ExecutionMetadata | None = None
    ) -> WorkflowExecutionIdentifier:
        """Run an execution once more, keeping what succeeded, and return the id of the new one.

        Args:
            name: Of the new one; None for one that is made up.
            metadata: Whose `parent_node_execution` the new one gets.

        Raises: AlreadyExistsError if the name is taken.
        """
        old, named = execution_id(id), _name(name)
        request = ExecutionRecoverRequest(id=old, name=named, metadata=metadata)
        try:
            return self.calls.recover_execution(request).id
        except AlreadyExistsError as error:
            return self._settled_again(error, old, named, ExecutionMetadata.RECOVERED, bool(name))

    def terminate_execution(self, id: Any, cause: str) -> None:
        """Abort an execution; one that is being aborted gets the new cause.

        Raises: FailedPreconditionError if it has ended.
        """
        self.calls.terminate_execution(ExecutionTerminateRequest(id=execution_id(id), cause=cause))

    def update_execution(self, id: Any, state: int) -> None:
        """Archive an execution, or fetch it back: it is hidden from lists, and runs on.

        Args:
            state: Of `ExecutionState`: 0 is ACTIVE, 1 ARCHIVED.
        """
        self.calls.update_execution(ExecutionUpdateRequest(id=execution_id(id), state=state))

    def _settled_again(
        self, error: AlreadyExistsError, old: Any, name: str, mode: int, given: bool
    ) -> WorkflowExecutionIdentifier:
        place = WorkflowExecutionIdentifier(project=old.project, domain=old.domain, name=name)

        def is_this(found: Execution) -> bool:
            said = found.spec.metadata
            return bool(said.mode == mode and said.reference_execution.name == old.name)

        return self._settled(error, place, is_this if given else None)

    def _settled(
        self, error: AlreadyExistsError, place: WorkflowExecutionIdentifier, is_this: Any
    ) -> WorkflowExecutionIdentifier:
        """Find out whether what exists already is of an attempt whose answer got lost.

        Args:
            is_this: Tells whether an execution is what was asked for; None if nobody else can
                have the name.

        Raises: `error` if it is not.
        """
        if is_this is not None and not error.in_doubt:
            raise error
        try:
            found = self.calls.get_execution(WorkflowExecutionGetRequest(id=place))
        except NotFoundError:
            raise error from None  # its tags were left from an attempt that failed
        if is_this is not None and not is_this(found):
            raise error
        return found.id


def _name(name: str | None) -> str:
    if not name:
        return new_name()
    check_execution_name(name)
    return name
