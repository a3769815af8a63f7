"""Hold the lock of a workspace: at any time one apply writes, and the others know who.

The lock is an entry of the ledger: whoever appends a `Begin` holds it until its `End`. A holder
that dies leaves it behind; it is taken over once its lease has run out. That is judged by time
that passed here while nothing changed there, or by the server's own times of two entries, never
by comparing the clocks of two hosts.

Admin does not fence: a holder that was taken for dead and wakes up could still write. So it looks
before each activation whether the lock is still its own, at most `FRESH` seconds ago; that long,
and the time of one call, is the window that remains.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from reconciler.apply.neighbours import hindrance
from reconciler.errors import LedgerMovedError, LockedError, PlanRanError, ReconcilerError
from reconciler.model import Author, Begin, End, Head, Knock, Owned, Record, Renewal, Unlock
from reconciler.ports import Clock, Ledger

LEASE = 600  # seconds; a holder shows itself at least twice as often
FRESH = 1.0  # seconds for which one look at the head is good
POLL = 2.0  # seconds between two looks of someone who waits, at most
_NOBODY = Author()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the lock is taken for.

    Attributes: `saved` for a plan from a file, which runs once; `wait` how many seconds to wait
    for the lock; `is_dead` tells of a holder whether it is known to be dead: a process of this
    machine that is gone.
    """

    operation: str = "apply"
    plan: bytes = b""
    claims: tuple[Owned, ...] = ()
    author: Author = _NOBODY
    saved: bool = False
    wait: float = 0.0
    lease: int = LEASE
    is_dead: Callable[[Author], bool] = lambda author: False


def take_lock(
    ledger: Ledger,
    terms: Terms,
    clock: Clock,
    *,
    say: Callable[[str], None] = lambda text: None,
    rand: Callable[[], float] = random.random,
) -> "Lock":
    """Take the lock, or wait for it.

    Args:
        say: Told, in a sentence, for whom we wait and what was taken over.
        rand: A fraction in [0, 1), so that those who wait do not all look at once.

    Raises: LockedError if someone else holds it, or claims the same things, longer than we wait;
        ForeignOwnerError if another workspace owns what is claimed; PlanRanError for a saved plan
        that ran; LedgerError, AdminError and UnreachableError as the ledger does.
    """
    return _Taking(ledger, terms, clock, say, rand).take()


class _Taking:
    """One attempt to get the lock, as long as it takes."""

    def __init__(
        self,
        ledger: Ledger,
        terms: Terms,
        clock: Clock,
        say: Callable[[str], None],
        rand: Callable[[], float],
    ) -> None:
        self.ledger = ledger
        self.terms = terms
        self.clock = clock
        self.say = say
        self.rand = rand
        self.head = Head()
        self.until = clock.monotonic() + terms.wait
        # The last sign of life of a holder, and when we first saw it.
        self.seen = 0
        self.since = 0.0
        self.lease = 0
        self.knocked = 0
        self.waits_for = 0

    def take(self) -> "Lock":
        while True:
            self.head = self.ledger.head()
            if self.terms.saved and self.head.has_run(self.terms.plan):
                raise PlanRanError("this saved plan was applied already; plan again")
            holder = self.head.holder
            if holder is not None and not self._may_take_over(self.head):
                author = self.head.begin.author if self.head.begin is not None else None
                self._wait(self._locked(self.head, holder), self.head.serial, author)
                continue
            error = hindrance(self.ledger, self.terms.claims, mine=None)
            if error is not None:
                self._wait(error, 0)
                continue
            try:
                lock = self._begin(self.head)
            except LedgerMovedError:
                continue
            error = hindrance(self.ledger, self.terms.claims, mine=lock.serial)
            if error is None:
                return lock
            lock.release(self.terms.operation, self.terms.author.actor)
            self._wait(error, 0)

    def _begin(self, head: Head) -> "Lock":
        terms = self.terms
        former = head.holder.serial if head.holder is not None else 0
        begin = Begin(
            terms.operation,
            terms.plan,
            terms.claims,
            terms.author,
            terms.lease,
            saved=terms.saved,
            takes_over=former,
        )
        began = self.clock.monotonic()
        after = self.ledger.append(begin, head)
        if head.holder is not None and head.begin is not None:
            self.say(f"Took over the lock of {_who(head.holder, head.begin)}: it is gone.")
        return Lock(self.ledger, after, self.clock, before=head, lease=terms.lease, began=began)

    def _may_take_over(self, head: Head) -> bool:
        begin, alive = head.begin, head.alive
        assert begin is not None
        assert alive is not None
        if self.terms.is_dead(begin.author):
            return True
        self.lease = begin.lease
        if alive.serial != self.seen:
            self.seen, self.since = alive.serial, self.clock.monotonic()
        elif self.clock.monotonic() - self.since >= begin.lease:
            return True
        return self._server_says_expired(head, alive, begin.lease)

    def _server_says_expired(self, head: Head, alive: Record, lease: int) -> bool:
        """Compare the server's times of the holder's last entry and of one appended now.

        Only worth an entry if this host's clock thinks so; which decides nothing.
        """
        if alive.created_at is None:
            return False
        if _age(head, alive) >= lease:
            return True
        if self.knocked == alive.serial:
            return False
        if (self.clock.now() - alive.created_at).total_seconds() < lease:
            return False
        self.knocked = alive.serial
        try:
            self.ledger.append(Knock(self.terms.author.actor), head)
        except LedgerMovedError:
            return False  # somebody was quicker
        now = self.ledger.head()
        if now.alive is None or now.alive.serial != alive.serial or _age(now, alive) < lease:
            return False
        self.head = now
        return True

    def _locked(self, head: Head, holder: Record) -> LockedError:
        begin = head.begin
        assert begin is not None
        return LockedError(
            f"{_who(holder, begin)} holds the lock of the workspace {self.ledger.workspace}: "
            f"{begin.operation} of {len(begin.claims)} object(s). Wait for it with "
            "--lock-timeout, or, if it is dead, break it: "
            f"reconciler force-unlock {holder.serial}",
            workspace=self.ledger.workspace,
            serial=holder.serial,
        )

    def _wait(self, error: LockedError, serial: int, holder: Author | None = None) -> None:
        """Wait a little, or raise if that was long enough; a change of the head ends the wait, and
        so does a holder that is found dead."""
        if self.clock.monotonic() >= self.until:
            raise error
        if error.serial != self.waits_for:
            self.waits_for = error.serial
            self.say(f"Waiting: {str(error).partition('. Wait')[0]}.")
        while (left := self.until - self.clock.monotonic()) > 0:
            self.clock.sleep(min(left, POLL * (0.25 + 0.75 * self.rand())))
            expires = self.since + self.lease
            if not serial or self.clock.monotonic() >= expires:
                return
            if self.ledger.newest() != serial:
                return
            if holder is not None and self.terms.is_dead(holder):
                return


class Lock:
    """The lock, held: renew it, look whether it is still ours, end it. Safe from many threads.

    Attributes: `serial` of the begin; `before` the head that it followed; `head` as we know it;
    `lease` in seconds; `lost` why the lock is no longer ours, or ""; `tried` whether anything may
    have been written under it; `ended` whether it was released.
    """

    def __init__(
        self,
        ledger: Ledger,
        head: Head,
        clock: Clock,
        *,
        before: Head,
        lease: int,
        began: float,
    ) -> None:
        self.serial = head.serial
        self.before = before
        self.head = head
        self.lost = ""
        self.tried = False
        self.ended = False
        self._ledger = ledger
        self._clock = clock
        self.lease = lease
        self._renewed = self._looked = began
        self._mutex = threading.RLock()

    def fence(self) -> str:
        """Why nothing more may be switched, or "" while the lock is ours."""
        with self._mutex:
            if self.lost or self._clock.monotonic() - self._looked < FRESH:
                return self.lost
            now = self._clock.monotonic()
            try:
                if self._ledger.newest() != self.head.serial:
                    self._read()
            except ReconcilerError as error:
                # What we cannot see we do not hold; the next one looks again.
                return f"the lock could not be seen: {error}"
            self._looked = now
            return self.lost

    def keep(self) -> None:
        """Show that we live, if it is time to. To be called often; costs nothing in between."""
        with self._mutex:
            if self.lost or self._clock.monotonic() - self._renewed < self.lease / 2:
                return
            self._renew(Renewal(self.serial))

    def claim(self, claims: tuple[Owned, ...]) -> None:
        """Claim other things than at first, because we planned anew."""
        with self._mutex:
            self._renew(Renewal(self.serial, claims))

    def end(self, end: End) -> None:
        """Release the lock. If it is lost, what we did is appended all the same.

        Raises: LedgerError, AdminError or UnreachableError if the end could not be appended: the
            lock is then left to its lease, and whoever takes it over finds out what we wrote.
        """
        with self._mutex:
            while True:
                try:
                    self.head = self._ledger.append(end, self.head)
                    self.ended = True
                    return
                except LedgerMovedError:
                    self._read()

    def release(self, operation: str, actor: str) -> None:
        """Release the lock if it is not yet, as one under which nothing is known to be done."""
        with self._mutex:
            if self.tried and not self.ended:
                self.abandon(actor)
            elif not self.ended:
                self.end(End(self.serial, operation, actor, idle=True))

    def abandon(self, actor: str) -> None:
        """Release the lock without knowing what came of it: the next holder finds out."""
        with self._mutex:
            self.ended = True
            for _ in range(3):
                try:
                    self._ledger.append(Unlock(self.serial, actor, "it ended early"), self.head)
                    return
                except LedgerMovedError:
                    self._read()
                except ReconcilerError:
                    return  # the lease will run out

    def _renew(self, renewal: Renewal) -> None:
        now = self._clock.monotonic()
        while not self.lost:
            try:
                self.head = self._ledger.append(renewal, self.head)
            except LedgerMovedError:
                self._read()
                continue
            except ReconcilerError:
                if renewal.claims is not None:
                    raise
                return  # there is time for some more attempts
            self._renewed = self._looked = now
            return

    def _read(self) -> None:
        self.head = head = self._ledger.head()
        if head.holder is not None and head.holder.serial == self.serial:
            return
        if head.holder is not None and head.begin is not None:
            self.lost = f"the lock was taken over by {_who(head.holder, head.begin)}"
        else:
            self.lost = "the lock was broken by someone else"


def _age(head: Head, alive: Record) -> float:
    """Seconds by the server's clock from the holder's last entry to the newest one."""
    if head.at is None or alive.created_at is None:
        return 0.0
    return (head.at - alive.created_at).total_seconds()


def _who(holder: Record, begin: Begin) -> str:
    since = f" since {holder.created_at:%Y-%m-%d %H:%M:%S} UTC" if holder.created_at else ""
    run = f", {begin.author.run}" if begin.author.run else ""
    return f"{begin.author} (#{holder.serial}{since}{run})"
