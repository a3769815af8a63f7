"""An Admin in memory, as far as the scheduler sees one, and recorded cases to play on it."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flyteidl.admin import execution_pb2

from reconciler.cron import from_rfc3339
from reconciler.sandbox.scheduler import ExecutionRefused, Row

Case = dict[str, Any]

_FOLDER = Path(__file__).with_name("recordings")


def recorded(name: str) -> list[Case]:
    """Return the cases that were recorded from flyteadmin v1.16.8 in `<name>.jsonl`."""
    text = (_FOLDER / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.rstrip("\n").split("\n")]


def a_row(**changes: Any) -> Row:
    """Return a row, with times as RFC 3339 texts, and names that matter to no one filled in."""
    given: dict[str, Any] = {
        "project": "flytesnacks",
        "domain": "development",
        "name": "a.lp",
        "version": "v1",
        "active": True,
        "updated_at": "2026-03-07T00:00:00Z",
    } | changes
    return Row(**given | {"updated_at": from_rfc3339(given["updated_at"])})


class MemoryAdmin:
    """Holds rows, executions and a snapshot; refuses what `fault` says.

    Attributes:
        created: Name of an execution → its request and the instant of the call.
        failed: How many calls a fault answered, by launch plan and scheduled time.
    """

    def __init__(
        self,
        rows: Iterable[Row] = (),
        *,
        snapshot: Mapping[int, int] | None = None,
        fault: Callable[[execution_pb2.ExecutionCreateRequest, int], str | None] | None = None,
    ) -> None:
        self._rows: dict[int, Row] = {}
        self.change(*rows)
        self.snapshot = dict(snapshot or {})
        self._fault = fault or (lambda request, at: None)
        self.created: dict[str, tuple[execution_pb2.ExecutionCreateRequest, int]] = {}
        self.failed: Counter[str] = Counter()
        self.logged: list[str] = []

    def change(self, *rows: Row) -> None:
        """Put rows in place, over those of the same launch plan version."""
        self._rows.update({row.key: row for row in rows})

    def rows(self) -> list[Row]:
        return list(self._rows.values())

    def create_execution(self, request: execution_pb2.ExecutionCreateRequest, at: int) -> None:
        code = self._fault(request, at)
        if code is not None:
            scheduled = request.spec.metadata.scheduled_at.ToJsonString()
            self.failed[f"{plan_of(request)}@{scheduled}"] += 1
            raise ExecutionRefused(code, "m")
        if request.name in self.created:
            raise ExecutionRefused("ALREADY_EXISTS", f"{request.name} exists")
        self.created[request.name] = (request, at)

    def read_snapshot(self) -> Mapping[int, int]:
        return self.snapshot

    def write_snapshot(self, snapshot: Mapping[int, int]) -> None:
        self.snapshot = dict(snapshot)

    def log(self, at: int, message: str) -> None:
        self.logged.append(message)


def plan_of(request: execution_pb2.ExecutionCreateRequest) -> str:
    """Return the launch plan and version of a request, as recordings spell them."""
    return f"{request.spec.launch_plan.name}:{request.spec.launch_plan.version}"
