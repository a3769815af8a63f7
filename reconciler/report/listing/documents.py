"""What `get` prints for machines, field by field.

`schemas/get.json` is written from these classes, and what is printed is checked against them in
tests. Instants are RFC 3339.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict


class Version(TypedDict):
    """A version of something."""

    project: str
    domain: str
    name: str
    version: str


class TaskRow(Version):
    """A task."""

    task_type: str
    image: str | None
    inputs: Annotated[dict[str, str], "name → type, in the type language of manifests"]
    outputs: dict[str, str]
    created_at: str | None


class WorkflowRow(Version):
    """A workflow."""

    inputs: Annotated[dict[str, str], "name → type, in the type language of manifests"]
    outputs: dict[str, str]
    created_at: str | None


class LaunchPlanRow(Version):
    """A launch plan."""

    state: Literal["active", "inactive"]
    schedule: Annotated[str | None, "in words"]
    workflow: Version
    created_at: str | None
    updated_at: str | None


class Launched(Version):
    """What an execution runs."""

    kind: Literal["launch_plan", "task"]


class Failure(TypedDict):
    """Why something failed."""

    code: str
    message: str


class Execution(TypedDict):
    """Who an execution is."""

    project: str
    domain: str
    name: str


class ExecutionRow(Execution):
    """An execution."""

    phase: Annotated[str, "as Flyte Admin spells it"]
    entity: Launched
    mode: str
    principal: str | None
    cluster: str | None
    tags: list[str]
    labels: dict[str, str]
    archived: bool
    error: Failure | None
    abort_cause: str | None
    created_at: str | None
    started_at: str | None
    updated_at: str | None
    seconds: Annotated[float | None, "how long it took"]


class NodeRow(TypedDict):
    """A node of an execution."""

    id: str
    spec_node_id: Annotated[str, "as its workflow calls it"]
    phase: str
    is_parent: bool
    is_dynamic: bool
    is_array: bool
    retry_group: str | None
    execution: Annotated[str | None, "project/domain/name of the one it started"]
    cache: str | None
    deck_uri: str | None
    error: Failure | None
    created_at: str | None
    started_at: str | None
    updated_at: str | None
    seconds: float | None


class LogLink(TypedDict):
    """Where something wrote what it had to say."""

    name: str
    uri: str


class AttemptRow(TypedDict):
    """An attempt at a task."""

    node: str
    attempt: Annotated[int, "from 0"]
    phase: str
    task: Version
    task_type: str | None
    reason: str | None
    logs: list[LogLink]
    error: Failure | None
    created_at: str | None
    started_at: str | None
    updated_at: str | None
    seconds: float | None


class SignalRow(TypedDict):
    """Something that an execution waits for."""

    id: str
    signal_type: Annotated[str, "in the type language of manifests"]
    is_set: bool


class ProjectRow(TypedDict):
    """A project."""

    id: str
    name: str
    description: str
    state: str
    domains: list[str]
    labels: dict[str, str]


class DomainRow(TypedDict):
    """A domain."""

    id: str
    name: str


class AttributeRow(TypedDict):
    """What is set for a level."""

    project: str | None
    domain: str | None
    workflow: str | None
    launch_plan: str | None
    attribute: Annotated[str, "as manifests call it"]
    values: Any


class Tasks(TypedDict):
    """What `get tasks --json` prints."""

    format_version: str
    type: Literal["tasks"]
    tasks: list[TaskRow]


class Workflows(TypedDict):
    """What `get workflows --json` prints."""

    format_version: str
    type: Literal["workflows"]
    workflows: list[WorkflowRow]


class LaunchPlans(TypedDict):
    """What `get launchplans --json` prints."""

    format_version: str
    type: Literal["launch_plans"]
    launch_plans: list[LaunchPlanRow]


class Executions(TypedDict):
    """What `get executions --json` prints."""

    format_version: str
    type: Literal["executions"]
    executions: list[ExecutionRow]


class Nodes(TypedDict):
    """What `get nodes --json` prints."""

    format_version: str
    type: Literal["nodes"]
    nodes: list[NodeRow]


class TaskExecutions(TypedDict):
    """What `get task-executions --json` prints."""

    format_version: str
    type: Literal["task_executions"]
    task_executions: list[AttemptRow]


class Signals(TypedDict):
    """What `get signals --json` prints."""

    format_version: str
    type: Literal["signals"]
    signals: list[SignalRow]


class Projects(TypedDict):
    """What `get projects --json` prints."""

    format_version: str
    type: Literal["projects"]
    projects: list[ProjectRow]


class Domains(TypedDict):
    """What `get domains --json` prints."""

    format_version: str
    type: Literal["domains"]
    domains: list[DomainRow]


class Attributes(TypedDict):
    """What `get attributes --json` prints."""

    format_version: str
    type: Literal["attributes"]
    attributes: list[AttributeRow]


class WholeTask(TypedDict):
    """One task in full."""

    format_version: str
    type: Literal["task"]
    task: Annotated[dict[str, Any], "Flyte's message, as protobuf's JSON has it"]


class WholeWorkflow(TypedDict):
    """One workflow in full."""

    format_version: str
    type: Literal["workflow"]
    workflow: Annotated[dict[str, Any], "Flyte's message, as protobuf's JSON has it"]


class WholeLaunchPlan(TypedDict):
    """One launch plan in full."""

    format_version: str
    type: Literal["launch_plan"]
    launch_plan: Annotated[dict[str, Any], "Flyte's message, as protobuf's JSON has it"]


class WholeExecution(TypedDict):
    """One execution in full."""

    format_version: str
    type: Literal["execution"]
    execution: Annotated[dict[str, Any], "Flyte's message, as protobuf's JSON has it"]
    inputs: NotRequired[Annotated[dict[str, Any], "with --data: literals by name"]]
    outputs: NotRequired[dict[str, Any]]


class WholeNode(TypedDict):
    """One node in full."""

    format_version: str
    type: Literal["node"]
    node: Annotated[dict[str, Any], "Flyte's message, as protobuf's JSON has it"]
    inputs: NotRequired[Annotated[dict[str, Any], "with --data: literals by name"]]
    outputs: NotRequired[dict[str, Any]]


LISTED = (
    Tasks,
    Workflows,
    LaunchPlans,
    Executions,
    Nodes,
    TaskExecutions,
    Signals,
    Projects,
    Domains,
    Attributes,
    WholeTask,
    WholeWorkflow,
    WholeLaunchPlan,
    WholeExecution,
    WholeNode,
)
