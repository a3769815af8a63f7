"""What happens while it happens, as JSON Lines: an object a line, the result as the last one.

Whoever follows an apply reads lines as they come; whoever wants the result reads the last line.
"""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

from reconciler.model import Event, Plan, Started
from reconciler.report.as_json import outcome_as_data, plan_body
from reconciler.report.diagnostics import FORMAT_VERSION
from reconciler.report.documents import (
    ApplyDocument,
    PlanBody,
    PlanDocument,
    Problem,
    StepOutcome,
)


class Line(TypedDict):
    """What every line has but the last, which is a document."""

    time: str
    workspace: str | None
    environment: str | None


class Opened(Line):
    """The first line of all."""

    type: Literal["version"]
    format_version: str
    tool_version: str


class Planned(Line):
    """What is going to be done; told again if it had to be planned again."""

    type: Literal["planned"]
    plan: PlanBody


class StepStart(Line):
    """A step has begun."""

    type: Literal["step_start"]
    address: str
    verb: str


class StepEnd(Line):
    """A step has come to its end, well or not."""

    type: Literal["step_end"]
    outcome: StepOutcome


class Remark(Line):
    """Something that a person would read beside the result."""

    type: Literal["remark"]
    message: str


class ErrorDocument(TypedDict):
    """Why there is no result."""

    format_version: str
    type: Literal["error"]
    diagnostics: list[Problem]


class Section(TypedDict):
    """One environment of one workspace; null where it was not started."""

    workspace: str | None
    environment: str | None
    exit_code: int | None
    result: PlanDocument | ApplyDocument | ErrorDocument | None


class SectionsDocument(TypedDict):
    """The result of several environments or workspaces."""

    format_version: str
    type: Literal["plans", "applies"]
    exit_code: int
    sections: list[Section]


EVENTS: list[type] = [
    Opened,
    Planned,
    StepStart,
    StepEnd,
    Remark,
    PlanDocument,
    ApplyDocument,
    ErrorDocument,
    SectionsDocument,
]


class Events:
    """Writes lines, whole ones, from any thread.

    Args:
        write: Is given each line with its newline; masks what must be masked.
        now: The time of a line.
    """

    def __init__(self, write: Callable[[str], None], *, now: Callable[[], datetime]) -> None:
        self._write = write
        self._now = now
        self._place: dict[str, str | None] = {"workspace": None, "environment": None}
        self._lock = threading.Lock()

    def opened(self, tool_version: str) -> None:
        """Say what speaks; to be called once, first."""
        self._line("version", format_version=FORMAT_VERSION, tool_version=tool_version)

    def section(self, *, workspace: str, environment: str) -> None:
        """From now on lines are about this one."""
        self._place = {"workspace": workspace or None, "environment": environment or None}

    def planned(self, plan: Plan) -> None:
        """Tell what will be done; the plan must be one that may be shown."""
        self._line("planned", plan=plan_body(plan))

    def __call__(self, event: Event) -> None:
        """Tell of a step that begins or ends."""
        if isinstance(event, Started):
            action = event.action
            self._line("step_start", address=action.id.address, verb=str(action.verb))
        else:
            self._line("step_end", outcome=outcome_as_data(event.outcome))

    def remark(self, message: str) -> None:
        """Tell what a person would read beside the result."""
        self._line("remark", message=message)

    def ended(self, document: str) -> None:
        """Write the result, whatever its spelling, as the last line."""
        self._put(json.loads(document))

    def _line(self, kind: str, **fields: Any) -> None:
        moment = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._put({"type": kind, "time": moment, **self._place, **fields})

    def _put(self, data: Mapping[str, Any]) -> None:
        with self._lock:
            self._write(as_line(data))


def as_line(data: Mapping[str, Any]) -> str:
    """One object on one line, its newline included."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
