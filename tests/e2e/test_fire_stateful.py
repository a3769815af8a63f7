"""Whatever happens, an apply leads to what is declared, and does no more than its plan said."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from reconciler.admin import SystemClock
from tests.e2e.stateful import Estate


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries take no time."""
    monkeypatch.setattr(SystemClock, "sleep", lambda self, seconds: None)


def run(*, examples: int, steps: int, shrinks: bool = True) -> None:
    run_state_machine_as_test(
        Estate,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        ),
    )


def test_any_history_converges() -> None:
    """Some histories of changes, meddling, faults and deaths, the same every time."""
    run(examples=5, steps=20)


@pytest.mark.long
def test_a_hundred_thousand_steps_converge() -> None:
    """Two thousand histories of fifty steps."""
    run(examples=2_000, steps=50)
