"""Run a plan: as concurrently as its graph allows, each step repeatable.

First everything that only adds (a failure blocks its descendants and nobody else), then the
switches, which decide what runs (`switches`), and last the launches, which nothing takes back.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from reconciler.apply.frontier import Frontier
from reconciler.apply.launch import Launching
from reconciler.apply.records import take_records
from reconciler.apply.step import take_step
from reconciler.apply.switches import (
    Switchboard,
    failures,
    hindrance,
    taken_back,
    takings_back,
    waves,
)
from reconciler.apply.uploads import Uploads
from reconciler.model import (
    Action,
    ApplyReport,
    Event,
    Finished,
    Outcome,
    Plan,
    ResourceId,
    Started,
    Status,
    Verb,
)
from reconciler.ports import (
    Bundler,
    Clock,
    ExecutionReader,
    Launcher,
    Reader,
    Uploader,
    Writer,
)

# How often a waiting executor looks whether it was told to stop.
_TICK = 0.1


def execute(
    plan: Plan,
    *,
    reader: Reader,
    writer: Writer,
    clock: Clock,
    uploader: Uploader | None = None,
    executions: ExecutionReader | None = None,
    launcher: Launcher | None = None,
    bundler: Bundler | None = None,
    parallelism: int = 10,
    stop: threading.Event | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    fence: Callable[[], str] = lambda: "",
    together: bool = True,
    atomic: bool = False,
) -> ApplyReport:
    """Carry out every action of `plan` and report the outcome of each.

    Args:
        uploader, bundler: For plans that upload code.
        executions, launcher: For plans that launch.
        stop: Once set, nothing new is started; what runs is waited for and the rest is SKIPPED.
        on_event: Called in this thread, as actions start and finish.
        fence: Asked before every switch, from many threads: why it must not be thrown, or "".
        together: Whether the switches of a project-domain wait for all steps there, or each only
            for what it needs itself.
        atomic: Whether all switches are taken back, and nothing is launched, unless everything
            was done.

    Raises: ValueError for a plan with conflicts, or with uploads or launches that nobody can
        make, before anything is written.
    """
    if plan.conflicts:
        raise ValueError("a plan with conflicts cannot be applied")
    uploads = Uploads(uploader, bundler)
    if not uploads.possible and any(action.verb is Verb.UPLOAD for action in plan):
        raise ValueError("a plan with uploads needs an uploader and a bundler")
    launching = Launching(executions, launcher)
    if not launching.possible and any(action.is_launch for action in plan):
        raise ValueError("a plan with launches needs a reader of executions and a launcher")
    stop = stop or threading.Event()
    run = _Run(reader, writer, uploads, clock, parallelism, stop, on_event, fence)
    records = [action for action in plan if action.is_record]
    switches = [action for action in plan if action.is_switch]
    thrown = {action.id for action in switches}
    launches = [action for action in plan if action.is_launch]
    rest = [a for a in plan if not (a.is_switch or a.is_record or a.is_launch)]
    # What waits for a switch decides nothing: a name is put away once nothing runs under it.
    late = [action for action in rest if thrown.intersection(action.needs)]
    steps = [action for action in rest if action not in late]
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="apply") as pool:
        run.take_steps(steps, pool)
        run.throw_switches(switches, pool, together=together, atomic=atomic)
        run.take_steps(run.unhindered(late), pool)
        if atomic and any(one.status is not Status.DONE for one in run.outcomes.values()):
            run.hold_back(launches)
        else:
            run.launch(run.unhindered(launches), launching, pool)
        run.keep_records(records)
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

    def take_steps(
        self,
        actions: Sequence[Action],
        pool: ThreadPoolExecutor,
        take: Callable[[Action], Outcome] | None = None,
    ) -> None:
        """Take the steps as they become ready, each by `take` or the way of its verb."""
        frontier = Frontier(actions)
        running: set[Future[Outcome]] = set()
        while True:
            while not self.stop.is_set() and len(running) < self.parallelism:
                action = frontier.take()
                if action is None:
                    break
                self.on_event(Started(action))
                running.add(pool.submit(self._timed, action, take or self._step))
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

    def throw_switches(
        self, switches: Sequence[Action], pool: ThreadPoolExecutor, *, together: bool, atomic: bool
    ) -> None:
        board = Switchboard(
            self.reader,
            self.writer,
            self.clock,
            pool,
            fence=self.fence,
            stopped=self.stop.is_set,
            started=lambda action: self.on_event(Started(action)),
        )
        # Of what may be taken back, nothing is told before it is known to stay.
        finish = self._keep if atomic else self._finish
        for wave in waves(switches):
            failed = failures(self.outcomes.values())
            ready = []
            for action in wave:
                cause = hindrance(action, failed, together=together)
                if cause is not None:
                    self._block([action], cause, finish)
                elif self.stop.is_set() and not self._is_begun(action):
                    message = "interrupted before it started"
                    finish(Outcome(action, Status.SKIPPED, message=message))
                else:
                    ready.append(action)
            for outcome in board.throw(ready):
                finish(outcome)
        if atomic:
            self._take_back(switches, board)
            for action in switches:
                self.on_event(Finished(self.outcomes[action.id]))

    def _is_begun(self, switch: Action) -> bool:
        """Whether a switch that it needs was thrown: an interrupt leaves no name half renamed."""
        needed = [self.outcomes[id] for id in switch.needs if id in self.outcomes]
        return any(one.action.is_switch and one.applied for one in needed)

    def _take_back(self, switches: Sequence[Action], board: Switchboard) -> None:
        """If anything is not done, throw back what was thrown."""
        undone = [one for one in self.outcomes.values() if one.status is not Status.DONE]
        if not undone:
            return
        first = min(undone, key=lambda one: one.status is Status.SKIPPED)
        cause = f"{first.action.id} was {first.status}"
        outcomes = [self.outcomes[action.id] for action in switches]
        thrown = [one for one in outcomes if one.status is Status.DONE and one.applied]
        # An interrupt ends the new, not the way back.
        quiet = replace(board, stopped=lambda: False, started=lambda action: None)
        backs: dict[ResourceId, Outcome] = {}
        for wave in waves(takings_back([one.action for one in thrown])):
            ready = [
                action
                for action in wave
                if all(backs[need].status is Status.DONE for need in action.needs)
            ]
            backs |= {outcome.action.id: outcome for outcome in quiet.throw(ready)}
        for one in thrown:
            self._keep(taken_back(one, backs.get(one.action.id), cause=cause))

    def unhindered(self, actions: Sequence[Action]) -> list[Action]:
        """Those whose needs are done; the others are blocked by what is not."""
        ready = []
        for action in actions:
            known = (need for need in action.needs if need in self.outcomes)
            cause = next((n for n in known if self.outcomes[n].status is not Status.DONE), None)
            if cause is not None:
                self._block([action], cause)
            else:
                ready.append(action)
        return ready

    def keep_records(self, records: Sequence[Action]) -> None:
        """Adopt and forget what can be."""
        ready = []
        for action in self.unhindered(records):
            if self.stop.is_set():
                message = "interrupted before it started"
                self._finish(Outcome(action, Status.SKIPPED, message=message))
            else:
                self.on_event(Started(action))
                ready.append(action)
        for outcome in take_records(ready, self.reader):
            self._finish(outcome)

    def launch(
        self, actions: Sequence[Action], launching: Launching, pool: ThreadPoolExecutor
    ) -> None:
        """Start what is not there yet, in the order of the plan."""
        if actions and not self.stop.is_set():
            launching.look(actions)
        self.take_steps(actions, pool, launching.take)

    def hold_back(self, launches: Sequence[Action]) -> None:
        """Start none of them: not all that was to be done before was done."""
        for action in launches:
            message = "not everything else was done, and --atomic is all or nothing"
            self._finish(Outcome(action, Status.SKIPPED, message=message))

    def _step(self, action: Action) -> Outcome:
        return take_step(action, reader=self.reader, writer=self.writer, uploads=self.uploads)

    def _timed(self, action: Action, take: Callable[[Action], Outcome]) -> Outcome:
        started = self.clock.monotonic()
        outcome = take(action)
        return replace(outcome, seconds=self.clock.monotonic() - started)

    def _block(
        self,
        actions: Iterable[Action],
        cause: ResourceId,
        finish: Callable[[Outcome], None] | None = None,
    ) -> None:
        for action in actions:
            message = f"waits for {cause}, which failed"
            (finish or self._finish)(
                Outcome(action, Status.BLOCKED, message=message, blocked_by=cause)
            )

    def _keep(self, outcome: Outcome) -> None:
        self.outcomes[outcome.action.id] = outcome

    def _finish(self, outcome: Outcome) -> None:
        self._keep(outcome)
        self.on_event(Finished(outcome))
