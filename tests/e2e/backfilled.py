"""A launch plan that fires every morning, an Admin that runs it, and backfills of its slots."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityIdentifier, ResourceListRequest
from flyteidl.admin.execution_pb2 import (
    Execution,
    ExecutionCreateRequest,
    ExecutionCreateResponse,
    ExecutionList,
    WorkflowExecutionGetDataRequest,
    WorkflowExecutionGetDataResponse,
)

from reconciler.config import Config
from reconciler.cron import execution_name, from_rfc3339
from reconciler.manifest import load
from reconciler.model import SlotTable
from reconciler.remote import Remote
from reconciler.sandbox import Store
from reconciler.sandbox.finishing import FinishError
from reconciler.testing import EmbeddedAdmin
from tests.e2e.fire import Fire

PROJECT, DOMAIN, NAME = "flytesnacks", "development", "weather.daily"
_ENDED = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")

WEATHER = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: weather.fetch}
spec:
  inputs: {day: datetime, region: str}
  outputs: {rows: int}
  container: {image: "ghcr.io/acme/weather:1.4", args: [fetch, "{{.inputs.day}}"]}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: weather.daily}
spec:
  inputs: {day: datetime, region: str}
  nodes:
    fetch:
      task: weather.fetch
      inputs: {day: {from: inputs.day}, region: {from: inputs.region}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: weather.daily}
spec:
  version: v1
  workflow: weather.daily
  inputs: {region: eu}
  schedule: {cron: "0 6 * * *", kickoffInput: day}
  state: active
"""

BACKFILL = """\
apiVersion: reconciler/v1
kind: Backfill
metadata: {{project: flytesnacks, domain: development, name: {name}}}
spec:
  launchPlan: weather.daily
  window: {{from: {start}, to: {end}}}
  {more}
"""


def backfill(
    name: str = "january", *, start: str = "2024-01-01", end: str = "2024-01-06", more: str = ""
) -> str:
    """A manifest; `more` are further lines of its spec, in flow style or one."""
    return BACKFILL.format(name=name, start=start, end=end, more=more)


@contextmanager
def remote_of(admin: EmbeddedAdmin) -> Iterator[Remote]:
    with Remote(Config.for_endpoint(admin.endpoint, insecure=True)) as remote:
        yield remote


def executions(admin: EmbeddedAdmin) -> list[Execution]:
    """All of them, in order of creation."""
    found: list[Execution] = []
    token = ""
    while True:
        request = ResourceListRequest(
            id=NamedEntityIdentifier(project=PROJECT, domain=DOMAIN),
            limit=1000,
            token=token,
            sort_by={"key": "id", "direction": 1},
        )
        answer = admin.call("ListExecutions", request, ExecutionList)
        found += answer.executions
        token = answer.token
        if not token:
            return found


def names(admin: EmbeddedAdmin) -> list[str]:
    return [one.id.name for one in executions(admin)]


def inputs_of(admin: EmbeddedAdmin, name: str) -> Mapping[str, Any]:
    """What an execution was given: datetimes as seconds."""
    id = {"project": PROJECT, "domain": DOMAIN, "name": name}
    request = WorkflowExecutionGetDataRequest(id=id)
    answer = admin.call("GetExecutionData", request, WorkflowExecutionGetDataResponse)
    found = {}
    for key, literal in answer.full_inputs.literals.items():
        primitive = literal.scalar.primitive
        kind = primitive.WhichOneof("value")
        found[key] = primitive.datetime.seconds if kind == "datetime" else primitive.string_value
    return found


def running(admin: EmbeddedAdmin) -> list[str]:
    """The executions that have not ended."""
    from flyteidl.core.execution_pb2 import WorkflowExecution

    ended = {WorkflowExecution.Phase.Value(word) for word in _ENDED}
    return [one.id.name for one in executions(admin) if one.closure.phase not in ended]


def end(admin: EmbeddedAdmin, *some: str, error: str | None = None) -> Sequence[str]:
    """End these executions, or all that run; return their names."""
    ended = some or tuple(running(admin))
    for name in ended:
        # Somebody else may have ended it since it was looked for.
        with suppress(FinishError):
            admin.finish(f"{PROJECT}/{DOMAIN}/{name}", error=error)
    return ended


def launch(admin: EmbeddedAdmin, request: ExecutionCreateRequest) -> None:
    """Start one as somebody else."""
    admin.call("CreateExecution", request, ExecutionCreateResponse)


def counts(table: SlotTable) -> dict[str, int]:
    """Slots by the word of their state."""
    return {str(state): count for state, count in table.counts.items()}


def written(folder: Path, *texts: str) -> list[Path]:
    """Files of manifests."""
    files = []
    for number, text in enumerate(texts):
        file = folder / f"manifests-{number}.yaml"
        file.write_text(text)
        files.append(file)
    return files


def apply(admin: EmbeddedAdmin, folder: Path, *texts: str) -> None:
    with remote_of(admin) as remote:
        report = remote.apply(remote.plan(load(written(folder, *texts))))
    assert report.succeeded, [one.message for one in report.outcomes]


def scheduled(day: int, version: str = "v1") -> str:
    """The name that the scheduler gives to a day of January 2024."""
    return execution_name(
        project=PROJECT, domain=DOMAIN, name=NAME, version=version, instant=morning(day)
    )


def morning(day: int) -> int:
    return from_rfc3339(f"2024-01-{day:02}T06:00:00Z")


def by_hand(
    name: str, day: int, *, region: str, version: str = "v1", slot: int | None = None
) -> ExecutionCreateRequest:
    request = ExecutionCreateRequest(project=PROJECT, domain=DOMAIN, name=name)
    plan = request.spec.launch_plan
    plan.resource_type, plan.project, plan.domain = 3, PROJECT, DOMAIN
    plan.name, plan.version = NAME, version
    request.inputs.literals["region"].scalar.primitive.string_value = region
    datetime = request.inputs.literals["day"].scalar.primitive.datetime
    datetime.seconds = morning(day) // 10**9
    if slot is not None:
        request.spec.metadata.scheduled_at.seconds = morning(slot) // 10**9
    return request


class Launches(Fire):
    """Bad days that count what Admin made of every launch.

    Attributes:
        taken: The names of the executions that Admin created, in order.
        overwritten: Names for which a request came while there was such an execution.
    """

    def __init__(self, *rules: Any, seed: int = 0) -> None:
        super().__init__(*rules, seed=seed)
        self.taken: list[str] = []
        self.overwritten: list[str] = []

    def note(self, full_method: str, payload: bytes, store: Store, code: str) -> None:
        if not full_method.endswith("/CreateExecution"):
            return
        request = ExecutionCreateRequest.FromString(payload)
        with self._lock:
            (self.overwritten if code == "ALREADY_EXISTS" else self.taken).append(request.name)
