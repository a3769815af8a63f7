"""Others activate versions of the same name while we apply: in the end exactly ours is active.

Who meddles does so between our calls, by a seed, and stops some time: as Admin's flip takes no
lock it may leave several versions active, or none. Every order of events can so be played again.
"""

import random
from collections.abc import Iterator, Sequence

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanUpdateRequest

from reconciler.admin import Connection, SystemClock, connect
from reconciler.apply import execute
from reconciler.config import Config
from reconciler.model import ApplyReport, DesiredState, Kind, Resource, ResourceId, Status
from reconciler.observed import observe
from reconciler.plan import make_plan
from reconciler.sandbox import Store
from reconciler.sandbox.grpc_server import start_grpc
from tests.contracts.specs import DOMAIN, a_launch_plan, a_task, a_workflow
from tests.e2e.between import Between

PROJECT, NAME = "flytesnacks", "daily"
VERSIONS = [f"v{n}" for n in range(6)]
UPDATE = "/flyteidl.service.AdminService/UpdateLaunchPlan"


class Meddled(Between):
    """An Admin that others write to as well, just before it carries out our calls."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.rng = random.Random(0)
        self.name = ""
        self.left = 0
        self.wanted = ""
        self.redundant = 0
        self.without = 0
        self.is_known = False  # whether nobody meddled since we looked

    def call(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        if self.left and self.rng.random() < 0.5:
            self.left -= 1
            self._meddle()
        before = self.active()
        answer = super().call(full_method, payload, metadata)
        if full_method != UPDATE:
            self.is_known = True
        elif self.is_known:
            self._judge(LaunchPlanUpdateRequest.FromString(payload), before, self.active())
        return answer

    def active(self) -> list[str]:
        with self.store.read() as session:
            rows = session.all(
                "SELECT version FROM launch_plans WHERE name = ? AND state = 1", (self.name,)
            )
            return [row["version"] for row in rows]

    def _meddle(self) -> None:
        """Leave any number of versions active, as racing clients do."""
        self.is_known = False
        some = self.rng.sample(VERSIONS, self.rng.choice([0, 1, 1, 1, 2, 3]))
        with self.store.write() as session:
            for row in session.all(
                "SELECT id, version FROM launch_plans WHERE name = ?", (self.name,)
            ):
                session.update("launch_plans", row["id"], state=int(row["version"] in some))

    def _judge(
        self, request: LaunchPlanUpdateRequest, before: list[str], after: list[str]
    ) -> None:
        switched_on = request.state == 1
        self.redundant += switched_on and before == [request.id.version]
        self.without += bool(self.wanted and before) and not after


@pytest.fixture
def admin() -> Iterator[Meddled]:
    store = Store.open(":memory:")
    meddled = Meddled(store)
    server, port = start_grpc(meddled, "127.0.0.1", 0)
    meddled.endpoint = f"127.0.0.1:{port}"
    yield meddled
    server.stop(None).wait()
    store.close()


@pytest.fixture
def connection(admin: Meddled) -> Iterator[Connection]:
    """A way to it; six versions of one launch plan are there."""
    config = Config(endpoint=admin.endpoint, source="the test", insecure=True)
    with connect(config) as found:
        task = a_task(PROJECT)
        workflow = a_workflow(task)
        for resource in (task, workflow, *(a_launch_plan(workflow, NAME, v) for v in VERSIONS)):
            found.writer.create(resource)
        admin.name = NAME
        yield found


def apply(connection: Connection, wanted: str) -> ApplyReport:
    """One whole apply: look, plan, carry out."""
    id = ResourceId(Kind.ACTIVATION, PROJECT, DOMAIN, NAME)
    state = DesiredState({id: Resource(id, active=(wanted,) if wanted else ())})
    plan = make_plan(state, observe(state, connection.reader))
    return execute(plan, reader=connection.reader, writer=connection.writer, clock=SystemClock())


def play(admin: Meddled, connection: Connection, seed: int) -> int:
    """Apply again and again until it says that it is done; return how often that took."""
    admin.rng = rng = random.Random(seed)
    admin.left = 0
    start = rng.sample(VERSIONS, rng.choice([0, 1, 1, 2]))
    with admin.store.write() as session:
        for row in session.all("SELECT id, version FROM launch_plans"):
            session.update("launch_plans", row["id"], state=int(row["version"] in start))
    admin.wanted = wanted = rng.choice([*VERSIONS, ""])
    admin.left = rng.randrange(8)
    for attempt in range(1, 40):
        report = apply(connection, wanted)
        if admin.left == 0 and report.succeeded:
            assert admin.active() == ([wanted] if wanted else []), seed
            return attempt
        for outcome in report.outcomes:
            assert outcome.status in (Status.DONE, Status.FAILED), (seed, outcome)
    raise AssertionError(f"seed {seed}: it never settled")


def test_exactly_the_declared_one_is_active_in_the_end(
    admin: Meddled, connection: Connection
) -> None:
    """Whatever others did meanwhile; no switch of ours is thrown for nothing."""
    for seed in range(150):
        play(admin, connection, seed)

    assert admin.redundant == 0
    assert admin.without == 0


@pytest.mark.long
def test_exactly_the_declared_one_is_active_in_five_thousand_worlds(
    admin: Meddled, connection: Connection
) -> None:
    """The same, 5,000 seeds."""
    for seed in range(10_000, 15_000):
        play(admin, connection, seed)

    assert admin.redundant == 0
    assert admin.without == 0
