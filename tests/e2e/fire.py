"""Sixty steps to apply, an Admin on its worst days, and an account of what it really carried out.

The account is Admin's own: what it took and what it refused, by the address of what each call was
about. A report of ours is exact if it says the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
from flyteidl.admin.matchable_resource_pb2 import MatchableResource

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.model import ATTRIBUTE_FACETS, ATTRIBUTE_NUMBERS, Kind, ResourceId
from reconciler.sandbox import Faults, Refusal, Rule, Store
from reconciler.sandbox.services import SERVICES
from reconciler.testing import EmbeddedAdmin
from tests.e2e.between import WRITES
from tests.e2e.conftest import ETL

PROJECT, DOMAIN, WORKSPACE = "flytesnacks", "development", "shop"
HOME = (PROJECT, "production", WORKSPACE)
LEDGER = "reconciler.ledger."
# Of `WRITES` this one only signs: what it is about is put elsewhere.
SIGNS = "CreateUploadLocation"
MUTATING = (
    "CreateTask",
    "CreateWorkflow",
    "CreateLaunchPlan",
    "RegisterProject",
    "Update*",
    "Delete*",
)

_KINDS = {1: Kind.TASK, 2: Kind.WORKFLOW, 3: Kind.LAUNCH_PLAN}
_FACETS = {number: facet for facet, number in ATTRIBUTE_NUMBERS.items()}


@dataclass(frozen=True)
class Call:
    """One writing call that reached Admin: what it was about, and whether Admin took it."""

    method: str
    address: str
    taken: bool
    code: str = ""


class Fire(Faults):
    """Bad days that keep an account, and end whoever calls if they are told to.

    Attributes:
        account: The writing calls that Admin answered, in order; of the ledger's none.
        calls: How many calls came, whatever they were about.
        writes: How many writing calls came, those of the ledger too.
        wrong: What a call did that none may do, by `watch`.
        watch: Asked after each call that Admin took; gives a complaint, or "".
    """

    def __init__(self, *rules: Rule, seed: int = 0) -> None:
        super().__init__(*rules, seed=seed)
        self.account: list[Call] = []
        self.calls = 0
        self.writes = 0
        self.wrong: list[str] = []
        self.watch: Callable[[str, Any, Store], str] = lambda method, request, store: ""
        self.victim: Future[Callable[[], None]] = Future()
        self._strike: tuple[int, bool] = (0, False)
        self._is_cut = False

    def strike(self, number: int, *, after: bool) -> None:
        """End the victim at its call of this number: before Admin acts, or before it answers."""
        self._strike = (number, after)

    def cut(self) -> None:
        """Let nothing through any more, as if whoever calls were dead: a victim's end."""
        self._is_cut = True

    def end(self) -> None:
        """Let it be a good day from now on."""
        self._strike = (0, False)
        self._is_cut = False
        self.rules = ()

    def carry(
        self, server: Any, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> bytes:
        if self._is_cut:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "nobody is there to ask")
        with self._lock:
            self.calls += 1
            is_struck = self.calls == self._strike[0]
        method = full_method.rpartition("/")[2]
        if method.startswith(WRITES) and method != SIGNS:
            self.writes += 1
        if is_struck and not self._strike[1]:
            raise self._killed()
        answer = super().carry(_Accounted(server, self), full_method, payload, metadata)
        if is_struck:
            raise self._killed()
        return answer

    def note(self, full_method: str, payload: bytes, store: Store, code: str) -> None:
        """Write down a writing call that Admin carried out or refused."""
        service, _, method = full_method.lstrip("/").rpartition("/")
        handler = SERVICES.get(service, {}).get(method)
        if handler is None or not method.startswith(WRITES) or method == SIGNS:
            return
        request: Any = handler.request.FromString(payload)
        address = address_of(method, request)
        if LEDGER in address:
            return
        complaint = "" if code else self.watch(method, request, store)
        with self._lock:
            self.account.append(Call(method, address, not code, code))
            self.wrong += [complaint] if complaint else []

    def _answer_once(self, call: Any) -> bytes:
        try:
            return super()._answer_once(call)
        except Refusal:
            self._put_back(call.full_method, call.payload)
            raise

    def _put_back(self, full_method: str, payload: bytes) -> None:
        """An activation that was torn was carried out and then undone: Admin took none."""
        if not full_method.endswith("/UpdateLaunchPlan"):
            return
        request: Any = SERVICES["flyteidl.service.AdminService"]["UpdateLaunchPlan"].request
        address = address_of("UpdateLaunchPlan", request.FromString(payload))
        with self._lock:
            places = [n for n, call in enumerate(self.account) if call.address == address]
            for last in places[-1:]:
                self.account[last] = replace(self.account[last], taken=False)

    def _killed(self) -> Refusal:
        self.victim.result(timeout=60)()
        return Refusal(grpc.StatusCode.UNAVAILABLE, "nobody is there to hear it")


class _Accounted:
    """The Admin behind the bad days: each time it acts, it is written down."""

    def __init__(self, server: Any, fire: Fire) -> None:
        self.store: Store = server.store
        self.config = server.config
        self._server = server
        self._fire = fire

    def answer(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> bytes:
        try:
            answer: bytes = self._server.answer(full_method, payload, metadata)
        except Refusal as refusal:
            self._fire.note(full_method, payload, self.store, refusal.code.name)
            raise
        self._fire.note(full_method, payload, self.store, "")
        return answer


def address_of(method: str, request: Any) -> str:
    """The address of what a writing call is about."""
    if method in ("RegisterProject", "UpdateProject"):
        project = request.project if method == "RegisterProject" else request
        return ResourceId(Kind.PROJECT, project.id).address
    if method == "UpdateLaunchPlan":
        id = request.id
        return ResourceId(Kind.ACTIVATION, id.project, id.domain, id.name).address
    if method == "UpdateNamedEntity":
        id, facet = request.id, _KINDS[request.resource_type].slug
        found = ResourceId(Kind.NAMED_ENTITY, id.project, id.domain, id.name, facet=facet)
        return found.address
    if method.endswith("Attributes"):
        if method.startswith("Update"):
            request = request.attributes
            facet = ATTRIBUTE_FACETS[request.matching_attributes.WhichOneof("target")]
        else:
            facet = _FACETS[MatchableResource.ValueType(request.resource_type)]
        domain, name = getattr(request, "domain", ""), getattr(request, "workflow", "")
        return ResourceId(Kind.ATTRIBUTES, request.project, domain, name, facet=facet).address
    return ResourceId.from_identifier(request.id).address


def check_exact(
    document: Mapping[str, Any], account: Sequence[Call], *, is_doubled: bool = False
) -> None:
    """A report of `apply --json` says what Admin's account says, outcome by outcome.

    Args:
        is_doubled: Whether calls arrive twice. Who gets the second answer alone cannot know that
            what is there already came of the first.
    """
    taken = Counter(call.address for call in account if call.taken)
    tried = Counter(call.address for call in account)
    allowed: set[str] = set()
    for step in document["plan"]["actions"]:
        allowed |= {step["address"], *step.get("rewrites", ())}
    assert set(tried) <= allowed
    for outcome in document["outcomes"]:
        address, status = outcome["address"], outcome["status"]
        if address.startswith("code_bundle:"):
            continue
        in_doubt = "may have been written" in (outcome["message"] or "") or (
            "switched, but reading it back failed" in (outcome["message"] or "")
        )
        if status in ("blocked", "skipped"):
            # What was thrown and taken back is as before, and both calls are told of.
            assert not tried[address] or "taken back to" in outcome["message"], outcome
        elif status == "failed" and not outcome["applied"]:
            assert in_doubt or not taken[address], outcome
        elif outcome["applied"]:
            assert taken[address], outcome
        else:
            assert outcome["verb"] in ("adopt", "forget") or outcome["existed"], outcome
            assert is_doubled or not taken[address], outcome


def world(admin: EmbeddedAdmin) -> dict[str, Any]:
    """Everything that an apply leaves behind but times and the ledger's own entries.

    Shape: rows by table, and what the workspace owns.
    """
    found: dict[str, Any] = {}
    store: Store = admin._sandbox.admin.store
    with store.read() as session:
        for table, columns in _COLUMNS.items():
            rows = session.all(f"SELECT {columns} FROM {table} ORDER BY {columns}")
            kept = (tuple(row) for row in rows)
            found[table] = [row for row in kept if not any(_is_ledger(value) for value in row)]
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as connection:
        head = connection.ledger_reader(project=HOME[0], domain=HOME[1], workspace=HOME[2]).head()
    found["owned"] = sorted((one.id.address, one.digest, one.active) for one in head.inventory)
    found["held by"] = head.holder
    return found


def differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Where two worlds differ: rows of only one of them, by table."""
    return {
        table: sorted(set(map(repr, found[table] or ())) ^ set(map(repr, rows or ())))
        for table, rows in wanted.items()
        if found[table] != rows
    }


_COLUMNS = {
    "projects": "identifier, state",
    # Where code lies is said in the task, and is another place in another Admin.
    "tasks": "project, domain, name, version, CASE name WHEN 'coded' THEN '' ELSE digest END",
    "workflows": "project, domain, name, version, digest",
    "launch_plans": "project, domain, name, version, digest, state",
    "named_entity_metadata": "resource_type, project, domain, name, description, state",
    "resources": "project, domain, workflow, resource_type, attributes",
    "schedulable_entities": "project, domain, name, version, cron_expression, active",
}


def _is_ledger(value: object) -> bool:
    return isinstance(value, str) and value.startswith(LEDGER)


def active_in(store: Store) -> dict[tuple[str, str], list[str]]:
    """The active versions by project and name."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    with store.read() as session:
        for row in session.all("SELECT project, name, version FROM launch_plans WHERE state = 1"):
            found[row["project"], row["name"]].append(row["version"])
    return found


SHOP = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.job.yaml"]
  ledger: {project: flytesnacks, domain: production}
"""
CODE = """\
apiVersion: reconciler/v1
kind: CodeBundle
metadata: {project: flytesnacks, domain: development, name: code}
spec: {source: code}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: coded}
spec:
  bundle: code
  container: {image: "ghcr.io/acme/etl:IMAGE", args: [python, main.py]}
"""
PLACES = """\
apiVersion: reconciler/v1
kind: Domain
metadata: {project: flytesnacks, name: development}
spec:
  attributes:
    taskResources: {defaults: {cpu: 500m}, limits: {cpu: 2, memory: 4Gi}}
    executionClusterLabel: {value: label-IMAGE}
    pluginOverrides: {spark: {plugins: [acme-IMAGE]}}
  workflows:
    job1.daily: {attributes: {pluginOverrides: {spark: {plugins: [own-IMAGE]}}}}
  launchPlans:
    job0.daily: {description: "Every morning, IMAGE"}
    job1.daily: {archived: ARCHIVED}
"""


def write_estate(folder: Path, revision: int, *, jobs: int = 12) -> None:
    """Write the manifests of a revision, 1 or 2: what the second changes takes sixty steps.

    All jobs get another image, one job goes and one comes; code, attributes and names change.
    """
    image = f"1.{revision}"
    (folder / "reconciler.yaml").write_text(SHOP)
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "main.py").write_text(f"print({revision})\n")
    (folder / "code.job.yaml").write_text(CODE.replace("IMAGE", image))
    places = PLACES.replace("IMAGE", image).replace("ARCHIVED", str(revision == 2).lower())
    (folder / "places.job.yaml").write_text(places)
    for file in folder.glob("job*.job.yaml"):
        file.unlink()
    for number in range(revision - 1, jobs + revision - 1):
        etl = ETL.replace("etl.", f"job{number}.").replace("acme/etl:1.4", f"acme/etl:{image}")
        (folder / f"job{number}.job.yaml").write_text(etl)
