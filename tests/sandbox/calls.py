"""Short words to talk to an embedded Admin, in this process or over the wire."""

from collections.abc import Callable
from typing import Any

import grpc
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, signal_pb2  # noqa: F401
from google.protobuf import descriptor_pool, json_format, message_factory

from reconciler.sandbox import Sandbox

Json = Any
Carry = Callable[[str, bytes], bytes]

PD = {"project": "flytesnacks", "domain": "development"}
INT = {"simple": "INTEGER"}


def over_wire(channel: grpc.Channel) -> Carry:
    """Carry calls over a channel."""

    def carry(method: str, payload: bytes) -> bytes:
        return bytes(channel.unary_unary(method, None, None)(payload, timeout=30))

    return carry


def versioned(kind: str, name: str, version: str = "v1", **parts: str) -> Json:
    """The id of a task, workflow or launch plan."""
    return {"resource_type": kind, **PD, **parts, "name": name, "version": version}


class Client:
    """Calls RPCs with requests in protobuf's JSON.

    Args:
        carry: Takes full method and payload, returns the answer; `Sandbox.admin.call` is one.
    """

    def __init__(self, carry: Carry) -> None:
        self.carry = carry

    @classmethod
    def of(cls, sandbox: Sandbox) -> "Client":
        """Call within this process."""
        return cls(lambda method, payload: sandbox.admin.call(method, payload))

    def __call__(self, name: str, request: Json = None, *, service: str = "AdminService") -> Any:
        """Call an RPC; return its answer."""
        full = f"flyteidl.service.{service}"
        method = descriptor_pool.Default().FindServiceByName(full).methods_by_name[name]
        message = self.message(name, request, service=service)
        answer = self.carry(f"/{full}/{name}", message.SerializeToString())
        return message_factory.GetMessageClass(method.output_type).FromString(answer)

    def message(self, name: str, request: Json = None, *, service: str = "AdminService") -> Any:
        """Make the request of an RPC."""
        full = f"flyteidl.service.{service}"
        method = descriptor_pool.Default().FindServiceByName(full).methods_by_name[name]
        message = message_factory.GetMessageClass(method.input_type)()
        return json_format.ParseDict(request or {}, message)

    def task(self, name: str = "t", version: str = "v1", **parts: str) -> Any:
        """Register a task of one integer input."""
        identifier = versioned("TASK", name, version, **parts)
        template = {
            "id": identifier,
            "type": "python-task",
            "metadata": {"runtime": {"version": "1"}},
            "interface": {"inputs": {"variables": {"x": {"type": INT}}}, "outputs": {}},
            "container": {"image": "img", "command": ["true"]},
        }
        return self("CreateTask", {"id": identifier, "spec": {"template": template}})

    def workflow(
        self, name: str = "w", version: str = "v1", *, inputs: Json = None, outputs: Json = None
    ) -> Any:
        """Register a workflow that sleeps, unless its outputs are its inputs."""
        identifier = versioned("WORKFLOW", name, version)
        variables = {key: {"type": kind} for key, kind in (inputs or {}).items()}
        template = {
            "id": identifier,
            "interface": {
                "inputs": {"variables": variables},
                "outputs": {
                    "variables": {key: {"type": kind} for key, kind in (outputs or {}).items()}
                },
            },
            "nodes": [{"id": "n0", "gate_node": {"sleep": {"duration": "60s"}}}],
            "outputs": [
                {"var": key, "binding": {"promise": {"node_id": "start-node", "var": key}}}
                for key in outputs or {}
            ],
        }
        return self("CreateWorkflow", {"id": identifier, "spec": {"template": template}})

    def launch_plan(self, name: str = "lp", version: str = "v1", **spec: Json) -> Any:
        """Register a launch plan of workflow `w`, or of the one that `spec` names."""
        identifier = versioned("LAUNCH_PLAN", name, version)
        whole = {"workflow_id": versioned("WORKFLOW", "w"), "entity_metadata": {}, **spec}
        return self("CreateLaunchPlan", {"id": identifier, "spec": whole})

    def scheduled(self, name: str = "lp", version: str = "v1", cron: str = "0 6 * * *") -> Any:
        """Register a launch plan with a schedule."""
        schedule = {"cron_schedule": {"schedule": cron}}
        return self.launch_plan(name, version, entity_metadata={"schedule": schedule})

    def activate(self, name: str = "lp", version: str = "v1") -> Any:
        """Make a version the active one."""
        identifier = versioned("LAUNCH_PLAN", name, version)
        return self("UpdateLaunchPlan", {"id": identifier, "state": "ACTIVE"})

    def active(self, name: str = "lp") -> list[str]:
        """The active versions of a name."""
        request = {"id": {**PD, "name": name}, "limit": 10, "filters": "eq(state,1)"}
        return sorted(lp.id.version for lp in self("ListLaunchPlans", request).launch_plans)

    def launch(self, launch_plan: str = "lp", name: str = "", **fields: Json) -> str:
        """Start an execution; return its name."""
        spec = {"launch_plan": versioned("LAUNCH_PLAN", launch_plan), "metadata": {}}
        request = {**PD, "name": name, "spec": spec, "inputs": {}, **fields}
        return str(self("CreateExecution", request).id.name)
