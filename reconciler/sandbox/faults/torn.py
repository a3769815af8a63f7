"""Activations that stop between their steps, as they can in Admin: no transaction spans them.

The steps are: the schedule of the formerly active version off; the new one's on; the states of
both versions. An activation is carried out whole and then put back as far as it never came.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import grpc
from flyteidl.admin import launch_plan_pb2

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Store

METHOD = "UpdateLaunchPlan"

_NAME = ("project", "domain", "name")
_OF_NAME = " AND ".join(f"{part} = ?" for part in _NAME)


class Tear(StrEnum):
    """Where an activation stops."""

    BEFORE_SCHEDULE = "before_schedule"
    """The former schedule is off, the new one not on: nothing fires. UNAVAILABLE."""

    BEFORE_STATES = "before_states"
    """The new schedule is on, the former version still called active. INTERNAL."""

    TWO_ACTIVE = "two_active"
    """Both versions are active, as two activations at once leave them. OK."""


@dataclass(frozen=True)
class _Rows:
    """What of a name's rows an activation changes."""

    active: frozenset[int]
    schedules: dict[int, tuple[int, int]]  # id → active, updated_at


def is_activation(method: str, request: Any) -> bool:
    """Tell whether a request activates a launch plan."""
    return method == METHOD and bool(request.state == launch_plan_pb2.ACTIVE)


def tear(store: Store, identifier: Any, where: Tear, activate: Callable[[], bytes]) -> bytes:
    """Activate, and stop at `where`.

    Args:
        identifier: Of the version to activate.
        activate: Carries the request out.

    Raises:
        Refusal: As Admin refuses when it stops there, or because it refuses the request.
    """
    name = tuple(getattr(identifier, part) for part in _NAME)
    before = _rows(store, name)
    answer = activate()
    after = _rows(store, name)
    if where is Tear.TWO_ACTIVE:
        _put_back(store, active=before.active | after.active)
        return answer
    _put_back(store, active=before.active, inactive=after.active - before.active)
    if where is Tear.BEFORE_STATES:
        text = "unexpected error type for: commit unexpectedly resulted in rollback"
        raise Refusal(grpc.StatusCode.INTERNAL, text)
    _switch_off(store, before, after)
    raise Refusal(grpc.StatusCode.UNAVAILABLE, "the server went away while it activated")


def _rows(store: Store, name: tuple[str, ...]) -> _Rows:
    with store.read() as session:
        active = session.all(f"SELECT id FROM launch_plans WHERE {_OF_NAME} AND state = 1", name)
        schedules = session.all(
            f"SELECT id, active, updated_at FROM schedulable_entities WHERE {_OF_NAME}", name
        )
    return _Rows(
        frozenset(row["id"] for row in active),
        {row["id"]: (row["active"], row["updated_at"]) for row in schedules},
    )


def _put_back(
    store: Store, *, active: frozenset[int], inactive: frozenset[int] = frozenset()
) -> None:
    with store.write() as session:
        for id in active:
            session.update("launch_plans", id, state=1)
        for id in inactive:
            session.update("launch_plans", id, state=0)


def _switch_off(store: Store, before: _Rows, after: _Rows) -> None:
    """Undo what the second step did: switch on a schedule, or insert it."""
    with store.write() as session:
        for id, (active, _) in after.schedules.items():
            if not active:
                continue
            if id not in before.schedules:
                session.run("DELETE FROM schedulable_entities WHERE id = ?", (id,))
            elif after.schedules[id] != before.schedules[id]:
                # Also if it was on: then the first step had switched it off.
                was, updated_at = before.schedules[id]
                session.update(
                    "schedulable_entities",
                    id,
                    active=0,
                    updated_at=updated_at if not was else after.schedules[id][1],
                )
