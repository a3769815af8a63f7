"""The scheduler at work for a store: what it reads, calls and remembers there.

`Scheduling` is the scheduler of one `Sandbox`, driven by the real clock in a thread or by a
simulated one whenever that is wound. It calls Admin as the real one does, through
CreateExecution, but from within: bad days and authentication are between Admin and its clients.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Protocol

from flyteidl.admin import execution_pb2, project_pb2  # noqa: F401 # the latter for details

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.scheduler import (
    ExecutionRefused,
    Failure,
    RealClock,
    Row,
    Scheduler,
    SimulatedClock,
)
from reconciler.sandbox.store import Store

_CREATE = "/flyteidl.service.AdminService/CreateExecution"
_COLUMNS = (
    "project, domain, name, version, cron_expression, fixed_rate_value, unit, "
    "kickoff_time_input_arg, active, updated_at"
)

_log = logging.getLogger(__name__)


class Server(Protocol):
    """What the scheduler needs of the Admin it works for."""

    def within(self, full_method: str, payload: bytes) -> bytes:
        """Answer an RPC of the sandbox itself, or raise Refusal."""
        ...


class StorePort:
    """What the scheduler asks of the Admin it works for, from the store and by a call.

    Args:
        server: The Admin that it calls.
        before_creating: Told the scheduler's time, in nanoseconds, before each execution.
    """

    def __init__(
        self, store: Store, server: Server, before_creating: Callable[[int], None]
    ) -> None:
        self._store = store
        self._server = server
        self._before_creating = before_creating
        self._seen: tuple[int, list[Row]] = (-1, [])

    def rows(self) -> Iterable[Row]:
        """Return all rows of `schedulable_entities`, active or not."""
        # A month of winding polls some 86,000 times, and hardly ever has anything changed.
        generation = self._store.generation()
        if self._seen[0] != generation:
            with self._store.read() as session:
                found = session.all(f"SELECT {_COLUMNS} FROM schedulable_entities ORDER BY id")
            self._seen = generation, [_row(row) for row in found]
        return self._seen[1]

    def create_execution(self, request: execution_pb2.ExecutionCreateRequest, at: int) -> None:
        """Call CreateExecution at the scheduler's time `at`.

        Raises:
            ExecutionRefused: Admin answered with an error.
        """
        self._before_creating(at)
        try:
            self._server.within(_CREATE, request.SerializeToString())
        except Refusal as refusal:
            inactive = any(
                detail.DESCRIPTOR.name == "InactiveProject" for detail in refusal.details
            )
            raise ExecutionRefused(
                refusal.code.name, refusal.message, inactive_project=inactive
            ) from refusal

    def read_snapshot(self) -> Mapping[int, int]:
        """Return the snapshot written last, empty if there is none."""
        with self._store.read() as session:
            row = session.one(
                "SELECT snapshot FROM schedule_entities_snapshots ORDER BY id DESC LIMIT 1"
            )
        if row is None:
            return {}
        return {int(key): int(at) for key, at in json.loads(row["snapshot"]).items()}

    def write_snapshot(self, snapshot: Mapping[int, int]) -> None:
        """Keep the snapshot in place of the one before."""
        content = json.dumps({str(key): at for key, at in snapshot.items()}).encode()
        now = max(snapshot.values(), default=0) // 1000
        with self._store.write() as session:
            session.run("DELETE FROM schedule_entities_snapshots")
            session.insert(
                "schedule_entities_snapshots", created_at=now, updated_at=now, snapshot=content
            )

    def log(self, at: int, message: str) -> None:
        """Take note of what went wrong without ending anything."""
        _log.warning("scheduler: %s", message)


class Scheduling:
    """The scheduler of one Admin, from its start to its end.

    Args:
        clock: A `SimulatedClock` drives it when it is wound; any other is asked by a thread.
        moved: Told the time of a simulated clock before it becomes visible in an execution.
    """

    def __init__(
        self,
        store: Store,
        server: Server,
        clock: Callable[[], int],
        moved: Callable[[int], None] = lambda at: None,
    ) -> None:
        self._clock = clock
        self._scheduler = Scheduler(StorePort(store, server, moved))
        self._said = False
        self._ending = ExitStack()

    @property
    def failure(self) -> Failure | None:
        """Why it does less than it should; None if all is well."""
        return self._scheduler.failure

    @property
    def due(self) -> int | None:
        """The instant at which there is something to do next; None if never."""
        return self._scheduler.due

    def run(self, until: int) -> None:
        """Do all that is due up to the instant `until`; say so if that ends it."""
        try:
            self._scheduler.run(until)
        except Exception:
            _log.exception("scheduler: it ends")
            raise
        self._say()

    def start(self) -> None:
        """Begin: read the rows, catch up, go on with the clock."""
        self._scheduler.start(self._clock())
        self._say()
        if isinstance(self._clock, SimulatedClock):
            self._clock.drive(self)
            self._clock.advance(0)  # what is due at once
        else:
            self._ending.enter_context(RealClock(self, self._clock))

    def stop(self) -> None:
        """End the thread, if there is one."""
        if isinstance(self._clock, SimulatedClock):
            self._clock.release(self)
        self._ending.close()

    def _say(self) -> None:
        failure = self._scheduler.failure
        if failure is None or self._said:
            return
        self._said = True
        ending = "fires nothing any more" if failure.fatal else "takes up no changes any more"
        _log.error("scheduler: %s; it %s until it is started again", failure.error, ending)


def _row(row: Any) -> Row:
    return Row(
        project=row["project"],
        domain=row["domain"],
        name=row["name"],
        version=row["version"],
        cron_expression=row["cron_expression"],
        fixed_rate_value=row["fixed_rate_value"],
        unit=row["unit"],
        kickoff_time_input_arg=row["kickoff_time_input_arg"],
        active=bool(row["active"]),
        updated_at=row["updated_at"] * 1000,
    )
