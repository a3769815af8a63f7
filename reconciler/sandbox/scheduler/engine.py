"""What Admin's scheduler does with active schedules, as one row of events in time.

At its start it reads all rows and the snapshot of its last life, then runs side by side

    poll       every 30 s: takes up rows that became active, drops those that no longer are
    catch-up   once: fires what was missed since the reference time of each row
    entries    one a row: fires it at its times, for as long as it is taken up
    snapshot   every 30 s after the catch-up: how far each row got

Each of these is a generator that yields the instant at which it wants to go on; an agenda
holds them in order. So there is no thread and no clock in here: whoever drives `Scheduler.run`
has them, and a month goes by in the time its events take.

Where the real one would loop for ever or crash, this one ends with a `Failure` that says so.

Source: flyteadmin/scheduler/schedule_executor.go and core/gocron_scheduler.go.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from flyteidl.admin import execution_pb2

from reconciler.cron import (
    SECOND,
    UTC,
    CronPanicError,
    CronSyntaxError,
    EndlessSearchError,
    NeverFiresError,
    Rate,
    RateUnitError,
    Schedule,
    Zone,
    catch_up,
)
from reconciler.sandbox.scheduler.calls import ExecutionRefused, Limiter, attempts
from reconciler.sandbox.scheduler.rows import Row

POLL_INTERVAL = 30 * SECOND
SNAPSHOT_INTERVAL = 30 * SECOND

Task = Generator[int, None, None]


class Port(Protocol):
    """What the scheduler asks of the Admin it works for."""

    def rows(self) -> Iterable[Row]:
        """Return all rows of `schedulable_entities`, active or not."""
        ...

    def create_execution(self, request: execution_pb2.ExecutionCreateRequest, at: int) -> None:
        """Call CreateExecution; `at` is the scheduler's time, an instant in nanoseconds.

        Raises:
            ExecutionRefused: Admin answered with an error.
        """
        ...

    def read_snapshot(self) -> Mapping[int, int]:
        """Return the snapshot written last, empty if there is none."""
        ...

    def write_snapshot(self, snapshot: Mapping[int, int]) -> None:
        """Keep the snapshot: the key of a row to the last scheduled time that it fired."""
        ...

    def log(self, at: int, message: str) -> None:
        """Take note of what went wrong without ending anything."""
        ...


@dataclass(frozen=True)
class Failure:
    """Why the scheduler does less than it should.

    Attributes:
        at: The instant at which it came to that.
        error: What happened.
        fatal: False if only polling, catch-up and snapshots have ended, as in Admin when the
            catch-up fails: rows that were taken up go on firing. True if nothing goes on,
            because Admin's process would have died or hung.
    """

    at: int
    error: Exception
    fatal: bool


@dataclass(eq=False)
class _Job:
    """A row that was taken up.

    `reference` is from when on the catch-up counts, and `reference_zone` in which zone; None
    for a row that became active while the scheduler ran.
    """

    row: Row
    key: int
    schedule: Schedule
    reference: int | None
    reference_zone: Zone
    last_fired: int | None
    dropped: bool = False


class Scheduler:
    """Admin's scheduler, from one start of its process to its end.

    Args:
        port: The Admin it works for.
        zone: The zone of the process.
        use_utc: Read a cron without a zone in UTC instead (`useUTCTz`); a first catch-up uses
            the zone of the process all the same.
        tps, burst: The limit of calls to CreateExecution (`adminRateLimit`).
    """

    def __init__(
        self,
        port: Port,
        *,
        zone: Zone = UTC,
        use_utc: bool = False,
        tps: int = 100,
        burst: int = 10,
    ) -> None:
        self._port = port
        self._process_zone = zone
        self._zone = UTC if use_utc else zone
        self._limiter = Limiter(tps=tps, burst=burst)
        self._agenda: list[tuple[int, int, Task]] = []
        self._order = count()
        self._jobs: dict[str, _Job] = {}  # by label, which is what keys are made of
        self._written: Mapping[int, int] = {}
        self._now = 0
        self.failure: Failure | None = None

    @property
    def due(self) -> int | None:
        """The instant at which there is something to do next; None if never."""
        return self._agenda[0][0] if self._agenda else None

    def start(self, at: int) -> None:
        """Read rows and snapshot and begin, at the instant `at`; nothing fires before `run`."""
        self._now = at
        snapshot = self._port.read_snapshot()
        try:
            for row in self._port.rows():
                if row.active:
                    self._take_up(row, *self._reference(row, snapshot))
        except (CronPanicError, EndlessSearchError) as exc:
            self._die(exc)
            return
        self._spawn(self._poll(), at)
        self._spawn(self._catch_up(), at)

    def run(self, until: int) -> None:
        """Do all that is due up to the instant `until`, that one included, in order."""
        while self._agenda and self._agenda[0][0] <= until:
            at, _, task = heappop(self._agenda)
            # Never back: a driver that is late sees everything at the time it was due.
            self._now = max(self._now, at)
            try:
                self._spawn(task, next(task))
            except StopIteration:
                continue
            except (CronPanicError, EndlessSearchError) as exc:
                self._die(exc)

    def _reference(self, row: Row, snapshot: Mapping[int, int]) -> tuple[int, Zone]:
        fired = snapshot.get(row.key)
        if fired is not None and fired > row.updated_at:
            return fired, self._zone
        return row.updated_at, self._process_zone

    def _poll(self) -> Task:
        while not self.failure:
            for row in self._port.rows():
                if row.active:
                    self._take_up(row)
                else:
                    self._drop(row)
            yield self._now + POLL_INTERVAL

    def _take_up(self, row: Row, reference: int | None = None, zone: Zone = UTC) -> None:
        if row.label in self._jobs:
            return  # also if it was off and on again since the last poll
        try:
            schedule = row.schedule()
            first = self._first(schedule, reference)
        except (CronSyntaxError, RateUnitError) as exc:
            self._port.log(self._now, f"unable to register the schedule {row.label}: {exc}")
            return
        job = _Job(row, row.key, schedule, reference, zone, last_fired=reference)
        self._jobs[row.label] = job
        if first is not None:
            self._spawn(self._entry(job, first), first)

    def _first(self, schedule: Schedule, reference: int | None) -> int | None:
        """Return the first time at which a schedule that is taken up now fires."""
        if isinstance(schedule, Rate):
            if schedule.delay < SECOND:
                # Admin would fire the same or ever earlier times without a pause.
                raise EndlessSearchError(schedule.text, self._now)
            if reference is not None:
                return reference  # at once if it is past
        return schedule.next(self._now, self._zone)

    def _drop(self, row: Row) -> None:
        job = self._jobs.pop(row.label, None)
        if job is not None:
            job.dropped = True

    def _entry(self, job: _Job, first: int) -> Task:
        following: int | None = first
        while following is not None and not job.dropped:
            self._spawn(self._fire(job, following), self._now)
            following = job.schedule.next(following, self._zone)
            if following is not None:
                yield following

    def _fire(self, job: _Job, instant: int) -> Task:
        yield self._limiter.reserve(self._now)
        yield from self._execute(job.row, instant)
        # Given up counts as fired.
        if job.last_fired is None or job.last_fired < instant:
            job.last_fired = instant

    def _catch_up(self) -> Task:
        start = self._now
        for job in list(self._jobs.values()):
            if job.dropped or job.reference is None:
                continue
            try:
                missed = list(
                    catch_up(
                        job.schedule, after=job.reference, until=start, zone=job.reference_zone
                    )
                )
            except NeverFiresError as exc:
                self._fail(exc)
                return
            for instant in missed:
                yield self._limiter.reserve(self._now)
                refused = yield from self._execute(job.row, instant)
                if refused is not None:
                    self._fail(refused)
                    return
        self._spawn(self._snapshot(), self._now)

    def _snapshot(self) -> Task:
        while not self.failure:
            snapshot = {
                job.key: job.last_fired
                for job in self._jobs.values()
                if job.last_fired is not None
            }
            # An empty one never replaces an older one.
            if snapshot and snapshot != self._written:
                self._port.write_snapshot(snapshot)
                self._written = snapshot
            yield self._now + SNAPSHOT_INTERVAL

    def _execute(self, row: Row, instant: int) -> Generator[int, None, ExecutionRefused | None]:
        calls = attempts(row, instant, self._create)
        while True:
            try:
                pause = next(calls)
            except StopIteration as end:
                refused: ExecutionRefused | None = end.value
                break
            yield self._now + pause
        if refused is not None:
            self._port.log(
                self._now, f"unable to fire the schedule {row.label} at {instant}: {refused}"
            )
        return refused

    def _create(self, request: execution_pb2.ExecutionCreateRequest) -> None:
        self._port.create_execution(request, self._now)

    def _spawn(self, task: Task, at: int) -> None:
        heappush(self._agenda, (max(at, self._now), next(self._order), task))

    def _fail(self, error: Exception) -> None:
        if self.failure is None:
            self.failure = Failure(self._now, error, fatal=False)

    def _die(self, error: Exception) -> None:
        self.failure = Failure(self._now, error, fatal=True)
        self._agenda.clear()
