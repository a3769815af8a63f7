"""What is not as it was left, or not as it is declared, and what of it is known."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.model.change import Change
from reconciler.model.identity import ResourceId
from reconciler.model.resource import Origin, Resource


class DriftKind(StrEnum):
    """What happened, as far as two observations tell."""

    # Another version, or one where none was left active.
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    SEVERAL_ACTIVE = "several-active"
    ATTRIBUTES_CHANGED = "attributes-changed"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    DESCRIBED = "described"
    # Active in a place that we manage, declared nowhere, and nobody's.
    ORPHANED = "orphaned"
    # Registered by us, and gone: an Admin restored from a backup looks like this.
    MISSING = "missing"
    # As we left it, and the manifests have moved on.
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Left:
    """The entry of the ledger that says how we left something."""

    serial: int
    at: datetime | None = None
    actor: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that drifted.

    Attributes: `left`, `live` and `wanted` say in a word what the ledger, Admin and the manifests
    say, "" where they say nothing or it is no word; `changes` leads from what is live to what is
    wanted; `since` is when Admin last touched it, where Admin tells; `entry` is what left it so;
    `found` is the whole of what Admin holds.
    """

    kind: DriftKind
    id: ResourceId
    message: str
    left: str = ""
    live: str = ""
    wanted: str = ""
    changes: tuple[Change, ...] = ()
    origin: Origin | None = None
    since: datetime | None = None
    entry: Left | None = None
    found: Resource | None = None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """All that drifted, by id.

    Attributes: `compared` how many things were looked at; `at` when; `remembers` whether there is
    a ledger, without which a hand cannot be told from a manifest that moved on; `unread` the
    scopes that may not be read.
    """

    drifts: tuple[Drift, ...]
    compared: int
    at: datetime
    remembers: bool = True
    unread: tuple[str, ...] = field(default=())

    def counts(self) -> Counter[DriftKind]:
        """How many of each kind."""
        return Counter(drift.kind for drift in self.drifts)
