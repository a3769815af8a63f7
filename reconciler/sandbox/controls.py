"""What a running sandbox can be told and asked, beside Admin's own RPCs.

    GET  /sandbox/status                            how it is
    POST /sandbox/clock/advance {"duration": "3d"}  wind the simulated clock
    PUT  /sandbox/chaos {"chaos": "seed=1,…"}       other bad days from now on; "" ends them
    POST /sandbox/finish {"execution": "p/d/name"}  end an execution; "outputs": {…}, "error": "…"

Served at the HTTP port by `http.controls`.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.cron import to_rfc3339
from reconciler.sandbox.clocks import ClockError, parse_duration
from reconciler.sandbox.faults import Faults, FaultsError, parse_faults
from reconciler.sandbox.finishing import FinishError, Within, finish_named
from reconciler.sandbox.http.controls import Control, ControlError
from reconciler.sandbox.scheduler import SimulatedClock

if TYPE_CHECKING:
    from reconciler.sandbox.server import Sandbox

Json = dict[str, Any]

_COUNTED = ("projects", "tasks", "workflows", "launch_plans", "executions")


def controls_of(sandbox: "Sandbox") -> Mapping[tuple[str, str], Control]:
    """Return the controls of a sandbox by HTTP method and path."""

    def status(_: Json) -> Json:
        faults, now = sandbox.admin.faults, sandbox.clock()
        with sandbox.admin.store.read() as session:
            counts = {
                table: session.all(f"SELECT count(*) FROM {table}")[0][0] for table in _COUNTED
            }
        return {
            "pid": os.getpid(),
            "grpc": sandbox.endpoint,
            "http": sandbox.http_endpoint,
            "data": sandbox.admin.store.path,
            "clock": {
                "simulated": isinstance(sandbox.clock, SimulatedClock),
                "now": to_rfc3339(now),
                "nanoseconds": now,
            },
            "scheduler": {"on": sandbox.schedules, "failure": sandbox.scheduler_failure},
            "chaos": {"struck": len(faults.happened)} if isinstance(faults, Faults) else None,
            "counts": counts,
        }

    def advance(body: Json) -> Json:
        try:
            sandbox.advance(parse_duration(str(body.get("duration", ""))))
        except ClockError as exc:
            raise ControlError(str(exc)) from exc
        return {"now": to_rfc3339(sandbox.clock()), "failure": sandbox.scheduler_failure}

    def chaos(body: Json) -> Json:
        text = str(body.get("chaos", ""))
        try:
            sandbox.admin.faults = parse_faults(text) if text else None
        except FaultsError as exc:
            raise ControlError(str(exc)) from exc
        return {"chaos": text}

    def finish(body: Json) -> Json:
        outputs = body.get("outputs")
        if outputs is not None and not isinstance(outputs, dict):
            raise ControlError("outputs: expected an object")
        try:
            finished = finish_named(
                Within(sandbox.admin.within),
                str(body.get("execution", "")),
                now=sandbox.clock(),
                outputs=outputs,
                error=body.get("error"),
            )
        except FinishError as exc:
            raise ControlError(str(exc)) from exc
        return {"phase": finished.phase, "nodes": finished.nodes}

    return {
        ("GET", "/sandbox/status"): status,
        ("POST", "/sandbox/clock/advance"): advance,
        ("PUT", "/sandbox/chaos"): chaos,
        ("POST", "/sandbox/finish"): finish,
    }
