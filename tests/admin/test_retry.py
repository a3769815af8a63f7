"""Pauses and permissions of the one retry policy."""

import pytest
from flyteidl.admin.execution_pb2 import ExecutionCreateRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.admin.retry import UNREADABLE_CLOSURE, Effect, RetryPolicy
from reconciler.admin.status import CLASSES
from reconciler.errors import InternalError, ResourceExhaustedError, UnavailableError

READ_ONLY = {"INTERNAL", "DEADLINE_EXCEEDED"}
ALWAYS = {"UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED"}


@given(
    attempts=st.integers(1, 12),
    base=st.floats(0.001, 10),
    cap=st.floats(0.001, 60),
    fractions=st.lists(st.floats(0, 1, exclude_max=True), min_size=12, max_size=12),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_pauses_are_random_below_a_doubling_bound(
    attempts: int, base: float, cap: float, fractions: list[float]
) -> None:
    """The n-th of attempts-1 pauses lies anywhere below base * 2**n, and below the cap."""
    policy = RetryPolicy(attempts=attempts, base=base, cap=cap)
    delays = list(policy.delays(iter(fractions).__next__))
    assert len(delays) == attempts - 1
    for n, (delay, fraction) in enumerate(zip(delays, fractions, strict=False)):
        assert delay == fraction * min(cap, base * 2**n)


@pytest.mark.parametrize("code", CLASSES)
def test_what_may_be_repeated_depends_on_code_and_effect(code: str) -> None:
    """Answers about the request itself are final; reads and creates may be asked again longer."""
    error = CLASSES[code]("no")
    may = {effect: RetryPolicy().may_repeat(error, effect) for effect in Effect}
    assert may == {
        Effect.READ: code in ALWAYS | READ_ONLY,
        Effect.CREATE: code in ALWAYS | {"DEADLINE_EXCEEDED"},
        Effect.UPDATE: code in ALWAYS,
        Effect.LAUNCH: code in ALWAYS | {"DEADLINE_EXCEEDED"},
        Effect.ONCE: False,
    }


def test_a_launch_without_a_name_is_repeated_only_if_it_never_left() -> None:
    """A second one would be a second execution; with a name it is refused as the same."""
    request = ExecutionCreateRequest(project="p", domain="d")
    assert Effect.LAUNCH.of(request) is Effect.ONCE
    assert RetryPolicy().may_repeat(UnavailableError("no"), Effect.ONCE, unsent=True)
    assert not RetryPolicy().may_repeat(UnavailableError("no"), Effect.ONCE)
    assert not RetryPolicy().may_repeat(ResourceExhaustedError("no"), Effect.ONCE, unsent=True)
    request.name = "mine"
    assert Effect.LAUNCH.of(request) is Effect.LAUNCH


@pytest.mark.parametrize(
    "error",
    [
        ResourceExhaustedError("grpc: received message larger than max (5 vs. 4)"),
        ResourceExhaustedError("grpc: received message after decompression larger than max 4"),
        ResourceExhaustedError("CLIENT: Received message larger than max (5 vs. 4)"),
        ResourceExhaustedError("received metadata size exceeds hard limit (5 vs. 4)"),
        InternalError(f"{UNREADABLE_CLOSURE} s3://b/k : [LIMIT_EXCEEDED] limit exceeded."),
    ],
    ids=str,
)
def test_what_will_not_change_is_not_repeated(error: ResourceExhaustedError) -> None:
    """Too large stays too large, and a closure that Admin cannot read stays unread."""
    assert not any(RetryPolicy().may_repeat(error, effect) for effect in Effect)
