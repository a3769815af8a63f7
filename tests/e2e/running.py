"""An Admin on its ports with something to launch, and executions that come to an end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.sandbox import Sandbox
from reconciler.sandbox.finishing import Within, finish_named
from tests.sandbox.calls import INT, PD, Client, versioned

STRING = {"simple": "STRING"}


class Running:
    """An Admin that holds a task `t`, a workflow `w` of it, and launch plans `lp` of that.

    The workflow has two nodes that run the task one after the other, takes `x` (int) and `note`
    (str, which `lp` gives a default), and gives `o0` (int). `lp` is active in version v1; v2 is
    newer.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client = Client.of(sandbox)
        self.client.task()
        self.client("CreateWorkflow", {"id": WORKFLOW, "spec": {"template": TEMPLATE}})
        for version in ("v1", "v2"):
            self.client.launch_plan("lp", version, default_inputs=DEFAULTS)
        self.client.activate("lp", "v1")

    @property
    def endpoint(self) -> str:
        return self.sandbox.endpoint

    def launch(self, name: str) -> str:
        """Start an execution of the launch plan."""
        inputs = {"literals": {"x": {"scalar": {"primitive": {"integer": 5}}}}}
        return self.client.launch(name=name, inputs=inputs)

    def finish(self, name: str, **how: Any) -> str:
        """Drive an execution to its end; its last phase."""
        return finish_named(
            Within(self.sandbox.admin.within),
            f"flytesnacks/development/{name}",
            now=time.time_ns(),
            **how,
        ).phase

    def node(self, execution: str, node: str, phase: str, **fields: Any) -> None:
        """Tell Admin of a node's phase, as the engine would."""
        event = {
            "id": {"node_id": node, "execution_id": {**PD, "name": execution}},
            "phase": phase,
            "occurred_at": _now(),
            "spec_node_id": node,
            **fields,
        }
        self.client("CreateNodeEvent", {"event": event})

    def task(self, execution: str, node: str, phase: str, **fields: Any) -> None:
        """Tell Admin of the phase of a node's attempt at the task."""
        event = {
            "task_id": versioned("TASK", "t"),
            "parent_node_execution_id": {
                "node_id": node,
                "execution_id": {**PD, "name": execution},
            },
            "phase": phase,
            "occurred_at": _now(),
            **fields,
        }
        self.client("CreateTaskEvent", {"event": event})

    def phase(self, execution: str, phase: str, **fields: Any) -> None:
        """Tell Admin of an execution's phase."""
        event = {
            "execution_id": {**PD, "name": execution},
            "phase": phase,
            "occurred_at": _now(),
            **fields,
        }
        self.client("CreateWorkflowEvent", {"event": event})

    def signal(self, execution: str, signal: str, type: Any) -> None:
        """Let an execution wait for a signal."""
        id = {"signal_id": signal, "execution_id": {**PD, "name": execution}}
        self.client("GetOrCreateSignal", {"id": id, "type": type}, service="SignalService")

    def execution(self, name: str) -> Any:
        return self.client("GetExecution", {"id": {**PD, "name": name}})


WORKFLOW = versioned("WORKFLOW", "w")
TEMPLATE = {
    "id": WORKFLOW,
    "interface": {
        "inputs": {"variables": {"x": {"type": INT}, "note": {"type": STRING}}},
        "outputs": {"variables": {"o0": {"type": INT}}},
    },
    "nodes": [
        {
            "id": node,
            "task_node": {"reference_id": versioned("TASK", "t")},
            "inputs": [
                {"var": "x", "binding": {"promise": {"node_id": "start-node", "var": "x"}}}
            ],
            "upstream_node_ids": upstream,
        }
        for node, upstream in (("n0", []), ("n1", ["n0"]))
    ],
    "outputs": [{"var": "o0", "binding": {"promise": {"node_id": "start-node", "var": "x"}}}],
}
DEFAULTS = {
    "parameters": {
        "x": {"var": {"type": INT}, "required": True},
        "note": {
            "var": {"type": STRING},
            "default": {"scalar": {"primitive": {"string_value": "a note"}}},
        },
    }
}


def _now() -> str:
    nanos = time.time_ns()
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanos // 10**9))
    return f"{moment}.{nanos % 10**9:09d}Z"


@contextmanager
def running() -> Iterator[Running]:
    """Serve such an Admin as long as the context lasts."""
    with Sandbox() as sandbox:
        yield Running(sandbox)
