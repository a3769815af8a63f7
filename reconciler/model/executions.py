"""Who an execution is, and who its nodes and their attempts are."""

import re
from dataclasses import dataclass

from flyteidl.core.identifier_pb2 import (
    NodeExecutionIdentifier,
    TaskExecutionIdentifier,
    WorkflowExecutionIdentifier,
)

from reconciler.model.identity import ResourceId
from reconciler.model.kinds import Kind

# What flyteadmin takes (pkg/manager/impl/validation/execution_validator.go); it looks at the
# lower-cased name, but Kubernetes then refuses upper case.
EXECUTION_NAME_LENGTH = 63
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, order=True)
class ExecutionId:
    """One execution of a workflow or task.

    Raises: ValueError for a part that is missing: Admin acts on some other row when sent an
        incomplete id (admin-contract: validation holes).
    """

    project: str
    domain: str
    name: str

    def __post_init__(self) -> None:
        for label in ("project", "domain", "name"):
            if not getattr(self, label):
                raise ValueError(f"an execution id needs a {label}")

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}/{self.name}"

    def to_identifier(self) -> WorkflowExecutionIdentifier:
        """The id as Admin's RPCs take it."""
        return WorkflowExecutionIdentifier(
            project=self.project, domain=self.domain, name=self.name
        )

    @staticmethod
    def from_identifier(identifier: WorkflowExecutionIdentifier) -> "ExecutionId":
        """Read Admin's identifier.

        Raises: ValueError for an incomplete one.
        """
        return ExecutionId(identifier.project, identifier.domain, identifier.name)

    @staticmethod
    def parse(text: str, *, project: str, domain: str) -> "ExecutionId":
        """Read `name` or `project/domain/name`; what it leaves out is as given.

        Raises: ValueError saying how ids are written.
        """
        match text.split("/"):
            case [name] if name:
                return ExecutionId(project, domain, name)
            case [project, domain, name] if project and domain and name:
                return ExecutionId(project, domain, name)
        raise ValueError(f"{text!r} names no execution; write NAME or PROJECT/DOMAIN/NAME")


@dataclass(frozen=True, slots=True, order=True)
class NodeExecutionId:
    """One node of an execution, by the id that it has there (`n0`, of a child `n0-0-dn1`)."""

    node_id: str
    execution_id: ExecutionId

    def __str__(self) -> str:
        return f"{self.execution_id}/{self.node_id}"

    @property
    def project(self) -> str:
        return self.execution_id.project

    @property
    def domain(self) -> str:
        return self.execution_id.domain

    def to_identifier(self) -> NodeExecutionIdentifier:
        """The id as Admin's RPCs take it."""
        return NodeExecutionIdentifier(
            node_id=self.node_id, execution_id=self.execution_id.to_identifier()
        )

    @staticmethod
    def from_identifier(identifier: NodeExecutionIdentifier) -> "NodeExecutionId":
        """Read Admin's identifier.

        Raises: ValueError for an incomplete one.
        """
        return NodeExecutionId(
            identifier.node_id, ExecutionId.from_identifier(identifier.execution_id)
        )


@dataclass(frozen=True, slots=True, order=True)
class TaskExecutionId:
    """One attempt of a node's task; `retry_attempt` counts from 0."""

    task_id: ResourceId
    node_execution_id: NodeExecutionId
    retry_attempt: int

    def __str__(self) -> str:
        return f"{self.node_execution_id}/{self.retry_attempt}"

    @property
    def project(self) -> str:
        return self.node_execution_id.project

    @property
    def domain(self) -> str:
        return self.node_execution_id.domain

    @property
    def execution_id(self) -> ExecutionId:
        return self.node_execution_id.execution_id

    def to_identifier(self) -> TaskExecutionIdentifier:
        """The id as Admin's RPCs take it."""
        return TaskExecutionIdentifier(
            task_id=self.task_id.to_identifier(),
            node_execution_id=self.node_execution_id.to_identifier(),
            retry_attempt=self.retry_attempt,
        )

    @staticmethod
    def from_identifier(identifier: TaskExecutionIdentifier) -> "TaskExecutionId":
        """Read Admin's identifier.

        Raises: ValueError for an incomplete one.
        """
        return TaskExecutionId(
            ResourceId.from_identifier(identifier.task_id, Kind.TASK),
            NodeExecutionId.from_identifier(identifier.node_execution_id),
            identifier.retry_attempt,
        )


def check_execution_name(name: str) -> None:
    """Hold a name to what Admin, and the cluster behind it, take.

    Raises: ValueError saying what is wrong with it.
    """
    if len(name) > EXECUTION_NAME_LENGTH:
        raise ValueError(
            f"the execution name {name!r} has {len(name)} characters; at most "
            f"{EXECUTION_NAME_LENGTH} are allowed"
        )
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name for an execution: a lower case letter comes first, then lower "
            "case letters, digits and hyphens"
        )
