"""Backfill manifests, bound to the launch plans that they run.

What they run is found as any reference is; which slots there are, and which of them have run, is
for `plan` to tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest, ExecutionMetadata

from reconciler.cron import UTC, load_zone
from reconciler.desired.binder import Binder
from reconciler.desired.entity import ACTIVE, BoundBackfills, Entity, Place, Pointer
from reconciler.desired.literals import coerce
from reconciler.desired.problems import Problems
from reconciler.manifest import Backfill as Manifested
from reconciler.manifest import Manifest, Path
from reconciler.model import (
    BACKFILL_LABEL,
    Backfill,
    Kind,
    Resource,
    ResourceId,
    Spot,
    Strategy,
    Window,
    parse_datetime,
    spot,
)

_CHOSEN = {ACTIVE: "the active version", "latest": "the newest version"}
_DECLARED = "the version that the manifests declare"
# Executions under way at once, unless said.
_USUAL = {Strategy.EXECUTIONS: 10, Strategy.WORKFLOW: 1}


def backfill_pointers(
    manifests: Iterable[Manifest], entities: Sequence[Entity]
) -> tuple[tuple[Manifested, Pointer], ...]:
    """What each backfill runs: the launch plan that the set declares, or else the active one."""
    found = [one for one in manifests if isinstance(one, Manifested)]
    if not found:
        return ()
    declared = {one.place: one for one in entities if one.place.kind is Kind.LAUNCH_PLAN}
    return tuple((manifest, _pointer(manifest, declared)) for manifest in found)


def _pointer(manifest: Manifested, declared: dict[Place, Entity]) -> Pointer:
    target, metadata = manifest.spec.launch_plan, manifest.metadata
    place = Place(Kind.LAUNCH_PLAN, metadata.project, metadata.domain, target.name)
    version: str | None = target.version
    if version is None:
        own = declared.get(place)
        if own is None:
            version = ACTIVE
        elif own.is_switch:
            # Others register it, and here is said which version is to be active.
            version = own.version if own.state == "active" else ACTIVE
    return Pointer(place, version, lambda: manifest.origin_of("spec", "launchPlan"))


def bind_backfills(
    found: Iterable[tuple[Manifested, Pointer]], binder: Binder, problems: Problems
) -> BoundBackfills:
    """Bind what `backfill_pointers` gave, once everything else is bound.

    What keeps one from being bound is added to `problems`.
    """
    binding = _Binding(binder, problems)
    for manifest, pointer in found:
        binding.bind(manifest, pointer)
    return BoundBackfills(tuple(binding.bound), binding.needs, tuple(binding.unchecked))


class _Binding:
    def __init__(self, binder: Binder, problems: Problems) -> None:
        self.bound: list[Backfill] = []
        self.needs: dict[ResourceId, set[ResourceId]] = {}
        self.unchecked: list[Spot] = []
        self._binder = binder
        self._problems = problems
        own = (one for one in binder.resources if one.id.kind is Kind.LAUNCH_PLAN)
        self._own = {one.id: one for one in own}

    def bind(self, manifest: Manifested, pointer: Pointer) -> None:
        """Bind one; what keeps it from that becomes a problem."""
        errors = len(self._problems.errors)
        window = self._window(manifest)
        anchor = self._anchor(manifest)
        target = self._binder.refer(pointer)
        id = ResourceId(Kind.BACKFILL, *manifest.place)
        if target is None:
            if len(self._problems.errors) == errors:
                self.unchecked.append(
                    spot(id.kind, project=id.project, domain=id.domain, name=id.name)
                )
            return
        launch_plan = self._own.get(target.id) or self._binder.found(target.id)
        kickoff = self._check_inputs(manifest, launch_plan)
        request = self._request(manifest, launch_plan)
        if len(self._problems.errors) > errors:
            return
        spec, strategy = manifest.spec, Strategy(manifest.spec.strategy)
        generated = spec.workflow
        is_declared = target.id in self._own
        self.bound.append(
            Backfill(
                id=id,
                launch_plan=launch_plan,
                chosen=_DECLARED if is_declared else _CHOSEN.get(pointer.word, "the one named"),
                window=window,
                scheduler_zone=spec.scheduler_zone,
                anchor=anchor,
                strategy=strategy,
                concurrency=spec.concurrency or _USUAL[strategy],
                newest_first=spec.order == "newestFirst",
                stops=spec.on_failure == "stop",
                retries=spec.retries,
                any_version=spec.satisfied_by == "anyVersion",
                parallel=generated.parallel if generated else False,
                chunk=generated.max_nodes if generated else 100,
                fails_fast=generated is None or generated.on_failure == "failImmediately",
                node_retries=generated.retries if generated else 0,
                request=request,
                kickoff=kickoff,
                origin=manifest.origin,
            )
        )
        self.needs[id] = {target.id} if is_declared else set()

    def _window(self, manifest: Manifested) -> Window:
        window = manifest.spec.window
        if window.last is not None:
            last = window.last.seconds * 10**9 + window.last.nanos
            return Window(last=last, zone=window.zone)
        start = _instant(window.from_ or "", window.zone)
        end = _instant(window.to or "", window.zone)
        if start > end or (start == end and not window.inclusive):
            self._problems.error(
                "empty-window",
                f"the window ends at {window.to}, which is not after {window.from_}",
                manifest.origin_of("spec", "window", "to"),
                hint="`to` is the first time that no longer counts",
            )
        return Window(start=start, end=end, inclusive=window.inclusive, zone=window.zone)

    def _anchor(self, manifest: Manifested) -> int | None:
        anchor = manifest.spec.anchor
        return None if anchor is None else _instant(anchor, manifest.spec.window.zone)

    def _check_inputs(self, manifest: Manifested, launch_plan: Resource) -> str:
        """Hold the launch plan to what a backfill asks of it; return what receives the time."""
        spec: Any = launch_plan.spec
        schedule = spec.spec.entity_metadata.schedule
        expected = spec.closure.expected_inputs.parameters
        here = manifest.origin_of("spec", "launchPlan")
        if schedule.WhichOneof("ScheduleExpression") is None:
            message = f"{launch_plan.id} has no schedule, so it has no slots"
            hint = "a backfill runs the slots of a schedule; launch it by hand instead"
            self._problems.error("no-schedule", message, here, hint=hint)
            return ""
        kickoff: str = schedule.kickoff_time_input_arg
        # Admin's scheduler gives a rate's executions no time. Where the input is required none of
        # them could ever run, so nothing of its making can be meant.
        is_rate = schedule.WhichOneof("ScheduleExpression") == "rate"
        if kickoff not in expected or (is_rate and not expected[kickoff].required):
            kickoff = ""
        if kickoff in manifest.spec.inputs:
            where = manifest.origin_of("spec", "inputs", kickoff)
            message = f"input {kickoff} receives the time of each slot"
            self._problems.error("kickoff-input", message, where, hint="leave it out")
        given = {kickoff, *manifest.spec.inputs}
        for name in sorted(expected):
            if expected[name].required and name not in given:
                message = f"{launch_plan.id} requires the input {name}, and nothing gives it"
                hint = "say it under spec.inputs"
                self._problems.error("missing-input", message, here, hint=hint)
        return kickoff

    def _request(self, manifest: Manifested, launch_plan: Resource) -> ExecutionCreateRequest:
        said, id = manifest.spec, launch_plan.id
        request = ExecutionCreateRequest(project=id.project, domain=id.domain)
        spec = request.spec
        spec.launch_plan.CopyFrom(id.to_identifier())
        spec.metadata.mode = ExecutionMetadata.MANUAL
        spec.labels.values.update(said.labels)
        spec.labels.values[BACKFILL_LABEL] = manifest.metadata.name
        spec.annotations.values.update(said.annotations)
        spec.max_parallelism = said.max_parallelism
        spec.overwrite_cache = said.overwrite_cache
        if said.interruptible is not None:
            spec.interruptible.value = said.interruptible
        request.inputs.SetInParent()
        for name, literal in self._literals(manifest, launch_plan):
            request.inputs.literals[name].CopyFrom(literal)
        return request

    def _literals(self, manifest: Manifested, launch_plan: Resource) -> Iterator[tuple[str, Any]]:
        spec: Any = launch_plan.spec
        expected = spec.closure.expected_inputs.parameters
        for name, value in manifest.spec.inputs.items():
            path: Path = ("spec", "inputs", name)
            if name not in expected:
                has = ", ".join(sorted(expected)) or "none"
                what = "fixes" if name in spec.spec.fixed_inputs.literals else "has no"
                self._problems.error(
                    "unknown-input",
                    f"{launch_plan.id} {what} input {name}",
                    manifest.origin_of(*path),
                    hint=f"it takes {has}",
                )
                continue
            try:
                yield name, coerce(value, expected[name].var.type, where=f"input {name}")
            except ValueError as error:
                self._problems.error("wrong-type", str(error), manifest.origin_of(*path))


def _instant(text: str, zone_name: str) -> int:
    """The instant that a text names; without an offset it is wall clock time of the zone."""
    stamp = parse_datetime(text)
    read: int = stamp.seconds * 10**9 + stamp.nanos
    zone = load_zone(zone_name)
    if zone == UTC or _has_offset(text):
        return read
    day, second = divmod(stamp.seconds, 86_400)
    return zone.seconds(day + _EPOCH_DAY, second) * 10**9 + stamp.nanos


_EPOCH_DAY = datetime(1970, 1, 1).toordinal()


def _has_offset(text: str) -> bool:
    time = text.strip()[10:]
    return bool(time) and (time[-1] in "zZ" or "+" in time or "-" in time)
