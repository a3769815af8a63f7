"""The world of docs/executions.md: pipelines that end as soon as they are launched."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest, ExecutionCreateResponse
from flyteidl.admin.signal_pb2 import SignalGetOrCreateRequest
from google.protobuf.json_format import ParseDict

from reconciler.manifest import load
from reconciler.remote import Config, Remote
from reconciler.testing import EmbeddedAdmin

PIPELINES = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: etl.load}
spec:
  inputs: {day: datetime, rates: "list[float]"}
  outputs: {rows: int}
  container: {image: "ghcr.io/acme/etl:1", args: [load]}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: etl.daily}
spec:
  inputs: {day: datetime, rates: "list[float]"}
  outputs: {rows: {type: int, from: load.rows}}
  nodes:
    load: {task: etl.load, inputs: {day: {from: inputs.day}, rates: {from: inputs.rates}}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: etl.daily}
spec: {workflow: etl.daily, state: active}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: etl.broken}
spec: {workflow: etl.daily, inputs: {day: 2026-03-01, rates: []}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: etl.review}
spec: {workflow: etl.daily, inputs: {day: 2026-03-01, rates: []}}
"""
SIGNALS = {"publish": {"simple": "BOOLEAN"}, "limit": {"simple": "INTEGER"}}


def launched(admin: EmbeddedAdmin) -> Mapping[str, Any]:
    """`etl.daily` succeeds, `etl.broken` fails, and `etl.review` comes to its gates."""
    Path("etl.yaml").write_text(PIPELINES)
    with Remote(Config.for_endpoint(admin.endpoint, insecure=True, environ={})) as remote:
        assert remote.apply(remote.plan(load(["etl.yaml"]))).succeeded
    inner = admin._sandbox.admin
    call = inner.call

    def calls(method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()) -> bytes:
        answer = call(method, payload, metadata)
        if method.endswith("/CreateExecution"):
            name = ExecutionCreateResponse.FromString(answer).id.name
            plan = ExecutionCreateRequest.FromString(payload).spec.launch_plan.name
            goes_on(plan, f"flytesnacks/development/{name}")
        return answer

    def goes_on(plan: str, execution: str) -> None:
        if plan == "etl.daily":
            admin.finish(execution, outputs={"rows": 7})
        elif plan == "etl.broken":
            admin.finish(execution, error="no such table")
        else:
            project, domain, name = execution.split("/")
            id = {"project": project, "domain": domain, "name": name}
            for signal, kind in SIGNALS.items():
                said = {"id": {"signal_id": signal, "execution_id": id}, "type": kind}
                request = ParseDict(said, SignalGetOrCreateRequest())
                method = "/flyteidl.service.SignalService/GetOrCreateSignal"
                call(method, request.SerializeToString())

    inner.call = calls  # type: ignore[method-assign, assignment]
    return {}
