"""What a policy is given to see: the plan, its steps one by one, the time, the place."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any


class Inputs:
    """What a policy is given, but for its own parameters."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self.document: dict[str, Any] = job["document"]
        self.now: str = job["now"]
        self.environment: str = job["environment"]
        self.workspace: str = job["workspace"]
        self._effects = {one["address"]: one for one in self.document.get("effects", ())}
        self._steps: list[dict[str, Any]] | None = None

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.now).astimezone(UTC)

    def whole(self) -> dict[str, Any]:
        return {
            "plan": self.document,
            "now": self.now,
            "now_ns": int(self.moment.timestamp()) * 1_000_000_000,
            "environment": self.environment,
            "workspace": self.workspace,
        }

    def steps(self) -> list[dict[str, Any]]:
        """What is said of each step, in the order of the plan."""
        if self._steps is None:
            self._steps = [
                {
                    "step": step,
                    "object": step.get("object") or {},
                    "effect": self._effects.get(step["address"]),
                    "images": sorted(set(_images(_own(step.get("object"))))),
                }
                for step in self.document.get("actions", ())
            ]
        return self._steps


def _own(object: Any) -> Any:
    """What a step itself brings: a workflow's closure repeats the tasks that it runs."""
    if isinstance(object, dict) and "tasks" in object and "primary" in object:
        return {key: value for key, value in object.items() if key != "tasks"}
    return object


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("image", "containerImage") and isinstance(item, str):
                yield item
            else:
                yield from _images(item)
    elif isinstance(value, list):
        for item in value:
            yield from _images(item)
