"""What each list of Admin's can be filtered and sorted by.

Source: admin-contract 4.2 and 4.3 (flyteadmin `pkg/repositories/models`, and the entities that
each list joins). A test holds these tables against those of the embedded Admin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityState
from flyteidl.admin.execution_pb2 import ExecutionMetadata, ExecutionState
from flyteidl.admin.launch_plan_pb2 import LaunchPlanState
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.execution_pb2 import NodeExecution, TaskExecution, WorkflowExecution

from reconciler.errors import FilterError


class Holds(Enum):
    """What a column holds, as far as a filter has to know."""

    TEXT = "a text"
    NUMBER = "a whole number"
    TIME = "a time"
    DURATION = "a duration"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `words` are the values that have names: how each is spelled for Admin."""

    holds: Holds
    words: Mapping[str, str] = field(default_factory=dict)


Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list RPC.

    Attributes:
        what: Its rows, for messages.
        entity: Whose columns need no prefix.
        filters: The columns to filter by, by entity; none if the list takes no filters.
        sorts: The keys to sort by.
        hints: What to write instead of a key that this list misreads or has not.
    """

    what: str
    entity: str
    filters: Mapping[str, Columns]
    sorts: frozenset[str]
    hints: Mapping[str, str] = field(default_factory=dict)

    def column(self, key: str) -> Column:
        """The column that a filter's key names.

        Raises: FilterError with what may have been meant.
        """
        if not self.filters:
            raise FilterError(f"Admin takes no filters for {self.what}")
        if key in self.hints:
            raise FilterError(f"{self.what} cannot be filtered by {key!r}: {self.hints[key]}")
        entity, dot, name = key.rpartition(".")
        columns = self.filters.get(entity if dot else self.entity)
        if columns is None:
            entities = ", ".join(f"{one}." for one in self.filters)
            raise FilterError(
                f"{self.what} cannot be filtered by {entity!r}; the prefixes there are: {entities}"
            )
        if name not in columns:
            raise FilterError(
                f"{self.what} cannot be filtered by {key!r}{_near(name, columns)}; "
                f"there are: {', '.join(sorted(columns))}"
            )
        return columns[name]

    def check_sort(self, key: str) -> None:
        """Raises: FilterError for a key that this list cannot be sorted by."""
        if key not in self.sorts:
            raise FilterError(
                f"{self.what} cannot be sorted by {key!r}{_near(key, self.sorts)}; "
                f"there are: {', '.join(sorted(self.sorts))}"
            )


def _near(key: str, known: Any) -> str:
    close = get_close_matches(key, list(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _named(values: Any, *prefixes: str) -> dict[str, str]:
    """The names of an enum that Admin stores by number, with and without their prefix."""
    words = {}
    for name, number in values.items():
        words[name] = str(number)
        for prefix in prefixes:
            words.setdefault(name.removeprefix(prefix), str(number))
    return words


def _spelled(values: Any) -> Column:
    """An enum that Admin stores by name."""
    return Column(Holds.TEXT, {name: name for name, _ in values.items()})


def _columns(text: str = "", number: str = "", time: str = "", raw: str = "") -> dict[str, Column]:
    kinds = {Holds.TEXT: text, Holds.NUMBER: number, Holds.TIME: time, Holds.BYTES: raw}
    return {name: Column(kind) for kind, names in kinds.items() for name in names.split()}


_ROW = _columns(number="id", time="created_at updated_at deleted_at")
_DURATION = {"duration": Column(Holds.DURATION)}
_PLACE = "execution_project execution_domain execution_name"

_TASK = _ROW | _columns("project domain name version type short_description", raw="closure digest")
_WORKFLOW = _ROW | _columns(
    "project domain name version remote_closure_identifier short_description",
    raw="typed_interface digest",
)
_LAUNCH_PLAN = (
    _ROW
    | _columns(
        "project domain name version schedule_type launch_condition_type",
        number="workflow_id",
        raw="spec closure digest",
    )
    | {"state": Column(Holds.NUMBER, _named(LaunchPlanState))}
)
_EXECUTION = (
    _ROW
    | _columns(
        f"{_PLACE} abort_cause cluster inputs_uri user_inputs_uri error_kind error_code user "
        "launch_entity",
        number="launch_plan_id workflow_id task_id source_execution_id parent_node_execution_id",
        time="started_at execution_created_at execution_updated_at",
        raw="closure spec",
    )
    | _DURATION
    | {
        "phase": _spelled(WorkflowExecution.Phase),
        "state": Column(Holds.NUMBER, _named(ExecutionState, "EXECUTION_")),
        "mode": Column(Holds.NUMBER, _named(ExecutionMetadata.ExecutionMode)),
    }
)
_NODE_EXECUTION = (
    _ROW
    | _columns(
        f"{_PLACE} node_id input_uri error_kind error_code cache_status "
        "dynamic_workflow_remote_closure_reference",
        number="parent_id parent_task_execution_id",
        time="started_at node_execution_created_at node_execution_updated_at",
        raw="closure node_execution_metadata internal_data",
    )
    | _DURATION
    | {"phase": _spelled(NodeExecution.Phase)}
)
_TASK_EXECUTION = (
    _ROW
    | _columns(
        f"project domain name version {_PLACE} node_id input_uri",
        number="retry_attempt phase_version",
        time="started_at task_execution_created_at task_execution_updated_at",
        raw="closure",
    )
    | _DURATION
    | {"phase": _spelled(TaskExecution.Phase)}
)
_NAMES = _columns("project domain name description") | {
    "state": Column(Holds.NUMBER, _named(NamedEntityState, "NAMED_ENTITY_"))
}
_PROJECT = (
    _ROW
    | _columns("identifier name description", raw="labels")
    | {"state": Column(Holds.NUMBER, _named(Project.ProjectState))}
)
_SIGNAL = _ROW | _columns(f"{_PLACE} signal_id", raw="type value")
_TAG = _ROW | _columns(f"{_PLACE} key value")
_DESCRIPTION = _ROW | _columns("project domain name version short_description")
# Of an execution's own parts these columns have another name.
_EXECUTION_PARTS = {
    "name": "write 'execution_name', or 'launch_plan.name' or 'workflow.name'",
    "project": "write 'execution_project'",
    "domain": "write 'execution_domain'",
}

TASKS = Listing("tasks", "task", {"task": _TASK}, frozenset(_TASK))
WORKFLOWS = Listing("workflows", "workflow", {"workflow": _WORKFLOW}, frozenset(_WORKFLOW))
LAUNCH_PLANS = Listing(
    "launch plans",
    "launch_plan",
    {"launch_plan": _LAUNCH_PLAN, "workflow": _WORKFLOW},
    frozenset(_LAUNCH_PLAN),
)
ACTIVE_LAUNCH_PLANS = Listing("active launch plans", "launch_plan", {}, frozenset(_LAUNCH_PLAN))
EXECUTIONS = Listing(
    "executions",
    "execution",
    {
        "execution": _EXECUTION,
        "launch_plan": _LAUNCH_PLAN,
        "workflow": _WORKFLOW,
        "task": _TASK,
        "admin_tag": _columns("name"),
        "execution_tag": _TAG,
    },
    frozenset(_EXECUTION),
    _EXECUTION_PARTS | dict.fromkeys(("tag", "tags"), "write 'admin_tag.name'"),
)
NODE_EXECUTIONS = Listing(
    "node executions",
    "node_execution",
    {"node_execution": _NODE_EXECUTION, "execution": _EXECUTION},
    frozenset(_NODE_EXECUTION),
    {"name": "write 'node_id'"},
)
TASK_EXECUTIONS = Listing(
    "task executions",
    "task_execution",
    {
        "task_execution": _TASK_EXECUTION,
        "task": _TASK,
        "execution": _EXECUTION,
        "node_execution": _NODE_EXECUTION,
    },
    frozenset(_TASK_EXECUTION),
    {
        part: f"Admin takes it for the execution's; write 'task.{part}' or 'execution_{part}'"
        for part in ("project", "domain", "name")
    },
)
NAMED_ENTITIES = Listing(
    "named entities",
    "entities",
    {"entities": _NAMES, "named_entity_metadata": _ROW | _NAMES},
    frozenset(("project", "domain", "name")),
    {"resource_type": "it is an argument of the list"},
)
PROJECTS = Listing("projects", "project", {"project": _PROJECT}, frozenset(_PROJECT))
SIGNALS = Listing("signals", "signal", {"signal": _SIGNAL}, frozenset(_SIGNAL))
IDS = Listing("names", "", {}, frozenset(("project", "domain", "name")))
DESCRIPTIONS = Listing(
    "descriptions", "description", {"description": _DESCRIPTION}, frozenset(_DESCRIPTION)
)
