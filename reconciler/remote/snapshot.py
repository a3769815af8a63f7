"""What Admin holds of what manifests name, kept in a file: to plan against where no Admin may be.

A trusted schedule takes a snapshot; a request's pipeline plans against it and needs no credential.
It holds digests, states, and outlines: what things say without the values that may hold secrets.
So a plan tells that something differs, and of values no more than that.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler import pipeline
from reconciler.manifest import Backfill, Manifest
from reconciler.model import (
    Diagnostic,
    Head,
    Kind,
    Place,
    Plan,
    PlanOptions,
    Resource,
    ResourceId,
    Scope,
    Severity,
)
from reconciler.plan import without_foreign
from reconciler.ports import Bundler, Fetcher, Reader


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What was read, by id; `active` launch plan versions by activation.

    Attributes: `about` the workspace and environment it is of; `head` of the ledger, `owners` what
    other workspaces of its home own.
    """

    at: datetime
    about: str
    domains: tuple[str, ...] = ()
    resources: Mapping[ResourceId, Resource] = field(default_factory=dict)
    active: Mapping[ResourceId, tuple[Resource, ...]] = field(default_factory=dict)
    latest: Mapping[ResourceId, ResourceId] = field(default_factory=dict)
    head: Head = field(default_factory=Head)
    owners: Mapping[Place, str] = field(default_factory=dict)

    def age(self, now: datetime) -> str:
        """How old it is, in words: `3 h`."""
        seconds = max((now - self.at).total_seconds(), 0)
        for size, word in ((86_400, "days"), (3_600, "h"), (60, "min")):
            if seconds >= 2 * size:
                return f"{int(seconds // size)} {word}"
        return f"{int(seconds)} s"


class SnapshotReader:
    """The Reader port on a snapshot: what it does not hold is not there."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def domains(self) -> Collection[str]:
        return self._snapshot.domains

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        found = self._some(ResourceId(Kind.PROJECT, name) for name in names)
        return {id.project: one for id, one in found.items()}

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._some(ids)

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._some(ids)

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        known = self._some(workflows)
        return [id for id, one in known.items() if one.outline and one.digest == workflows[id]]

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        return {id: self._snapshot.active.get(id, ()) for id in activations}

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        rows = (one for found in self._snapshot.active.values() for one in found)
        return [one for one in rows if one.id.scope in scopes]

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        known = self._snapshot.latest
        return {name: known[name] for name in names if name in known}

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        return {
            id: one
            for id, one in self._snapshot.resources.items()
            if id.kind is Kind.ATTRIBUTES and id.facet in facets
        }

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._some(ids)

    def _some(self, ids: Iterable[ResourceId]) -> dict[ResourceId, Resource]:
        known = self._snapshot.resources
        return {id: known[id] for id in ids if id in known}


class Recorder:
    """A Reader that remembers every answer."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.known_domains: tuple[str, ...] = ()
        self.resources: dict[ResourceId, Resource] = {}
        self.running: dict[ResourceId, tuple[Resource, ...]] = {}
        self.newest: dict[ResourceId, ResourceId] = {}
        self.asked: set[ResourceId] = set()

    def domains(self) -> Collection[str]:
        self.known_domains = tuple(self._reader.domains())
        return self.known_domains

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        found = self._reader.projects(names)
        self._keep({one.id: one for one in found.values()})
        return found

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        self.asked.update(ids)
        return self._keep(self._reader.versions(ids))

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._keep(self._reader.workflows(ids))

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        return ()  # so that their content is read, and kept

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        found = self._reader.active(activations)
        self.running.update(found)
        return found

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        return self._reader.all_active(scopes)

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        found = self._reader.latest(names)
        self.newest.update(found)
        return found

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        return self._keep(self._reader.attributes(facets))

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._keep(self._reader.named_entities(ids))

    def _keep(self, found: Mapping[ResourceId, Resource]) -> Mapping[ResourceId, Resource]:
        for id, one in found.items():
            former = self.resources.get(id)
            # Of a workflow, its existence is asked for before its content.
            if former is None or (one.spec is not None and not former.complete):
                self.resources[id] = one
        return found


def take_snapshot(
    reader: Reader,
    manifests: Sequence[Manifest],
    options: PlanOptions,
    *,
    bundler: Bundler,
    fetcher: Fetcher,
    about: str,
    owners: Mapping[Place, str],
    now: datetime,
) -> Snapshot:
    """Read what planning these manifests reads, and what a change of them would read besides.

    Cost: a plan, and a call for each workflow that is active.
    Raises: as `pipeline.plan`.
    """
    recorder = Recorder(reader)
    some = [one for one in manifests if not isinstance(one, Backfill)]
    pipeline.plan(some, recorder, bundler=bundler, fetcher=fetcher, now=now, options=options)
    recorder.domains()
    declared = {id.activation for id in recorder.asked if id.kind is Kind.LAUNCH_PLAN}
    recorder.active(declared - recorder.running.keys())
    workflows = {
        ResourceId.from_identifier(one.spec.spec.workflow_id, Kind.WORKFLOW)
        for found in recorder.running.values()
        for one in found
        if isinstance(one.spec, LaunchPlan)
    }
    if workflows:
        recorder.workflows(workflows)
    recorder.attributes(Kind.ATTRIBUTES.facets)
    places = {
        id.project
        for id in (*recorder.asked, *recorder.resources)
        if id.kind is not Kind.ATTRIBUTES
    }
    return Snapshot(
        at=now,
        about=about,
        domains=recorder.known_domains,
        resources={id: one for id, one in recorder.resources.items() if id.project in places},
        active=recorder.running,
        latest=recorder.newest,
        head=options.memory or Head(),
        owners=owners,
    )


class Offline:
    """What plans against a snapshot in the place of `Remote`: it reads nothing else."""

    endpoint = "a snapshot"

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        bundler: Bundler,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
    ) -> None:
        self.snapshot = snapshot
        self._bundler = bundler
        self._fetcher = fetcher
        self._clock = clock

    def plan(self, manifests: Sequence[Manifest], options: PlanOptions) -> Plan:
        """As `Remote.plan`, with a warning that says how old the snapshot is.

        Backfills are left out: what has run is not in a snapshot.
        """
        now = self._clock()
        some = [one for one in manifests if not isinstance(one, Backfill)]
        plan = pipeline.plan(
            some,
            SnapshotReader(self.snapshot),
            bundler=self._bundler,
            fetcher=self._fetcher,
            now=now,
            options=options,
        )
        said = Diagnostic(
            "snapshot",
            f"planned against a snapshot of {self.snapshot.at.astimezone(UTC):%Y-%m-%d %H:%M} "
            f"UTC, {self.snapshot.age(now)} old, and not against Flyte Admin",
            hint="what moved since then is not told"
            + ("; backfills are left out" if len(some) < len(manifests) else ""),
            severity=Severity.WARNING,
        )
        return replace(plan, warnings=(said, *plan.warnings))

    def ledger_of(self, home: object) -> "Offline":
        """What the snapshot knows of the ledger, whichever it is of."""
        return self

    def head(self) -> Head:
        return self.snapshot.head

    def leave_foreign(self, plan: Plan) -> Plan:
        return without_foreign(plan, self.snapshot.owners) if plan.actions else plan
