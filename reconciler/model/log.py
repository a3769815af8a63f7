"""The ledger's log: what an entry says, and what all of them together come to.

An apply appends two entries: a `Begin`, which takes the lock, and an `End`, which releases it and
says what we own now. `Fold` adds entries up; it is the same for every ledger, wherever it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.identity import ResourceId
from reconciler.model.inventory import Inventory, Owned, Place, place_of

# As much of a plan's digest as the log keeps.
PLAN_BYTES = 12
APPLY = "apply"
ROLLBACK = "rollback"
FLIPS = 8
"""Times that are kept of one activation."""
LEDGER_PREFIX = "reconciler.ledger."


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something, of which commit, and where its log can be read.

    `process` tells on the same machine which process it is; elsewhere it means nothing.
    """

    actor: str = ""
    commit: str = ""
    run: str = ""
    process: str = ""

    def __str__(self) -> str:
        return self.actor or "someone"


@dataclass(frozen=True, slots=True)
class Begin:
    """Takes the lock.

    Attributes: `plan` the plan's digest, as much as `PLAN_BYTES`; `saved` whether it came from a
    file, and so must not run again; `claims` what will be written, as it is to be; `lease` seconds
    after which silence means death; `takes_over` the serial of the begin whose lock it takes.
    """

    operation: str
    plan: bytes
    claims: tuple[Owned, ...]
    author: Author
    lease: int
    saved: bool = False
    takes_over: int = 0


@dataclass(frozen=True, slots=True)
class Renewal:
    """The holder lives; `claims` in the place of its earlier ones, if it planned anew."""

    begins: int
    claims: tuple[Owned, ...] | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Releases the lock that the entry `begins` took, and says what came of it.

    `counts` maps a word to how often it was done (activated → 3); `complete` is False if
    something was not done; `gained` and `lost` are changes of the inventory; `idle` is True if
    nothing was tried, so that what earlier begins left open stays open.
    """

    begins: int
    operation: str
    actor: str
    counts: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    gained: tuple[Owned, ...] = ()
    lost: tuple[ResourceId, ...] = ()
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Unlock:
    """A person takes the lock from the entry `begins`."""

    begins: int
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody asks for the server's time, which is that of this entry."""

    actor: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Keeps every apply off an activation.

    Attributes: `version` after which it is over, once the manifests want another one; "" for as
    long as nobody releases it; `until` seconds since 1970, 0 for never.
    """

    id: ResourceId
    actor: str
    reason: str = ""
    version: str = ""
    until: int = 0

    def is_over(self, wanted: str) -> bool:
        """Tell whether the manifests want another version than the one that was bad."""
        return bool(self.version and wanted) and wanted != self.version

    def __str__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"launch plan {self.id.path} is held by {self.actor or 'someone'}{why}"


@dataclass(frozen=True, slots=True)
class Release:
    """Ends a hold."""

    id: ResourceId
    actor: str


Body = Begin | Renewal | End | Unlock | Knock | Hold | Release


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as it is stored.

    Attributes: `digest` of its bytes, and `previous` that of the entry before; `created_at` by
    the server's clock; `size` bytes in the store.
    """

    serial: int
    body: Body
    digest: bytes = b""
    previous: bytes = b""
    created_at: datetime | None = None
    size: int = 0

    @property
    def summary(self) -> str:
        """The entry as a log line: `#42 apply by alice: 3 activated, 1 registered`."""
        return f"#{self.serial} {_said(self.body)}"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a log, and what all entries up to it come to.

    Attributes: `holder` the begin that holds the lock; `alive` the last entry by which its holder
    was seen; `claims` what it claims now; `loose` claims of begins that never ended, which are
    perhaps ours; `plans` the saved plans that ran; `commit` what was applied last; `checkpoint`
    the serial of the last entry that sums up all before it; `holds` what applies keep off; `at`
    the server's time of this entry, None if it was appended just now and not read yet; `flips`
    when activations were last moved from one version to another, a few times each and as far as
    the entries that were read tell.
    """

    serial: int = 0
    digest: bytes = b""
    inventory: Inventory = field(default_factory=Inventory)
    holder: Record | None = None
    alive: Record | None = None
    claims: tuple[Owned, ...] = ()
    loose: tuple[Owned, ...] = ()
    plans: frozenset[bytes] = frozenset()
    commit: str = ""
    checkpoint: int = 0
    holds: tuple[Hold, ...] = ()
    at: datetime | None = None
    flips: Mapping[ResourceId, tuple[datetime, ...]] = field(default_factory=dict, compare=False)

    @property
    def begin(self) -> Begin | None:
        """What the holder of the lock said when it took it."""
        body = self.holder.body if self.holder is not None else None
        return body if isinstance(body, Begin) else None

    def has_run(self, plan: bytes) -> bool:
        """Tell whether a saved plan was begun already."""
        return plan[:PLAN_BYTES] in self.plans

    def after(self, *records: Record) -> "Head":
        """The head once these entries stand after this one."""
        fold = Fold(self)
        for record in records:
            fold.add(record)
        return fold.head()


class Fold:
    """Adds entries up, starting from what is known."""

    def __init__(self, start: Head) -> None:
        self._serial = start.serial
        self._digest = start.digest
        self._entries: dict[Place, Owned] = dict(start.inventory.entries)
        self._holder = start.holder
        self._alive = start.alive
        self._claims = start.claims
        self._loose = {owned.id: owned for owned in start.loose}
        self._plans = set(start.plans)
        self._commit = start.commit
        self._checkpoint = start.checkpoint
        self._at = start.at
        self._kept_off = {hold.id: hold for hold in start.holds}
        self._flips = dict(start.flips)

    def add(self, record: Record) -> None:
        """Take in the entry that follows."""
        self._serial, self._digest, self._at = record.serial, record.digest, record.created_at
        match record.body:
            case Begin() as begin:
                self._set_loose()
                self._holder = self._alive = record
                self._claims = begin.claims
                if begin.saved:
                    self._plans.add(begin.plan[:PLAN_BYTES])
                if begin.operation == APPLY:  # nothing else applies manifests
                    self._commit = begin.author.commit or self._commit
            case Renewal() as renewal:
                if self._holds(renewal.begins):
                    self._alive = record
                    if renewal.claims is not None:
                        self._claims = renewal.claims
            case End() as end:
                self._note_flips(end, record.created_at)
                self._end(end)
            case Unlock() as unlock:
                if self._holds(unlock.begins):
                    self._set_loose()
            case Hold() as hold:
                self._kept_off[hold.id] = hold
            case Release() as release:
                self._kept_off.pop(release.id, None)

    def head(self) -> Head:
        """What has been added up so far."""
        return Head(
            serial=self._serial,
            digest=self._digest,
            inventory=Inventory(self._entries),
            holder=self._holder,
            alive=self._alive,
            claims=self._claims,
            loose=tuple(self._loose[id] for id in sorted(self._loose)),
            plans=frozenset(self._plans),
            commit=self._commit,
            checkpoint=self._checkpoint,
            holds=tuple(self._kept_off[id] for id in sorted(self._kept_off)),
            at=self._at,
            flips=self._flips,
        )

    def _note_flips(self, end: End, at: datetime | None) -> None:
        for owned in end.gained:
            former = self._entries.get(owned.place)
            # What is new to us may have been adopted as it was.
            if at is not None and owned.active and former and former.active != owned.active:
                self._flips[owned.id] = (*self._flips.get(owned.id, ())[1 - FLIPS :], at)

    def _end(self, end: End) -> None:
        if not self._holds(end.begins):
            # It lost its lock and reports late: what was done since by others counts.
            for owned in end.gained:
                if self._entries.setdefault(owned.place, owned) is owned:
                    self._loose.pop(owned.id, None)
            return
        for owned in end.gained:
            self._entries[owned.place] = owned
            hold = self._kept_off.get(owned.id)
            if hold is not None and end.operation != ROLLBACK and hold.is_over(owned.active):
                del self._kept_off[owned.id]  # the manifests have moved on
        for id in end.lost:
            self._entries.pop(place_of(id), None)
        begin = self._holder.body if self._holder is not None else None
        if not end.idle:
            # Whoever holds the lock settles what earlier begins left open.
            self._loose.clear()
        elif isinstance(begin, Begin) and begin.saved:
            # Nothing of the saved plan was tried, so it has not run.
            self._plans.discard(begin.plan[:PLAN_BYTES])
        self._release()

    def _holds(self, serial: int) -> bool:
        return self._holder is not None and self._holder.serial == serial

    def _set_loose(self) -> None:
        """Nobody holds the lock any more; what was claimed may have been written."""
        self._loose.update((owned.id, owned) for owned in self._claims)
        self._release()

    def _release(self) -> None:
        self._holder = self._alive = None
        self._claims = ()


def _said(body: Body) -> str:
    match body:
        case Begin():
            how = f", taking over #{body.takes_over}" if body.takes_over else ""
            return f"{body.operation} begun by {body.author}: {len(body.claims)} claimed{how}"
        case Renewal():
            return f"#{body.begins} goes on"
        case End():
            done = ", ".join(f"{count} {word}" for word, count in sorted(body.counts.items()))
            rest = "" if body.complete else "; incomplete"
            return f"{body.operation} by {body.actor or 'someone'}: {done or 'nothing'}{rest}"
        case Unlock():
            why = f": {body.reason}" if body.reason else ""
            return f"lock of #{body.begins} broken by {body.actor or 'someone'}{why}"
        case Knock():
            return f"{body.actor or 'someone'} asks whether the holder of the lock is alive"
        case Hold():
            return str(body)
        case Release():
            return f"{body.id} released by {body.actor or 'someone'}"
