"""What would be done: one step, all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.backfill import SlotTable
from reconciler.model.bundle import Bundle
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.effect import Effect
from reconciler.model.identity import ResourceId
from reconciler.model.kinds import Kind
from reconciler.model.resource import Origin, Resource
from reconciler.model.verdict import Verdict


class Verb(StrEnum):
    """What an action does to Admin; adopting and forgetting only change what is ours.

    Launching starts an execution, which nothing takes back: it comes last of all.
    """

    CREATE = "create"
    UPDATE = "update"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    DELETE = "delete"
    UPLOAD = "upload"
    ADOPT = "adopt"
    FORGET = "forget"
    LAUNCH = "launch"

    @property
    def writes(self) -> bool:
        """False for what only the ledger is told."""
        return self not in (Verb.ADOPT, Verb.FORGET)


class Reason(StrEnum):
    """Why an action is planned, for machines. `Action.why` says it to people."""

    ABSENT = "absent"
    DIFFERS = "differs"
    ARCHIVED = "archived"
    NOT_ARCHIVED = "not-archived"
    NONE_ACTIVE = "none-active"
    OTHER_ACTIVE = "other-active"
    SEVERAL_ACTIVE = "several-active"
    STILL_ACTIVE = "still-active"
    NEEDED = "needed"
    UNWANTED = "unwanted"
    NOT_OURS = "not-ours"
    ASKED = "asked"
    # Of a backfill: its slot has not run, or ran in vain; or made for a launch, and nobody's.
    NOT_RUN = "not-run"
    RAN_IN_VAIN = "ran-in-vain"
    GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class Action:
    """One step that one resource needs.

    `bundle` is what an upload uploads, and nothing for any other verb. `rewrites` are rows of
    attributes that Admin drops together with the one that this step deletes or replaces, and that
    the step therefore writes again.
    """

    verb: Verb
    id: ResourceId
    reason: Reason
    why: str
    changes: tuple[Change, ...] = ()
    before: Resource | None = None
    after: Resource | None = None
    needs: tuple[ResourceId, ...] = ()
    bundle: Bundle | None = None
    rewrites: tuple[Resource, ...] = ()

    @property
    def is_switch(self) -> bool:
        """True for steps that decide what runs; they wait until every other step succeeded."""
        return self.id.kind is Kind.ACTIVATION and self.verb.writes

    @property
    def is_launch(self) -> bool:
        """True for steps that start something; they come after everything else."""
        return self.verb is Verb.LAUNCH

    @property
    def is_record(self) -> bool:
        """True for steps that write nothing but what is ours."""
        return not self.verb.writes


@dataclass(frozen=True, slots=True)
class Conflict:
    """A version that Admin already holds with other content: no action of ours can mend it."""

    id: ResourceId
    changes: tuple[Change, ...]
    origin: Origin | None = None

    def __str__(self) -> str:
        fields = ", ".join(change.path for change in self.changes)
        return f"{self.id} is already registered and differs in {fields}; give it a new version"


@dataclass(frozen=True, slots=True)
class Plan:
    """All actions, each after those it needs, and what was found that stands in their way.

    `obstacles` keep a plan that can be shown from being applied: an image not yet built.
    `effects` say what its switches mean, and `backfills` how each stands; nothing that is done
    depends on them. `verdicts` are what the policies at hand said of it: those of a file are what
    was said when it was planned, and applying asks again.
    """

    actions: tuple[Action, ...]
    conflicts: tuple[Conflict, ...] = ()
    unchanged: Mapping[Kind, int] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    obstacles: tuple[Diagnostic, ...] = ()
    effects: tuple[Effect, ...] = ()
    backfills: tuple[SlotTable, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    @property
    def is_empty(self) -> bool:
        return not self.actions and not self.conflicts

    def counts(self) -> Counter[Verb]:
        """How many actions of each verb."""
        return Counter(action.verb for action in self.actions)
