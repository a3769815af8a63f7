"""A machine that changes manifests, Admin and the weather by chance, and applies in between.

It knows what is declared and nothing else; all that must hold is asked of Admin and of the ledger:
an apply converges and its second writes nothing, does what its plan said and nothing more, and
what others have stays as it was.
"""

import contextlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityIdentifier,
    NamedEntityMetadata,
    NamedEntityUpdateRequest,
)
from flyteidl.admin.launch_plan_pb2 import LaunchPlanCreateRequest, LaunchPlanUpdateRequest
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes, PluginOverride
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesDeleteRequest,
    ProjectDomainAttributesUpdateRequest,
)
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.workflow_attributes_pb2 import (
    WorkflowAttributes,
    WorkflowAttributesDeleteRequest,
    WorkflowAttributesUpdateRequest,
)
from flyteidl.core.identifier_pb2 import ResourceType
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from reconciler.config import Config
from reconciler.errors import AdminError, UnreachableError
from reconciler.manifest import load
from reconciler.model import (
    ATTRIBUTE_FIELDS,
    ATTRIBUTE_NUMBERS,
    GUARDS,
    Author,
    Head,
    Kind,
    Plan,
    PlanOptions,
    ResourceId,
    Status,
    Verb,
    place_of,
)
from reconciler.remote import Home, Remote
from reconciler.report import report_as_json
from reconciler.sandbox import Admin, Store
from reconciler.sandbox.faults.script import Script
from tests.e2e.direct import Direct, reached_directly
from tests.e2e.fire import DOMAIN, HOME, MUTATING, PROJECT, Fire, check_exact

NAMES = ("a", "b", "c")
STATES = ("active", "inactive", "unmanaged", None)
LABEL, PLUGINS, LIMITS = "executionClusterLabel", "pluginOverrides", "taskResources"
FAULTS = ("unavailable", "exhausted", "deadline", "lost_answer", "duplicate", "torn_activation")
METHODS = (*MUTATING, "UpdateLaunchPlan", "CreateTask", "List*", "Get*", "*")

names = st.sampled_from(NAMES)
values = st.sampled_from(("v0", "v1", "v2"))
picks = st.integers(0, 99)  # which of what is there
facets = st.sampled_from((LABEL, PLUGINS, LIMITS))
storms = st.tuples(
    st.sampled_from(METHODS), st.sampled_from(FAULTS), st.integers(1, 8), st.integers(0, 6)
)


@dataclass(frozen=True)
class Job:
    """A task, a workflow and a launch plan of one name, as declared."""

    image: str = "v0"
    state: str | None = "active"
    description: str | None = None
    archived: bool | None = None
    schedule: str | None = None


class Estate(RuleBasedStateMachine):
    """Somebody's manifests, an Admin that others use too, and applies from the one to it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = Store.open(":memory:")
        self.fire = Fire()
        self.fire.victim.set_result(self.fire.cut)
        self.admin = Admin(self.store)
        self.admin.faults = self.fire
        self.others = AdminServiceStub(Direct(self.admin))
        self.remote = self._connected()
        self.home: Home | None = None
        self.jobs: dict[str, Job] = {}
        self.rows: dict[tuple[str, str], str] = {}  # by facet and workflow, "" for the domain
        self.project: str | None = None
        self.by_hand = 0

    def teardown(self) -> None:
        self._converge()
        self.remote.close()
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize(has_ledger=st.booleans(), jobs=st.sets(names, min_size=1))
    def begin(self, has_ledger: bool, jobs: set[str]) -> None:
        """Some jobs of ours, one of others, and rows of theirs beside and below ours."""
        self.home = Home(*HOME) if has_ledger else None
        self.jobs = {"theirs": Job()}
        assert self._apply(memory=False).succeeded
        self.jobs = {name: Job() for name in jobs}
        for facet in (LABEL, PLUGINS):
            self._set_row("staging", "", facet, "theirs")
            self._set_row(DOMAIN, "theirs.daily", facet, "theirs")

    # What we declare.

    @rule(name=names, image=values)
    def add_or_change(self, name: str, image: str) -> None:
        self.jobs[name] = replace(self.jobs.get(name, Job()), image=image)

    @rule(name=names)
    def remove(self, name: str) -> None:
        self.jobs.pop(name, None)

    @rule(name=names, state=st.sampled_from(STATES))
    def declare_state(self, name: str, state: str | None) -> None:
        if name in self.jobs:
            self.jobs[name] = replace(self.jobs[name], state=state)

    @rule(
        name=names,
        description=st.none() | values,
        archived=st.none() | st.booleans(),
        schedule=st.sampled_from((None, "0 6 * * *", "0 7 * * *")),
    )
    def declare_name(
        self, name: str, description: str | None, archived: bool | None, schedule: str | None
    ) -> None:
        if name in self.jobs:
            self.jobs[name] = replace(
                self.jobs[name], description=description, archived=archived, schedule=schedule
            )

    @rule(facet=facets, name=st.sampled_from(("", *NAMES)), value=values | st.just("absent"))
    def declare_row(self, facet: str, name: str, value: str) -> None:
        self.rows[facet, name] = value

    @rule(facet=facets, name=st.sampled_from(("", *NAMES)))
    def declare_no_row(self, facet: str, name: str) -> None:
        self.rows.pop((facet, name), None)

    @rule(description=st.none() | values)
    def declare_project(self, description: str | None) -> None:
        self.project = description
        if description is None:  # an archived project that nobody declares bars all of it
            self.others_write_the_project(archived=False)

    # What others do.

    @rule(pick=picks, active=st.booleans())
    def others_switch(self, pick: int, active: bool) -> None:
        with self.store.read() as session:
            rows = session.all("SELECT name, version FROM launch_plans ORDER BY id")
        row = rows[pick % len(rows)]
        request = LaunchPlanUpdateRequest(state=int(active))
        self._identify(request.id, row["name"], row["version"])
        self._call(self.others.UpdateLaunchPlan, request)

    @rule(name=names, description=values, archived=st.booleans())
    def others_describe(self, name: str, description: str, archived: bool) -> None:
        state = NAMED_ENTITY_ARCHIVED if archived else NAMED_ENTITY_ACTIVE
        request = NamedEntityUpdateRequest(
            resource_type=ResourceType.LAUNCH_PLAN,
            id=NamedEntityIdentifier(project=PROJECT, domain=DOMAIN, name=f"{name}.daily"),
            metadata=NamedEntityMetadata(description=f"their {description}", state=state),
        )
        self._call(self.others.UpdateNamedEntity, request)

    @rule(facet=facets, name=st.sampled_from(("", *NAMES)))
    def others_set_a_row(self, facet: str, name: str) -> None:
        self._set_row(DOMAIN, name and f"{name}.daily", facet, "theirs")

    @rule(facet=facets, name=st.sampled_from(("", *NAMES)))
    def others_delete_a_row(self, facet: str, name: str) -> None:
        kind: Any = ATTRIBUTE_NUMBERS[facet]
        if name:
            request = WorkflowAttributesDeleteRequest(
                project=PROJECT, domain=DOMAIN, workflow=f"{name}.daily", resource_type=kind
            )
            self._call(self.others.DeleteWorkflowAttributes, request)
        else:
            wide = ProjectDomainAttributesDeleteRequest(
                project=PROJECT, domain=DOMAIN, resource_type=kind
            )
            self._call(self.others.DeleteProjectDomainAttributes, wide)

    @rule(pick=picks)
    def others_register(self, pick: int) -> None:
        """Another version of a launch plan, of the very same content."""
        from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec

        with self.store.read() as session:
            rows = session.all("SELECT name, spec FROM launch_plans ORDER BY id")
        row = rows[pick % len(rows)]
        self.by_hand += 1
        request = LaunchPlanCreateRequest(spec=LaunchPlanSpec.FromString(row["spec"]))
        self._identify(request.id, row["name"], f"by-hand-{self.by_hand}")
        self._call(self.others.CreateLaunchPlan, request)

    @rule(archived=st.booleans())
    def others_write_the_project(self, archived: bool) -> None:
        archived = archived and self.project is not None
        state = Project.ARCHIVED if archived else Project.ACTIVE
        request = Project(id=PROJECT, name="theirs", description="theirs", state=state)
        self._call(self.others.UpdateProject, request)

    # The weather.

    @rule(storm=storms)
    def brew(self, storm: tuple[str, str, int, int]) -> None:
        method, fault, times, skip = storm
        self.fire.next(method, fault, times=times, skip=skip)

    @rule()
    def restart(self) -> None:
        self.remote.close()
        self.remote = self._connected()

    # What we do.

    @rule(
        storms=st.lists(storms, max_size=3),
        names=st.booleans(),
        rows=st.booleans(),
        atomic=st.booleans(),
    )
    def apply(
        self, storms: list[tuple[str, str, int, int]], names: bool, rows: bool, atomic: bool
    ) -> None:
        """Whatever the weather; what fails is told, and told exactly."""
        for storm in storms:
            self.brew(storm)
        with contextlib.suppress(AdminError, UnreachableError):
            self._apply(prune_names=names, prune_attributes=rows, atomic=atomic)

    @rule(pick=picks, name=names, facet=facets, active=st.booleans())
    def apply_while_others_write(self, pick: int, name: str, facet: str, active: bool) -> None:
        """Between the plan and its first step everything is moved."""

        def meddle() -> None:
            self.others_set_a_row(facet, "")
            self.others_delete_a_row(facet, name)
            self.others_describe(name, "v0", archived=active)
            self.others_switch(pick, active)

        with contextlib.suppress(AdminError, UnreachableError):
            self._apply(meanwhile=meddle)

    @rule(number=st.integers(1, 60), after=st.booleans())
    def be_killed(self, number: int, after: bool) -> None:
        """Apply, and be gone from one call on, before or after Admin carried it out."""
        self.fire.strike(self.fire.calls + number, after=after)
        with contextlib.suppress(AdminError, UnreachableError):
            self._apply()
        self.fire.end()
        self.restart()

    @rule()
    def converge(self) -> None:
        self._converge()

    def _converge(self) -> None:
        """In good weather one apply does exactly what it planned, and the second nothing."""
        self.fire._script = Script()
        self.fire.end()
        report = self._apply(is_calm=True)
        assert report.succeeded, [one for one in report.outcomes if one.status is not Status.DONE]
        again = self._plan()
        assert again.is_empty, [(action.verb, action.id, action.why) for action in again]
        writes = self.fire.writes
        self._apply(is_calm=True)
        assert self.fire.writes == writes
        if self.home is not None:
            self._check_owned()

    def _apply(
        self,
        *,
        memory: bool = True,
        prune_names: bool = False,
        prune_attributes: bool = False,
        atomic: bool = False,
        is_calm: bool = False,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Any:
        """One apply as the command does it."""
        home = self.home if memory else None
        ledger = self.remote.ledger_of(home) if home is not None else None
        head = ledger.head() if ledger is not None else None
        plan = self._plan(head, prune_names=prune_names, prune_attributes=prune_attributes)
        assert not plan.conflicts
        assert not plan.obstacles, plan.obstacles
        if plan.is_empty and (head is None or not (head.loose or head.claims)):
            return self.remote.apply(plan)
        meanwhile()
        self.fire.account.clear()
        before = self._foreign(plan, head)
        held = None
        if ledger is not None:
            held = ledger.lock(plan, author=Author(actor="us"), is_dead=lambda author: True)
            if held.before.serial != head.serial:  # type: ignore[union-attr]
                held.release()
                raise AssertionError("nobody else applies here")
        try:
            report = self.remote.apply(plan, held=held, atomic=atomic)
        finally:
            if held is not None:
                held.release()
        assert not report.interrupted
        doubled = any(happening.fault == "duplicate" for happening in self.fire.happened)
        check_exact(
            json.loads(report_as_json(plan, report)), self.fire.account, is_doubled=doubled
        )
        after = self._foreign(plan, head)
        lost = {row for action in plan for row in action.rewrites} if not is_calm else set()
        gone = {place_of(row.id) for row in lost}
        assert {k: v for k, v in before.items() if k not in gone} == {
            k: v for k, v in after.items() if k not in gone
        }
        if is_calm:
            self._check_done(plan)
        return report

    def _check_done(self, plan: Plan) -> None:
        """Each step of the plan was one call or what it said, and nothing else was written."""
        written = Counter(call.address for call in self.fire.account if call.taken)
        assert all(call.taken for call in self.fire.account), self.fire.account
        planned = {a.id.address: a for a in plan if a.verb.writes}
        rewritten = {row.id.address for action in plan for row in action.rewrites}
        assert set(planned) <= set(written), set(planned) - set(written)
        assert set(written) <= set(planned) | rewritten
        for address, action in planned.items():
            # Deletes and what they drop take several; the ledger's project is made ready first.
            if action.id.kind in (Kind.ATTRIBUTES, Kind.PROJECT):
                continue
            torn = len(action.before.active) > 1 if action.before else False
            assert written[address] == 1 or torn, (action, written[address])

    def _check_owned(self) -> None:
        """What is declared is ours, as it is; and of others nothing is."""
        assert self.home is not None
        inventory = self.remote.ledger_of(self.home).head().inventory
        for owned in inventory:
            assert "theirs" not in owned.id.name
            assert owned.id.domain != "staging"
        declared = {
            ResourceId(Kind.ACTIVATION, PROJECT, DOMAIN, f"{name}.daily"): job
            for name, job in self.jobs.items()
            if job.state in ("active", "inactive")
        }
        for id, job in declared.items():
            found = inventory.find(id)
            assert found is not None, id
            with self.store.read() as session:
                rows = session.all(
                    "SELECT version FROM launch_plans WHERE name = ? AND state = 1", (id.name,)
                )
            assert [row["version"] for row in rows] == ([found.active] if found.active else [])
            assert bool(rows) == (job.state == "active")

    def _plan(self, head: Head | None = None, **prune: bool) -> Plan:
        self._write()
        if head is None and self.home is not None:
            head = self.remote.ledger_of(self.home).head()
        options = PlanOptions(memory=head, allow=GUARDS, overwrite=("*",), **prune)  # type: ignore[arg-type]
        writes = self.fire.writes
        manifests = load([self.folder]) if any(self.folder.iterdir()) else ()
        plan = self.remote.plan(manifests, options)
        assert self.fire.writes == writes, "a plan wrote"
        return plan

    def _foreign(self, plan: Plan, head: Head | None) -> dict[Any, Any]:
        """What is neither declared nor ours, by place: states of launch plans, names and rows."""
        places = {place_of(id) for id in self._declared()}
        places |= {place_of(action.id) for action in plan if action.verb is not Verb.FORGET}
        if head is not None:
            places |= set(head.inventory.entries)
            places |= {owned.place for owned in head.loose}
        found: dict[Any, Any] = {}
        with self.store.read() as session:
            for row in session.all("SELECT * FROM launch_plans WHERE state = 1 ORDER BY id"):
                id = ResourceId(Kind.ACTIVATION, row["project"], row["domain"], row["name"])
                found[place_of(id)] = (*found.get(place_of(id), ()), row["version"])
            for row in session.all("SELECT * FROM named_entity_metadata"):
                if row["name"].startswith("reconciler.ledger"):
                    continue
                facet = {1: "task", 2: "workflow", 3: "launch_plan"}[row["resource_type"]]
                id = ResourceId(
                    Kind.NAMED_ENTITY, row["project"], row["domain"], row["name"], facet=facet
                )
                found[place_of(id)] = (row["description"], row["state"])
            for row in session.all("SELECT * FROM resources"):
                spec = MatchingAttributes.FromString(row["attributes"])
                fields = {field: facet for facet, field in ATTRIBUTE_FIELDS.items()}
                id = ResourceId(
                    Kind.ATTRIBUTES,
                    row["project"],
                    row["domain"],
                    row["workflow"],
                    facet=fields[str(spec.WhichOneof("target"))],
                )
                found[place_of(id)] = str(spec)
        return {place: value for place, value in found.items() if place not in places}

    def _declared(self) -> Iterator[ResourceId]:
        for name, job in self.jobs.items():
            if job.state in ("active", "inactive"):
                yield ResourceId(Kind.ACTIVATION, PROJECT, DOMAIN, f"{name}.daily")

    # The ways to it.

    def _connected(self) -> Remote:
        config = Config(endpoint="admin.test", source="the test", insecure=True)
        with reached_directly(self.admin):
            return Remote(config, parallelism=4)

    def _call(self, method: Callable[[Any], Any], request: Any) -> None:
        """What others want; Admin may refuse it."""
        with self.fire.calm(), contextlib.suppress(grpc.RpcError):
            method(request)
        self.fire.account.clear()

    def _identify(self, id: Any, name: str, version: str) -> None:
        id.resource_type = ResourceType.LAUNCH_PLAN
        id.project, id.domain, id.name, id.version = PROJECT, DOMAIN, name, version

    def _set_row(self, domain: str, workflow: str, facet: str, value: str) -> None:
        spec = MatchingAttributes()
        if facet == LABEL:
            spec.execution_cluster_label.value = value
        elif facet == LIMITS:
            spec.task_resource_attributes.limits.cpu = "7"
        else:
            override = PluginOverride(task_type="spark", plugin_id=[value])
            spec.plugin_overrides.overrides.append(override)
        if workflow:
            row = WorkflowAttributes(
                project=PROJECT, domain=domain, workflow=workflow, matching_attributes=spec
            )
            self._call(
                self.others.UpdateWorkflowAttributes,
                WorkflowAttributesUpdateRequest(attributes=row),
            )
        else:
            wide = ProjectDomainAttributes(
                project=PROJECT, domain=domain, matching_attributes=spec
            )
            self._call(
                self.others.UpdateProjectDomainAttributes,
                ProjectDomainAttributesUpdateRequest(attributes=wide),
            )

    def _write(self) -> None:
        """Write the manifests."""
        for file in self.folder.iterdir():
            file.unlink()
        for number, document in enumerate(self._documents()):
            (self.folder / f"{number}.yaml").write_text(json.dumps(document))

    def _documents(self) -> Iterator[dict[str, Any]]:
        for name, job in self.jobs.items():
            place = {"project": PROJECT, "domain": DOMAIN}
            task = {"container": {"image": f"acme/etl:{job.image}", "args": [name]}}
            about = {"name": f"{name}.extract"}
            if job.description is not None:
                about["description"] = f"ours {job.description}"
            yield _document("Task", {**place, **about}, task)
            node = {"task": {"name": f"{name}.extract"}}
            called = {**place, "name": f"{name}.daily"}
            yield _document("Workflow", called, {"nodes": {"extract": node}})
            plan: dict[str, Any] = {"workflow": {"name": f"{name}.daily"}}
            if job.state is not None:
                plan["state"] = job.state
            if job.schedule is not None:
                plan["schedule"] = {"cron": job.schedule}
            yield _document("LaunchPlan", called, plan)
        if self.project is not None:
            said = {"description": f"ours {self.project}"}
            yield _document("Project", {"name": PROJECT}, said)
        domain: dict[str, Any] = {}
        for (facet, name), value in self.rows.items():
            where = domain
            if name:
                where = domain.setdefault("workflows", {}).setdefault(f"{name}.daily", {})
            where.setdefault("attributes", {})[facet] = _row(facet, value)
        for name, job in self.jobs.items():
            if job.archived is not None:
                plans = domain.setdefault("launchPlans", {})
                plans[f"{name}.daily"] = {"archived": job.archived}
        if domain:
            yield _document("Domain", {"project": PROJECT, "name": DOMAIN}, domain)


def _document(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "reconciler/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def _row(facet: str, value: str) -> Any:
    if value == "absent":
        return "absent"
    if facet == LABEL:
        return {"value": value}
    if facet == LIMITS:
        return {"limits": {"cpu": 1 + int(value[1:])}}
    return {"spark": {"plugins": [value]}}
