"""Say what a plan means: for each switch, what will be different from what is active now.

Pure, and no part of deciding: a plan does the same with and without its effects. What they need
to know beyond what planning knows anyway was read before (`observed.behind`), and only for
launch plans that change.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler.cron import SECOND, from_datetime
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
    Severity,
    Verb,
)
from reconciler.plan.effects_consumers import Uses
from reconciler.plan.effects_interface import Castable, interface_changes
from reconciler.plan.effects_parts import compare_images, compare_parts, inside
from reconciler.plan.effects_schedule import schedule_effect

_WORDS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def with_effects(
    plan: Plan, desired: DesiredState, behind: Behind, *, now: datetime, castable: Castable
) -> Plan:
    """Return the plan with its effects, in the order of its steps, and the warnings they give.

    Args:
        behind: What is active now of what changes, and what is inside of it.
        now: The instant of the switch, as far as anybody knows it.
        castable: Admin's judgement on types, which decides what breaks.
    """
    told = _Telling(plan, desired, behind, now=from_datetime(now), castable=castable)
    effects = tuple(told.effects())
    if not effects:
        return plan
    warnings = [warning for effect in effects for warning in told.warnings(effect)]
    return replace(plan, effects=effects, warnings=(*plan.warnings, *warnings))


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

    def warnings(self, effect: Effect) -> Iterator[Diagnostic]:
        """What is wrong with a switch as such, whatever it switches to."""
        schedule = effect.schedule
        before = _last(self._behind.active.get(effect.id, ()))
        if not effect.switches or before is None or before.since is None or schedule is None:
            return
        if schedule.restart is None or schedule.before is None:
            return
        active_for = (self._now - before.since) // SECOND
        if 0 <= active_for < schedule.restart.period:
            found = self._desired.get(effect.id)
            yield Diagnostic(
                "rate-starved",
                f"launch plan {effect.id.path} fires {schedule.before.text}, was switched "
                f"{_span(active_for)} ago and has not fired since: this switch starts its clock "
                "anew",
                found.origin if found is not None else None,
                "switch it less often than it fires, or give it a cron, which keeps to the clock",
                Severity.WARNING,
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


def _span(seconds: int) -> str:
    """A time in its largest unit: `5 hours`."""
    word, size = next(((w, s) for w, s in _WORDS if seconds >= s), _WORDS[-1])
    count = seconds // size
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
