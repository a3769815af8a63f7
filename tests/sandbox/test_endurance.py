"""It lasts: many clients at once, many calls in a row."""

import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from reconciler.sandbox import Sandbox
from tests.sandbox.calls import PD, Client, over_wire, versioned

CLIENTS = 16


def test_many_clients_write_at_once(tmp_path: Path) -> None:
    """No write is lost, nobody waits for ever, and each reads what it wrote."""

    def work(number: int) -> list[str]:
        with grpc.insecure_channel(sandbox.endpoint) as channel:
            call = Client(over_wire(channel))
            seen = []
            for version in ("v1", "v2", "v3"):
                call.task(f"t{number}", version)
                call.workflow(f"w{number}", version)
                of = versioned("WORKFLOW", f"w{number}", version)
                call.launch_plan(f"lp{number}", version, workflow_id=of)
                call.activate(f"lp{number}", version)
                seen += call.active(f"lp{number}")
            return seen

    with Sandbox(tmp_path / "store.db") as sandbox, ThreadPoolExecutor(CLIENTS) as pool:
        seen = list(pool.map(work, range(CLIENTS), timeout=60))
        call = Client.of(sandbox)
        tasks = call("ListTasks", {"id": PD, "limit": 1000}).tasks
        active = call("ListActiveLaunchPlans", {**PD, "limit": 1000}).launch_plans

    assert seen == [["v1", "v2", "v3"]] * CLIENTS
    assert len(tasks) == 3 * CLIENTS
    assert {plan.id.version for plan in active} == {"v3"}
    assert len(active) == CLIENTS


@pytest.mark.parametrize(
    ("calls", "kibibytes"),
    [(5_000, 10_000), pytest.param(100_000, 30_000, marks=pytest.mark.long)],
)
def test_memory_stays_flat_over_many_calls(tmp_path: Path, calls: int, kibibytes: int) -> None:
    """Of all kinds, over the wire; after as many as fill what is kept on purpose."""
    with Sandbox(tmp_path / "store.db") as sandbox, grpc.insecure_channel(sandbox.endpoint) as ch:
        call = Client(over_wire(ch))
        call.workflow()
        call.launch_plan()

        def some(count: int, offset: int) -> None:
            for number in range(offset, offset + count):
                kind = number % 10
                if kind == 0:
                    call.task("t", f"v{number}")
                elif kind == 1:
                    call.activate()
                elif kind < 6:
                    call("GetLaunchPlan", {"id": versioned("LAUNCH_PLAN", "lp")})
                else:
                    call("ListTasks", {"id": {**PD, "name": "t"}, "limit": 5})

        warm = calls // 5
        some(warm, 0)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        some(calls, warm)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert after - before < kibibytes
