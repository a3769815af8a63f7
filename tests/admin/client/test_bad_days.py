"""Days on which calls fail, answers get lost and lists shift: nothing is made twice or missed."""

import pytest
from flyteidl.admin.execution_pb2 import ExecutionSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from reconciler.admin import RetryPolicy, connect
from reconciler.admin.client import Created, eq
from reconciler.config import Config
from reconciler.testing import embedded_admin
from tests.admin.client.conftest import PLACE, names
from tests.admin.client.test_versions import task_spec, version
from tests.fakes import MemoryClock
from tests.sandbox.calls import PD, Client

DAY = (
    "seed={},unavailable=10%,exhausted=5%,lost_answer=10%,deadline=3%,duplicate=10%,"
    "shift_pages=20%"
)
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 100))]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_made_twice_and_nothing_is_missed(seed: int) -> None:
    """Sixty tasks are registered, listed, read and launched through it."""
    ids = [version("TASK", f"t{number % 20:02}", f"v{number}") for number in range(60)]
    launch_plan = Identifier(resource_type=ResourceType.LAUNCH_PLAN, **PD, name="lp", version="v1")
    with embedded_admin(chaos=DAY.format(seed)) as admin:
        with admin.faults.calm():
            short = Client.of(admin._sandbox)
            short.workflow("w")
            short.launch_plan("lp")
        config = Config(endpoint=admin.endpoint, source="the test", insecure=True)
        policy = RetryPolicy(attempts=12)
        with connect(config, policy=policy, clock=MemoryClock(), rand=lambda: 0.1) as connection:
            client = connection.client
            outcomes = {client.create_task(id, task_spec()) for id in ids}
            assert outcomes <= {Created.NEW, Created.IDENTICAL, Created.RECOVERED}

            found = [row.id for row in client.iter_tasks(PLACE, page_size=9)]
            assert len({str(id) for id in found}) == len(found)
            assert {str(id) for id in ids} <= {str(id) for id in found}
            assert {str(client.get_task(id).id) for id in ids} == {str(id) for id in ids}
            one = client.iter_tasks(PLACE, filters=eq("name", "t07"), page_size=2)
            assert {"v7", "v27", "v47"} <= {row.id.version for row in one}

            launched = [
                client.create_execution(*PLACE, None, ExecutionSpec(launch_plan=launch_plan)).name
                for _ in range(30)
            ]
            with admin.faults.calm():
                assert sorted(names(client.iter_executions(*PLACE))) == sorted(launched)
