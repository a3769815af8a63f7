"""An Admin of this process that has something to launch, and short words to talk to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory

from reconciler.sandbox import Refusal, Sandbox, SandboxConfig
from reconciler.sandbox.config import Registration

Json = Any

PD = {"project": "flytesnacks", "domain": "development"}
INT = {"simple": "INTEGER"}


def integer(value: int) -> Json:
    """An integer literal."""
    return {"scalar": {"primitive": {"integer": str(value)}}}


def text(value: str) -> Json:
    """A string literal."""
    return {"scalar": {"primitive": {"string_value": value}}}


def at(second: int, nanos: int = 0) -> str:
    """A moment of the first of May 2024."""
    minutes, seconds = divmod(second, 60)
    return f"2024-05-01T00:{minutes:02d}:{seconds:02d}.{nanos:09d}Z"


def execution_id(name: str = "e1", **parts: str) -> Json:
    """The id of an execution."""
    return {**PD, "name": name, **parts}


def node_id(node: str = "n0", execution: str = "e1") -> Json:
    """The id of a node."""
    return {"node_id": node, "execution_id": execution_id(execution)}


def versioned(kind: str, name: str, version: str = "v1") -> Json:
    """The id of a task, workflow or launch plan."""
    return {"resource_type": kind, **PD, "name": name, "version": version}


class World:
    """One Admin, and what tests do with it."""

    def __init__(self, config: SandboxConfig | None = None) -> None:
        self.sandbox = Sandbox(config=config)
        self.admin = self.sandbox.admin

    def call(self, name: str, request: Json = None, *, service: str = "AdminService") -> Any:
        """Call an RPC with a request in JSON; return the answer.

        Raises:
            Refusal: As the Admin says.
        """
        full = f"flyteidl.service.{service}"
        method = descriptor_pool.Default().FindServiceByName(full).methods_by_name[name]
        message = message_factory.GetMessageClass(method.input_type)()
        json_format.ParseDict(request or {}, message)
        answer = self.admin.call(f"/{full}/{name}", message.SerializeToString())
        return message_factory.GetMessageClass(method.output_type).FromString(answer)

    def refusal(
        self, name: str, request: Json = None, *, service: str = "AdminService"
    ) -> Refusal:
        """Call an RPC that must be refused; return the refusal."""
        with pytest.raises(Refusal) as caught:
            self.call(name, request, service=service)
        return caught.value

    def refused(self, name: str, request: Json = None, *, service: str = "AdminService") -> str:
        """Call an RPC that must be refused; return `CODE message`."""
        refusal = self.refusal(name, request, service=service)
        return f"{refusal.code.name} {refusal.message}"

    def task(self, name: str = "t", **template: Json) -> None:
        """Register a task of one integer input and one integer output."""
        identifier = versioned("TASK", name)
        whole = {
            "id": identifier,
            "type": "python-task",
            "metadata": {"runtime": {"version": "1"}},
            "interface": {
                "inputs": {"variables": {"x": {"type": INT}}},
                "outputs": {"variables": {"o0": {"type": INT}}},
            },
            "container": {"image": "img", "command": ["true"]},
            **template,
        }
        self.call("CreateTask", {"id": identifier, "spec": {"template": whole}})

    def workflow(
        self, name: str = "w", *, inputs: Json = None, nodes: Json = None, **spec: Json
    ) -> None:
        """Register a workflow, which sleeps if nothing else is said, and its launch plan."""
        identifier = versioned("WORKFLOW", name)
        template = {
            "id": identifier,
            "interface": {
                "inputs": {"variables": {key: {"type": t} for key, t in (inputs or {}).items()}},
                "outputs": {"variables": {}},
            },
            "nodes": nodes or [{"id": "n0", "gate_node": {"sleep": {"duration": "60s"}}}],
        }
        self.call("CreateWorkflow", {"id": identifier, "spec": {"template": template}})
        self.launch_plan(name, workflow=name, **spec)

    def launch_plan(
        self, name: str, *, workflow: str = "w", version: str = "v1", **spec: Json
    ) -> None:
        """Register a launch plan."""
        whole = {"workflow_id": versioned("WORKFLOW", workflow), "entity_metadata": {}, **spec}
        identifier = versioned("LAUNCH_PLAN", name, version)
        self.call("CreateLaunchPlan", {"id": identifier, "spec": whole})

    def request(
        self,
        name: str = "e1",
        *,
        of: str = "w",
        inputs: Json = None,
        task: bool = False,
        **spec: Json,
    ) -> Json:
        """Make a request to launch."""
        kind = "TASK" if task else "LAUNCH_PLAN"
        return {
            **PD,
            "name": name,
            "spec": {"launch_plan": versioned(kind, of), **spec},
            "inputs": {"literals": inputs or {}},
        }

    def launch(self, name: str = "e1", **arguments: Json) -> Any:
        """Launch; return the id."""
        return self.call("CreateExecution", self.request(name, **arguments)).id

    def execution(self, name: str = "e1") -> Any:
        """Return an execution."""
        return self.call("GetExecution", {"id": execution_id(name)})

    def phase(self, phase: str | int, second: int = 1, *, name: str = "e1", **event: Json) -> None:
        """Send a workflow event."""
        told = {"execution_id": execution_id(name), "phase": phase, "occurred_at": at(second)}
        self.call("CreateWorkflowEvent", {"event": {**told, **event}})

    def node_phase(
        self,
        phase: str | int,
        second: int = 1,
        *,
        node: str = "n0",
        name: str = "e1",
        **event: Json,
    ) -> None:
        """Send a node event."""
        told = {"id": node_id(node, name), "phase": phase, "occurred_at": at(second)}
        self.call("CreateNodeEvent", {"event": {**told, "event_version": 1, **event}})

    def node(self, node: str = "n0", name: str = "e1") -> Any:
        """Return a node."""
        return self.call("GetNodeExecution", {"id": node_id(node, name)})

    def task_phase(
        self,
        phase: str | int,
        second: int = 1,
        *,
        node: str = "n0",
        attempt: int = 0,
        **event: Json,
    ) -> None:
        """Send a task event."""
        told = {
            "task_id": versioned("TASK", "t"),
            "parent_node_execution_id": node_id(node),
            "retry_attempt": attempt,
            "phase": phase,
            "occurred_at": at(second),
        }
        self.call("CreateTaskEvent", {"event": {**told, **event}})

    def attempt(self, attempt: int = 0, *, node: str = "n0") -> Any:
        """Return a task execution."""
        wanted = {
            "task_id": versioned("TASK", "t"),
            "node_execution_id": node_id(node),
            "retry_attempt": attempt,
        }
        return self.call("GetTaskExecution", {"id": wanted})

    def names(self, filters: str = "", **request: Json) -> list[str]:
        """Return the names of the executions that a list gives, by name."""
        wanted = {
            "id": PD,
            "limit": 100,
            "filters": filters,
            "sort_by": {"key": "execution_name", "direction": "ASCENDING"},
            **request,
        }
        return [found.id.name for found in self.call("ListExecutions", wanted).executions]

    def inputs(self, name: str = "e1") -> dict[str, int]:
        """Return an execution's integer inputs."""
        data = self.call("GetExecutionData", {"id": execution_id(name)})
        literals = data.full_inputs.literals
        return {key: literals[key].scalar.primitive.integer for key in literals}


@pytest.fixture
def world() -> Iterator[World]:
    """An Admin with the workflow and launch plan `w`, which take nothing."""
    world = World()
    world.workflow()
    yield world
    world.sandbox.stop()


@pytest.fixture
def limited() -> Iterator[World]:
    """An Admin that allows two labels and two annotations."""
    world = World(
        SandboxConfig(registration=Registration(max_label_entries=2, max_annotation_entries=2))
    )
    world.workflow()
    yield world
    world.sandbox.stop()
