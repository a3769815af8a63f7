"""What Admin remembers for one workspace: read it, lock it, hold names in it, go back by it."""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.admin import Connection, SystemClock
from reconciler.errors import AmbiguousNameError, LedgerError, LedgerMovedError, StalePlanError
from reconciler.model import (
    Action,
    Author,
    Head,
    Hold,
    Kind,
    Owned,
    Place,
    Plan,
    Record,
    Release,
    ResourceId,
    Unlock,
    Verb,
    claims_of,
    plan_digest,
)
from reconciler.plan import named, without_foreign
from reconciler.ports import Ledger, LedgerReader
from reconciler.remote.records import rebuilding
from reconciler.remote.switches import find_switch, find_switches, switching, version_then

if TYPE_CHECKING:  # to read what is remembered needs nothing of it
    from reconciler.apply import Lock


@dataclass(frozen=True, slots=True)
class Home:
    """Where the ledger of a workspace is kept."""

    project: str
    domain: str
    workspace: str

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}/{self.workspace}"


@dataclass(frozen=True, slots=True)
class Held:
    """The lock of a workspace, and who took it."""

    lock: "Lock"
    author: Author
    operation: str = "apply"
    home: Home | None = None

    @property
    def before(self) -> Head:
        """The head that the lock followed: what was read at an earlier one may be outdated."""
        return self.lock.before

    def closing(self, plan: Plan) -> Action | None:
        """The step that archives the ledger's own home, after which nothing can be appended."""
        if self.home is None:
            return None
        home = ResourceId(Kind.PROJECT, self.home.project)
        archiving = (one for one in plan if one.verb is Verb.ARCHIVE and one.id == home)
        return next(archiving, None)

    def claim(self, plan: Plan) -> None:
        """Hold it for another plan from now on."""
        self.lock.claim(claims_of(plan))

    def release(self) -> None:
        """Release it unless that was done already; nothing was tried under it."""
        self.lock.release(self.operation, self.author.actor)


class WorkspaceLedger:
    """The ledger of one workspace; `Remote.ledger_of` gives it."""

    def __init__(self, connection: Connection, home: Home, *, is_salvaged: bool = False) -> None:
        self.home = home
        self._connection = connection
        self._is_salvaged = is_salvaged

    def reader(self) -> LedgerReader:
        """The log itself, to be read."""
        if self._is_salvaged:
            return self._ledger()
        home = self.home
        return self._connection.ledger_reader(
            project=home.project, domain=home.domain, workspace=home.workspace
        )

    def head(self) -> Head:
        """The newest entry, and what all of them come to."""
        return self.reader().head()

    def leave_foreign(self, plan: Plan) -> Plan:
        """The plan without adopting what other workspaces own; what it changes of theirs is told.

        Cost: nothing for a plan that is empty; else a list of the home's ledgers, and the head of
        each other one.
        """
        if not plan.actions:
            return plan
        return without_foreign(plan, self.owners())

    def owners(self) -> Mapping[Place, str]:
        """The workspace that owns a place, for all that the others of the home own.

        Cost: a list of the home's ledgers, and the head of each other one.
        """
        return {
            place: neighbour.workspace
            for neighbour in self.reader().neighbours()
            for place in neighbour.head().inventory.entries
        }

    def check_holds(self, head: Head, serial: int, digest: bytes) -> None:
        """Look whether an entry that was the newest once still is in the log.

        Cost: nothing if it is still the newest, else one call.
        Raises: StalePlanError if it is not, for then Admin was restored from a backup since.
        """
        if not serial or (head.serial, head.digest) == (serial, digest):
            return
        found = self.reader().entry(serial) if head.serial > serial else None
        if found is None or found.digest != digest:
            raise StalePlanError(
                [
                    f"it was made at entry {serial} of the ledger, which ends with entry "
                    f"{head.serial} and does not hold that one: Flyte Admin was restored from a "
                    "backup since"
                ]
            )

    def rebuilding(self, plan: Plan, head: Head) -> Plan:
        """What makes the ledger say what is there: see `records.rebuilding`."""
        from reconciler.apply import as_left

        return rebuilding(plan, head, as_left(list(head.inventory), self._connection.reader))

    def salvaged(self) -> "WorkspaceLedger":
        """The same ledger, of which only that is read which is not damaged."""
        return WorkspaceLedger(self._connection, self.home, is_salvaged=True)

    def lock(
        self,
        plan: Plan,
        *,
        author: Author,
        operation: str = "apply",
        saved: bytes = b"",
        wait: float = 0.0,
        is_dead: Callable[[Author], bool] = lambda author: False,
        say: Callable[[str], None] = lambda text: None,
    ) -> Held:
        """Take the lock for a plan, to be given to `Remote.apply` or released.

        If the plan registers the ledger's own project, that is done first: there is no other
        write outside the lock.

        Args:
            saved: The digest of a plan that was saved, which runs once.
            wait: Seconds to wait for the lock.
            is_dead: Whether a holder is known to be a process that is gone.

        Raises: PlanRanError for a saved plan that ran; LockedError, ForeignOwnerError,
            LedgerError, AdminError or UnreachableError.
        """
        from reconciler.apply import Terms, take_lock

        self._make_home(plan)
        terms = Terms(
            operation=operation,
            plan=saved or plan_digest(plan),
            saved=bool(saved),
            claims=claims_of(plan),
            author=author,
            wait=wait,
            is_dead=is_dead,
        )
        lock = take_lock(self._ledger(), terms, SystemClock(), say=say)
        return Held(lock, author, operation, self.home)

    def transfer(
        self,
        names: Sequence[str],
        to: str,
        *,
        author: Author,
        wait: float = 0.0,
        is_dead: Callable[[Author], bool] = lambda author: False,
        say: Callable[[str], None] = lambda text: None,
    ) -> Sequence[Owned]:
        """Hand things over to another workspace of the same home, and return them.

        Args:
            names: As `plan.named` reads them.
            to: The other workspace, as its ledger is called.

        Raises: LedgerError for a workspace without a ledger, and for names that are not ours;
            LockedError if either is being applied; AdminError or UnreachableError, after which
            the same again goes on.
        """
        from reconciler.apply import Terms, hand_over

        others = sorted(one.workspace for one in self.reader().neighbours())
        if to not in others:
            known = ", ".join(others) or "none"
            raise LedgerError(
                f"no workspace {to} has a ledger in the same home; there are {known}"
            )

        def choose(head: Head, late: Sequence[Owned]) -> Sequence[Owned]:
            of = {one.id: one for one in (*late, *head.inventory)}
            return [of[id] for id in named(names, of, what="ours")]

        return hand_over(
            self._ledger(),
            self._connection.ledger(
                project=self.home.project, domain=self.home.domain, workspace=to
            ),
            choose,
            Terms(author=author, wait=wait, is_dead=is_dead),
            SystemClock(),
            reader=self._connection.reader,
            say=say,
        )

    def break_lock(self, serial: int, *, actor: str, reason: str) -> Record:
        """Take the lock from whoever holds it, and return the begin that did.

        Args:
            serial: Of the entry that took it, so that no other one is broken.

        Raises: LedgerError if that is not the lock; LedgerMovedError if it is just moving.
        """
        ledger = self._ledger()
        head = ledger.head()
        if head.holder is None or head.holder.serial != serial:
            held = f"by entry {head.holder.serial}" if head.holder else "by nobody"
            raise LedgerError(f"entry {serial} does not hold the lock: it is held {held}")
        ledger.append(Unlock(serial, actor, reason), head)
        return head.holder

    def hold(
        self,
        name: str,
        *,
        actor: str,
        reason: str = "",
        until: int = 0,
        version: str | None = None,
    ) -> Hold:
        """Keep every apply off a launch plan's activation, and return the hold.

        Args:
            name: `project/domain/name`, or the name alone.
            until: Seconds since 1970, 0 for never.
            version: The bad version, after which the hold is over; None: the one we left active.

        Raises: LedgerError for a name that the ledger does not own, or not alone.
        """
        ledger = self._ledger()
        while True:
            head = ledger.head()
            switch = find_switch(head, name)
            bad = switch.active if version is None else version
            hold = Hold(switch.id, actor, reason, bad, until)
            with contextlib.suppress(LedgerMovedError):
                ledger.append(hold, head)
                return hold

    def release(self, name: str, *, actor: str) -> Hold:
        """End a hold, and return it.

        Raises: LedgerError if that is not held.
        """
        ledger = self._ledger()
        while True:
            head = ledger.head()
            found = [hold for hold in head.holds if name in (hold.id.path, hold.id.name)]
            if len(found) != 1:
                held = ", ".join(hold.id.path for hold in head.holds) or "nothing"
                raise LedgerError(f"{name} is not held, or not alone; held is {held}")
            with contextlib.suppress(LedgerMovedError):
                ledger.append(Release(found[0].id, actor), head)
                return found[0]

    def switches(self, names: Sequence[str]) -> Sequence[Owned]:
        """The launch plans' activations that these names mean, as `find_switches` reads them."""
        return find_switches(self.head(), names)

    def owns_switches(self, names: Sequence[str]) -> bool:
        """Tell whether each of these names means launch plans that an apply switched."""
        head = self.head()
        try:
            find_switches(head, names)
        except LedgerError as error:
            if isinstance(error, AmbiguousNameError):
                raise
            return False
        return True

    def plan_rollback(
        self, names: Sequence[str], *, to: str = "previous"
    ) -> tuple[tuple[Owned, ...], Plan]:
        """What takes launch plans back to a version: their switches as we left them, and the plan.

        Args:
            names: As `find_switches` reads them.
            to: A version; the number of an entry, for what was active after it; or "previous",
                for what was active before.

        Raises: LedgerError for a name or a version that is not known.
        """
        ledger = self.reader()
        head = ledger.head()
        switches = find_switches(head, names)
        reader = self._connection.reader
        there: Collection[ResourceId] = ()
        if to != "previous":
            there = reader.versions([switch.id.at(to) for switch in switches]).keys()
        records = ledger.records() if len(there) < len(switches) else ()
        wanted = {
            switch.id: to if switch.id.at(to) in there else version_then(records, switch, to)
            for switch in switches
        }
        ids = [id.at(version) for id, version in wanted.items() if version]
        missing = sorted(set(ids) - reader.versions(ids).keys())
        if missing:
            raise LedgerError(f"Flyte Admin holds no {', '.join(map(str, missing))}")
        active = reader.active([switch.id for switch in switches])
        steps = [
            switching(switch, sorted(one.id.version for one in active[switch.id]), version)
            for switch, version in zip(switches, wanted.values(), strict=True)
        ]
        return switches, Plan(tuple(step for step in steps if step is not None))

    def _ledger(self) -> Ledger:
        home, connection = self.home, self._connection
        kind = connection.salvaged_ledger if self._is_salvaged else connection.ledger
        return kind(project=home.project, domain=home.domain, workspace=home.workspace)

    def _make_home(self, plan: Plan) -> None:
        for action in plan:
            if action.id.kind is not Kind.PROJECT or action.id.project != self.home.project:
                continue
            if action.after is not None and action.verb is Verb.CREATE:
                self._connection.writer.create(action.after)
            elif action.after is not None and action.verb is Verb.UNARCHIVE:
                self._connection.writer.update(action.after)
