"""The starter library, ten policies in CEL, over a plan of 10,000 steps; and one in Rego.

Measured is what a plan takes longer: the document that policies are given, the process that they
run in, and what they find. `judged alone` is that process, its start included.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.world import Figure, counted_admin, seconds, write_manifests
from reconciler.manifest import load, read_policies
from reconciler.model import Plan, Policy
from reconciler.policy import evaluate
from reconciler.remote import judge
from reconciler.report import policy_document

STEPS = 10_000
LIMIT = 2.0
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
LIBRARY = Path(__file__).parent.parent / "examples" / "policies"
PARAMS = {
    "registries": ["ghcr.io/", "registry.example.com/"],
    "domains": ["staging"],
    "label": "owner",
    "most": {"CPU": "64", "MEMORY": "512Gi"},
    "protected": ["billing/*"],
    "freezes": [
        {"from": "2026-12-20T00:00:00Z", "to": "2027-01-07T00:00:00Z", "why": "the holidays"}
    ],
    "zone": "Europe/Berlin",
    "first": 9,
    "last": 16,
}


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
        write_manifests(Path(name), chains=STEPS // 4)
        with admin.connect() as remote:
            plan = remote.plan(load([Path(name)]))
    cel, rego = policies("cel"), policies("rego/images.rego")
    what = f"{len(cel)} CEL policies, {len(plan.actions):,} steps"
    document = policy_document(plan)
    yield Figure(f"{what}: their document", quickest(lambda: policy_document(plan)), "s")
    alone = quickest(lambda: evaluate(cel, document, now=NOW))
    yield Figure(f"{what}: judged alone", alone, "s", LIMIT)
    yield Figure(what, quickest(lambda: judged(plan, cel)), "s")
    yield Figure(
        f"1 Rego policy of each step, {len(plan.actions):,} steps",
        quickest(lambda: evaluate(rego, document, now=NOW), of=1),
        "s",
    )
    few = replace(plan, actions=plan.actions[:10])
    yield Figure("10 CEL policies, 10 steps", quickest(lambda: judged(few, cel)), "s")


def policies(path: str) -> list[Policy]:
    found = [replace(one, params=PARAMS) for one in read_policies(LIBRARY / path, [])]
    assert found
    return found


def judged(plan: Plan, some: list[Policy]) -> None:
    assert not any(one.broken for one in judge(plan, some, now=NOW).verdicts)


def quickest(function: object, *, of: int = 3) -> float:
    assert callable(function)
    return min(seconds(function) for _ in range(of))
