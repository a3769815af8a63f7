"""What a plan means: the difference between what is active now and what will be.

A step says which version is switched on. Its effect says what that changes for whoever depends
on it: inside the launch plan, its workflow and its tasks, in when it fires, and in how it can be
called. An effect is for people and policies; no apply reads one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.change import Change
from reconciler.model.identity import ResourceId
from reconciler.model.kinds import Kind
from reconciler.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Part:
    """One thing inside of what runs that is not what it was: the launch plan itself included.

    `path` is `project/domain/name`; `before` and `after` are its versions, "" on the side where
    it is no part. `changes` are what differs in it, none if it came or went as a whole. `unread`
    says that only its version is known on one side.
    """

    kind: Kind
    path: str
    before: str
    after: str
    changes: tuple[Change, ...] = ()
    unread: bool = False


@dataclass(frozen=True, slots=True)
class ImageChange:
    """Another image for a container of a task; of its only container, `container` is empty."""

    task: str
    container: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Firing:
    """When one side fires.

    `text` is the schedule as people write it; `zone` the zone it is read in, and `assumed` that
    the schedule names none, so that the scheduler's own clock decides; `next` up to three times
    in RFC 3339, in that zone; `problem` why there are none.
    """

    text: str
    zone: str = "UTC"
    assumed: bool = False
    next: tuple[str, ...] = ()
    problem: str = ""


class Oddity(StrEnum):
    """What befalls a single slot."""

    # At the switch: neither the old schedule nor the new one runs it; or both do.
    LOST = "lost-at-switch"
    DOUBLE = "double-at-switch"
    # At a change of the clocks: the time does not exist, or comes twice.
    GAP = "clock-gap"
    OVERLAP = "clock-overlap"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that is not run once as the schedule reads; RFC 3339, a gap's as if it existed."""

    at: str
    oddity: Oddity


@dataclass(frozen=True, slots=True)
class Restart:
    """The clock of a rate starts anew with every switch; seconds throughout.

    `elapsed` of the former `period` are lost; what would have fired in `remaining` now fires after
    the whole of the new one. None where nobody knows since when the former version is active.
    """

    period: int
    elapsed: int | None = None
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class ScheduleEffect:
    """When it fires now and will; a side without a schedule is None."""

    before: Firing | None
    after: Firing | None
    restart: Restart | None = None
    slots: tuple[Slot, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the schedules are two; times that only count from a restart do not count."""
        return (self.before.text if self.before else "") != (self.after.text if self.after else "")


class Side(StrEnum):
    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class InterfaceChange:
    """One input or output: as the type language says it, None where it is not there."""

    side: Side
    name: str
    before: str | None
    after: str | None
    breaking: bool
    why: str


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who uses what changes, in the manifests or else in Admin: a workflow that starts it, or
    another launch plan of the same workflow.

    `breaks` tells that it does not fit what will be active; `version` is what it is pinned to, and
    goes on using until it is moved.
    """

    id: ResourceId
    in_set: bool
    version: str
    breaks: bool
    why: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one launch plan.

    `id` is its activation; `active_before` and `active_after` are versions. Where `switches` is
    False, a new version is registered and nothing activates it: the effect is that of activating
    it. `notes` say what was not compared.
    """

    id: ResourceId
    active_before: tuple[str, ...]
    active_after: str
    switches: bool = True
    parts: tuple[Part, ...] = ()
    images: tuple[ImageChange, ...] = ()
    schedule: ScheduleEffect | None = None
    interface: tuple[InterfaceChange, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether the interface changes in a way that some caller may not survive."""
        return any(change.breaking for change in self.interface)


@dataclass(frozen=True, slots=True)
class Behind:
    """What was read of Admin only to tell the effects of a plan.

    `active` are launch plan versions by activation, in order of creation; `resources` whatever
    else, by id, a workflow with the tasks inside it; `users` launch plans that stay active, and
    their workflows, which may start what changes. `unread` says in words what was not read of
    the former, and `unsearched` of the latter.
    """

    active: Mapping[ResourceId, tuple[Resource, ...]] = field(default_factory=dict)
    resources: Mapping[ResourceId, Resource] = field(default_factory=dict)
    users: Mapping[ResourceId, Resource] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    unsearched: tuple[str, ...] = ()
