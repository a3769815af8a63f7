"""Run a plan: as concurrently as its graph allows, each step repeatable.

First everything that only adds (a failure blocks its descendants and nobody else), then the
switches, which decide what runs: in a project-domain none is thrown until every other step
there has succeeded, so a failure never leaves half the launch plans on new code.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from reconciler.apply.frontier import Frontier
from reconciler.apply.records import take_records
from reconciler.apply.step import take_step
from reconciler.apply.uploads import Uploads
from reconciler.apply.verify import flip, moved, read_active, settle
from reconciler.errors import LockLostError, ReconcilerError
from reconciler.model import (
    Action,
    ApplyReport,
    Event,
    Finished,
    Kind,
    Outcome,
    Plan,
    ResourceId,
    Started,
    Status,
    Verb,
)
from reconciler.ports import Bundler, Clock, Reader, Uploader, Writer

# How often a waiting executor looks whether it was told to stop.
_TICK = 0.1


def execute(
    plan: Plan,
    *,
    reader: Reader,
    writer: Writer,
    clock: Clock,
    uploader: Uploader | None = None,
    bundler: Bundler | None = None,
    parallelism: int = 10,
    stop: threading.Event | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    fence: Callable[[], str] = lambda: "",
) -> ApplyReport:
    """Carry out every action of `plan` and report the outcome of each.

    Args:
        uploader, bundler: For plans that upload code.
        stop: Once set, nothing new is started; what runs is waited for and the rest is SKIPPED.
        on_event: Called in this thread, as actions start and finish.
        fence: Asked before every switch, from many threads: why it must not be thrown, or "".

    Raises: ValueError for a plan with conflicts, or with uploads that nobody can make, before
        anything is written.
    """
    if plan.conflicts:
        raise ValueError("a plan with conflicts cannot be applied")
    uploads = Uploads(uploader, bundler)
    if not uploads.possible and any(action.verb is Verb.UPLOAD for action in plan):
        raise ValueError("a plan with uploads needs an uploader and a bundler")
    stop = stop or threading.Event()
    run = _Run(reader, writer, uploads, clock, parallelism, stop, on_event, fence)
    steps = [action for action in plan if not action.is_switch and not action.is_record]
    records = [action for action in plan if action.is_record]
    switches = [action for action in plan if action.is_switch]
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="apply") as pool:
        run.take_steps(steps, pool)
        run.keep_records(records)
        run.throw_switches(switches, pool)
    outcomes = tuple(run.outcomes[action.id] for action in plan)
    return ApplyReport(outcomes, interrupted=run.stop.is_set())


class _Run:
    """One execution: the ports, and the outcomes so far."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        uploads: Uploads,
        clock: Clock,
        parallelism: int,
        stop: threading.Event,
        on_event: Callable[[Event], None],
        fence: Callable[[], str],
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.uploads = uploads
        self.clock = clock
        self.parallelism = parallelism
        self.stop = stop
        self.on_event = on_event
        self.fence = fence
        self.outcomes: dict[ResourceId, Outcome] = {}

    def take_steps(self, actions: Sequence[Action], pool: ThreadPoolExecutor) -> None:
        frontier = Frontier(actions)
        running: set[Future[Outcome]] = set()
        while True:
            while not self.stop.is_set() and len(running) < self.parallelism:
                action = frontier.take()
                if action is None:
                    break
                self.on_event(Started(action))
                running.add(pool.submit(self._timed, action))
            if not running:
                break
            done, running = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            for future in done:
                outcome = future.result()
                self._finish(outcome)
                if outcome.status is Status.DONE:
                    frontier.done(outcome.action.id)
                else:
                    cause = outcome.action.id
                    self._block(frontier.failed(cause), cause)
        for action in frontier.left():
            self._finish(Outcome(action, Status.SKIPPED, message="interrupted before it started"))

    def throw_switches(self, switches: Sequence[Action], pool: ThreadPoolExecutor) -> None:
        ready = []
        for action in switches:
            cause = self._hindrance(action)
            if cause is not None:
                self._block([action], cause)
            elif self.stop.is_set():
                message = "interrupted before it started"
                self._finish(Outcome(action, Status.SKIPPED, message=message))
            else:
                ready.append(action)
        if not ready:
            return
        try:
            active = read_active(ready, self.reader)
        except ReconcilerError as error:
            for action in ready:
                self._finish(Outcome(action, Status.FAILED, message=str(error), error=error))
            return
        started = self.clock.monotonic()
        errors: dict[ResourceId, ReconcilerError | None] = {}
        flipping: dict[ResourceId, Future[ReconcilerError | None]] = {}
        for action in ready:
            early = moved(action, active[action.id])
            if early is not None:
                self._finish(early)
                continue
            self.on_event(Started(action))
            flipping[action.id] = pool.submit(self._flip, action, active[action.id])
        for id, future in flipping.items():
            errors[id] = future.result()
        settled = settle(
            [action for action in ready if action.id in flipping],
            errors,
            reader=self.reader,
            writer=self.writer,
            stopped=lambda: self.stop.is_set() or bool(self.fence()),
        )
        seconds = self.clock.monotonic() - started
        for outcome in settled:
            self._finish(replace(outcome, seconds=seconds))

    def keep_records(self, records: Sequence[Action]) -> None:
        """Adopt and forget what can be, unless that waits for a step that is not done."""
        ready = []
        for action in records:
            missing = (need for need in action.needs if need in self.outcomes)
            cause = next((n for n in missing if self.outcomes[n].status is not Status.DONE), None)
            if cause is not None:
                self._block([action], cause)
            elif self.stop.is_set():
                message = "interrupted before it started"
                self._finish(Outcome(action, Status.SKIPPED, message=message))
            else:
                self.on_event(Started(action))
                ready.append(action)
        for outcome in take_records(ready, self.reader):
            self._finish(outcome)

    def _hindrance(self, switch: Action) -> ResourceId | None:
        """The first step of the switch's own project-domain, or need of its own, not done.

        What a name is called, or whether it is archived, says nothing about what runs.
        """
        for id, outcome in self.outcomes.items():
            if outcome.status is Status.DONE or outcome.status is Status.SKIPPED:
                continue
            if id.kind is Kind.NAMED_ENTITY:
                continue
            around = id.project == switch.id.project and id.domain in ("", switch.id.domain)
            if around or id in switch.needs:
                return outcome.blocked_by or id
        return None

    def _flip(self, action: Action, active: Collection[str]) -> ReconcilerError | None:
        reason = self.fence()
        return LockLostError(reason) if reason else flip(action, active, self.writer)

    def _timed(self, action: Action) -> Outcome:
        started = self.clock.monotonic()
        outcome = take_step(action, reader=self.reader, writer=self.writer, uploads=self.uploads)
        return replace(outcome, seconds=self.clock.monotonic() - started)

    def _block(self, actions: Iterable[Action], cause: ResourceId) -> None:
        for action in actions:
            message = f"waits for {cause}, which failed"
            self._finish(Outcome(action, Status.BLOCKED, message=message, blocked_by=cause))

    def _finish(self, outcome: Outcome) -> None:
        self.outcomes[outcome.action.id] = outcome
        self.on_event(Finished(outcome))
