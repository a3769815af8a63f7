"""A registered workflow. What it is made of comes with it; what it launches does not."""

from collections.abc import Callable, Sequence
from typing import Any

from flyteidl.core.identifier_pb2 import ResourceType
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate

from reconciler.model import Kind, ResourceId, identifiers
from reconciler.remote.entities.entity import RemoteEntity
from reconciler.remote.entities.lazy import LazyEntity

# Added by Admin's compiler, and nobody's.
_SYSTEM_NODES = frozenset({"start-node", "end-node"})


class FlyteWorkflow(RemoteEntity):
    """A registered workflow; `message` is an admin.Workflow with its compiled closure."""

    kind = Kind.WORKFLOW

    def __init__(
        self,
        *args: Any,
        interface: TypedInterface | None = None,
        refer: Callable[[ResourceId], LazyEntity[Any]] | None = None,
        **said: Any,
    ) -> None:
        super().__init__(*args, **said)
        self._known = interface
        self._refer = refer

    @property
    def template(self) -> WorkflowTemplate:
        found: WorkflowTemplate = self.message.closure.compiled_workflow.primary.template
        return found

    @property
    def interface(self) -> TypedInterface:
        if self._known is not None:
            return self._known
        found: TypedInterface = self.template.interface
        return found

    @property
    def nodes(self) -> Sequence[Node]:
        """Its nodes, without the start and end that Admin's compiler adds."""
        return [node for node in self.template.nodes if node.id not in _SYSTEM_NODES]

    @property
    def sub_workflows(self) -> Sequence[WorkflowTemplate]:
        """The workflows inside it, at any depth."""
        return [one.template for one in self.message.closure.compiled_workflow.sub_workflows]

    @property
    def tasks(self) -> Sequence[TaskTemplate]:
        """The tasks that its nodes run, at any depth."""
        return [one.template for one in self.message.closure.compiled_workflow.tasks]

    @property
    def launch_plans(self) -> Sequence[LazyEntity[Any]]:
        """The launch plans that its nodes start, each fetched once something of it is asked."""
        ids = {
            ResourceId.from_identifier(found)
            for found in identifiers(self.message.closure.compiled_workflow)
            if found.resource_type == ResourceType.LAUNCH_PLAN
        }
        assert self._refer is not None or not ids, "what is fetched knows how to fetch more"
        return [self._refer(id) for id in sorted(ids)] if self._refer is not None else []
