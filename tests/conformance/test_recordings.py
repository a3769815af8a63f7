"""Our Admin answers as a recorded flyteadmin v1.16.8 did, call by call.

What does not yet is listed by name in `expected_failures.txt`. The list may only shrink: a
scenario on it that passes fails the suite until it is struck out.

    pytest tests/conformance --admin-endpoint dns:///host:port --admin-http host:port \
        --admin-store URL --admin-reset COMMAND --admin-profile NAME

plays the same recordings against any Admin, all of them held to.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.replay import Scenario, Target, load, replay
from tests.conformance.targets import InProcess, Wire

SCENARIOS = load()
CARRIED = ("auth", "health", "tasks_limits", "transport")  # what a wire could get wrong
EXPECTED_FAILURES = Path(__file__).with_name("expected_failures.txt")


def _expected_failures() -> list[str]:
    lines = EXPECTED_FAILURES.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture
def target(request: pytest.FixtureRequest, scenario: Scenario) -> Iterator[Target]:
    """An Admin in its starting state: of this process, or the one that options name."""
    endpoint = request.config.getoption("--admin-endpoint", None)
    if not endpoint:
        with InProcess(scenario.profile, ports=_needs_ports(scenario)) as ours:
            yield ours
        return
    if scenario.profile != request.config.getoption("--admin-profile"):
        pytest.skip(f"recorded with profile {scenario.profile}")
    reset = request.config.getoption("--admin-reset")
    if reset:
        subprocess.run(reset, shell=True, check=True, stdout=subprocess.DEVNULL)
    wire = Wire(
        endpoint,
        request.config.getoption("--admin-http"),
        request.config.getoption("--admin-store"),
    )
    yield wire
    wire.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_answers_as_recorded(
    scenario: Scenario, target: Target, request: pytest.FixtureRequest
) -> None:
    """Every answer of the scenario is the recorded one, but for what it masks."""
    found = replay(scenario, target)

    elsewhere = request.config.getoption("--admin-endpoint", None)
    if not elsewhere and scenario.id in _expected_failures():
        assert found, f"{scenario.id} passes now: strike it out of {EXPECTED_FAILURES.name}"
        pytest.xfail(found[0])
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "scenario",
    [scenario for scenario in SCENARIOS if scenario.area in CARRIED],
    ids=lambda scenario: scenario.id,
)
def test_answers_are_the_same_over_the_wire(
    scenario: Scenario, request: pytest.FixtureRequest
) -> None:
    """Nothing is lost or added between the port and the Admin behind it."""
    if request.config.getoption("--admin-endpoint", None):
        pytest.skip("the other test has gone over the wire already")
    with InProcess(scenario.profile, ports=True) as ours:
        wire = Wire(ours.endpoint, ours.http_endpoint, ours.store)
        found = replay(scenario, wire)
        wire.close()

    assert not found, "\n".join(found)


def test_expected_failures_are_scenarios() -> None:
    """The list names only what exists, each once."""
    listed = _expected_failures()

    assert sorted(set(listed)) == sorted(listed)
    assert set(listed) <= {scenario.id for scenario in SCENARIOS}


def test_names_are_unique() -> None:
    """A scenario is known by its area and name alone."""
    assert len({scenario.id for scenario in SCENARIOS}) == len(SCENARIOS)


def _needs_ports(scenario: Scenario) -> bool:
    return any("http" in step for step in scenario.steps) or "{{store}}" in str(scenario.steps)
