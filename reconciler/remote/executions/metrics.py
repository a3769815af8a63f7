"""Where the time of an execution went, as Admin makes it of its events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flyteidl.core.metrics_pb2 import Span


@dataclass(frozen=True, slots=True)
class ExecutionSpan:
    """A stretch of time of an execution, node, attempt or operation, and those inside it.

    Attributes:
        kind: `workflow`, `node`, `task` or `operation`.
        name: The execution's or node's name, the attempt's number, or the operation, such as
            `TASK_RUNTIME`.
    """

    kind: str
    name: str
    start: datetime
    end: datetime
    children: tuple["ExecutionSpan", ...]
    message: Span

    @staticmethod
    def of(span: Span) -> "ExecutionSpan":
        """Read Admin's tree."""
        kind, name = _who(span)
        start = span.start_time.ToDatetime(tzinfo=UTC)
        end = span.end_time.ToDatetime(tzinfo=UTC)
        children = tuple(ExecutionSpan.of(one) for one in span.spans)
        return ExecutionSpan(kind, name, start, end, children, span)

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "ExecutionSpan"]]:
        """Yield every span from the root on, each with how deep it lies."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    def breakdown(self) -> dict[str, float]:
        """Seconds by operation, all that is inside taken together."""
        seconds: dict[str, float] = {}
        for _, span in self.walk():
            if span.kind == "operation":
                taken = span.duration.total_seconds()
                seconds[span.name] = seconds.get(span.name, 0.0) + taken
        return seconds

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain data: times in ISO 8601, durations in seconds."""
        return {
            "kind": self.kind,
            "name": self.name,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "seconds": self.duration.total_seconds(),
            "children": [child.as_dict() for child in self.children],
        }

    def dump(self) -> str:
        """The tree as JSON."""
        return json.dumps(self.as_dict(), indent=2)

    def explain(self) -> str:
        """A table for people, a line for each span."""
        lines = [f"{'start':<26}{'seconds':>10}  what"]
        for depth, span in self.walk():
            start = span.start.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
            what = f"{'  ' * depth}{span.kind} {span.name}"
            lines.append(f"{start:<26}{span.duration.total_seconds():>10.3f}  {what}")
        return "\n".join(lines)


def _who(span: Span) -> tuple[str, str]:
    match span.WhichOneof("id"):
        case "workflow_id":
            return "workflow", span.workflow_id.name
        case "node_id":
            return "node", span.node_id.node_id
        case "task_id":
            return "task", str(span.task_id.retry_attempt)
        case _:
            return "operation", span.operation_id
