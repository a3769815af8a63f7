"""Say what a plan means: for each switch, what will be different from what is active now.

Pure, and no part of deciding: a plan does the same with and without its effects. What they need
to know beyond what planning knows anyway was read before (`observed.behind`), and only for
launch plans that change.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler.cron import from_datetime
from reconciler.model import (
    Action,
    Behind,
    DesiredState,
    Diagnostic,
    Effect,
    Kind,
    Part,
    Plan,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.plan.effects.consumers import Uses
from reconciler.plan.effects.interface import Castable, interface_changes
from reconciler.plan.effects.parts import compare_images, compare_parts, inside
from reconciler.plan.effects.schedule import schedule_effect
from reconciler.plan.effects.starved import starved

Flips = Mapping[ResourceId, Sequence[datetime]]


def with_effects(
    plan: Plan,
    desired: DesiredState,
    behind: Behind,
    *,
    now: datetime,
    castable: Castable,
    flips: Flips = MappingProxyType({}),
) -> Plan:
    """Return the plan with its effects, in the order of its steps, and the warnings they give.

    Args:
        behind: What is active now of what changes, and what is inside of it.
        now: The instant of the switch, as far as anybody knows it.
        castable: Admin's judgement on types, which decides what breaks.
        flips: Earlier switches, as far as a ledger knows them.
    """
    told = _Telling(plan, desired, behind, now=from_datetime(now), castable=castable)
    effects = tuple(told.effects())
    if not effects:
        return plan
    warnings = [told.starved(effect, flips.get(effect.id, ())) for effect in effects]
    starved = [warning for warning in warnings if warning is not None]
    return replace(plan, effects=effects, warnings=(*plan.warnings, *starved))


def changing(plan: Plan, desired: DesiredState) -> Mapping[ResourceId, ResourceId | None]:
    """The launch plans whose effects are told: activation → version that will be, None if none.

    Those that are switched; and those of which a new version is registered whose state nobody
    declares: their effect is what activating it would mean.
    """
    found: dict[ResourceId, ResourceId | None] = {
        action.id: _wanted(action) for action in plan if action.is_switch
    }
    for action in plan:
        if action.verb is Verb.CREATE and action.id.kind is Kind.LAUNCH_PLAN:
            activation = action.id.activation
            if activation not in desired.resources:
                found.setdefault(activation, action.id)
    return found


def _wanted(action: Action) -> ResourceId | None:
    versions = action.after.active if action.after is not None else ()
    return action.id.at(versions[0]) if versions else None


class _Telling:
    """One plan's effects, with what they are told from."""

    def __init__(
        self, plan: Plan, desired: DesiredState, behind: Behind, *, now: int, castable: Castable
    ) -> None:
        self._changing = changing(plan, desired)
        self._switched = {action.id: action for action in plan if action.is_switch}
        self._desired = desired.resources
        self._behind = behind
        self._known = {**behind.resources, **_by_version(behind), **desired.resources}
        self._now = now
        self._castable = castable
        self._uses: Uses | None = None

    def effects(self) -> Iterator[Effect]:
        for activation, version in self._changing.items():
            running = self._behind.active.get(activation, ())
            after = self._known.get(version) if version is not None else None
            switches = activation in self._switched
            if not switches and not running:
                continue  # new, switched on by nobody, and nothing to compare it with
            try:
                yield self._effect(activation, version, running, after, switches=switches)
            except ValueError as error:
                # Admin may hold what no id can name; the plan is right all the same.
                yield Effect(
                    id=activation,
                    active_before=tuple(one.id.version for one in running),
                    active_after=version.version if version is not None else "",
                    switches=switches,
                    notes=(f"not compared: {error}",),
                )

    def starved(self, effect: Effect, flips: Sequence[datetime]) -> Diagnostic | None:
        """The warning that an effect deserves for when it comes, if it does."""
        before = _last(self._behind.active.get(effect.id, ()))
        declared = self._desired.get(effect.id)
        return starved(
            effect,
            since=before.since if before is not None else None,
            flips=[from_datetime(flip) for flip in flips],
            now=self._now,
            origin=declared.origin if declared is not None else None,
        )

    def _effect(
        self,
        activation: ResourceId,
        version: ResourceId | None,
        running: tuple[Resource, ...],
        after: Resource | None,
        *,
        switches: bool,
    ) -> Effect:
        before = _last(running)
        old, new = _spec(before), _spec(after)
        effect = Effect(
            id=activation,
            active_before=tuple(one.id.version for one in running),
            active_after=version.version if version is not None else "",
            switches=switches,
            schedule=schedule_effect(
                old, new, since=before.since if before is not None else None, now=self._now
            ),
        )
        notes = list(self._notes(running, version, new))
        if before is None or after is None or old is None or new is None:
            return replace(effect, notes=tuple(notes))
        left, right = inside(before, self._known), inside(after, self._known)
        parts = compare_parts(left, right)
        interface = interface_changes(old, new, self._castable)
        notes += (f"not compared: {_named(part)}" for part in parts if part.unread)
        if any(change.breaking for change in interface):
            notes += self._behind.unsearched
        return replace(
            effect,
            parts=parts,
            images=compare_images(left, right),
            interface=interface,
            consumers=self._consumers().of(after, interface) if interface else (),
            notes=tuple(notes),
        )

    def _notes(
        self, running: Collection[Resource], version: ResourceId | None, new: LaunchPlan | None
    ) -> Iterator[str]:
        if len(running) > 1:
            yield "several versions are active; compared with the one made last"
        if version is not None and new is None:
            yield f"{version} could not be read, so nothing was compared"
        yield from self._behind.unread

    def _consumers(self) -> Uses:
        if self._uses is None:
            self._uses = Uses(in_set=self._desired.values(), in_admin=self._behind.users.values())
        return self._uses


def _last(running: tuple[Resource, ...]) -> Resource | None:
    return running[-1] if running else None


def _spec(resource: Resource | None) -> LaunchPlan | None:
    spec = resource.spec if resource is not None else None
    return spec if isinstance(spec, LaunchPlan) else None


def _by_version(behind: Behind) -> dict[ResourceId, Resource]:
    return {one.id: one for running in behind.active.values() for one in running}


def _named(part: Part) -> str:
    return f"{part.kind} {part.path}@{part.after or part.before}"
