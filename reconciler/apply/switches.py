"""Throw the switches, once what they need is done, and take them back if it has to be.

In a project-domain none is thrown until every step there has succeeded, so a failure never leaves
half the launch plans on new code; independent ones wait for what they need themselves. A switch
that needs another one (the new name of a launch plan that of its old one) is thrown after that
one is proven.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from reconciler.apply.verify import Active, flip, moved, read_active, settle
from reconciler.errors import LockLostError, ReconcilerError
from reconciler.model import (
    Action,
    Kind,
    Outcome,
    Reason,
    Resource,
    ResourceId,
    Status,
    Verb,
)
from reconciler.ports import Clock, Reader, Writer

_GONE_ON = (Status.DONE, Status.SKIPPED)


@dataclass(frozen=True)
class Switchboard:
    """What throwing switches takes.

    Attributes: `fence` says why nothing may be switched, or ""; `stopped` whether to repair no
    more; `started` is told before each flip.
    """

    reader: Reader
    writer: Writer
    clock: Clock
    pool: ThreadPoolExecutor
    fence: Callable[[], str]
    stopped: Callable[[], bool]
    started: Callable[[Action], None]

    def throw(self, actions: Sequence[Action]) -> list[Outcome]:
        """Throw switches that need nothing any more, each of them verified."""
        if not actions:
            return []
        try:
            active = read_active(actions, self.reader)
        except ReconcilerError as error:
            return [
                Outcome(action, Status.FAILED, message=str(error), error=error)
                for action in actions
            ]
        begun = self.clock.monotonic()
        outcomes: list[Outcome] = []
        flipping: dict[ResourceId, Future[ReconcilerError | None]] = {}
        for action in actions:
            early = moved(action, active[action.id])
            if early is not None:
                outcomes.append(early)
                continue
            self.started(action)
            flipping[action.id] = self.pool.submit(self._flip, action, active)
        errors = {id: future.result() for id, future in flipping.items()}
        settled = settle(
            [action for action in actions if action.id in flipping],
            errors,
            reader=self.reader,
            writer=self.writer,
            stopped=lambda: self.stopped() or bool(self.fence()),
        )
        seconds = self.clock.monotonic() - begun
        return outcomes + [replace(outcome, seconds=seconds) for outcome in settled]

    def _flip(self, action: Action, active: Active) -> ReconcilerError | None:
        reason = self.fence()
        return LockLostError(reason) if reason else flip(action, active[action.id], self.writer)


def waves(switches: Sequence[Action]) -> Iterable[Sequence[Action]]:
    """Yield switches so that each stands in a later wave than those that it needs."""
    waiting = list(switches)
    while waiting:
        ids = {action.id for action in waiting}
        wave = [action for action in waiting if not ids.intersection(action.needs)] or waiting
        yield wave
        waiting = [action for action in waiting if action not in wave]


def hindrance(switch: Action, failures: Iterable[Outcome], *, together: bool) -> ResourceId | None:
    """The first failed step of the switch's own project-domain, or need of its own.

    What a name is called, or whether it is archived, says nothing about what runs; nor does
    what is only adopted, nor another switch.
    """
    for failure in failures:
        id = failure.action.id
        if id in switch.needs:
            return failure.blocked_by or id
        if id.kind in (Kind.NAMED_ENTITY, Kind.ACTIVATION) or failure.action.is_record:
            continue
        if together and id.project == switch.id.project and id.domain in ("", switch.id.domain):
            return failure.blocked_by or id
    return None


def failures(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that others may have to wait for in vain."""
    return [outcome for outcome in outcomes if outcome.status not in _GONE_ON]


def takings_back(thrown: Sequence[Action]) -> list[Action]:
    """The switches that undo these: what was active is active again, the last first.

    Of several versions that were active at once the newest is; there is no way back to that.
    """
    needs: dict[ResourceId, tuple[ResourceId, ...]] = {}
    for action in thrown:
        for need in action.needs:
            needs[need] = (*needs.get(need, ()), action.id)
    return [
        Action(
            verb=Verb.ACTIVATE if action.before and action.before.active else Verb.DEACTIVATE,
            id=action.id,
            reason=Reason.ASKED,
            why="taken back",
            before=action.after,
            after=Resource(action.id, active=action.before.active[-1:] if action.before else ()),
            needs=needs.get(action.id, ()),
        )
        for action in thrown
    ]


def taken_back(outcome: Outcome, back: Outcome | None, *, cause: str) -> Outcome:
    """What became of a switch that was thrown and then taken back, or should have been."""
    if back is not None and back.status is Status.DONE:
        was = ", ".join(outcome.action.before.active) if outcome.action.before else ""
        message = f"taken back to {was or 'none active'}, because {cause}"
        return Outcome(outcome.action, Status.SKIPPED, settled=True, message=message)
    why = back.message if back is not None else "it waits for another one in vain"
    return replace(
        outcome,
        status=Status.FAILED,
        settled=False,
        message=f"thrown, and could not be taken back although {cause}: {why}",
        error=back.error if back is not None else None,
    )
