"""Go durations, at the edges that recordings reach seldom."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cron.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("-9223372036854775808ns", -(2**63)),
        ("9223372036854775807ns", 2**63 - 1),
        ("-9223372036854775808ns9223372036854775808ns", 0),
        ("+.5h5.m", 35 * 60 * 10**9),
        ("1.00000000000000000009s", 10**9),
    ],
)
def test_limits_are_those_of_64_bits(text: str, nanoseconds: int) -> None:
    """The negative limit is one further; two of it wrap around to nothing."""
    assert parse_duration(text) == nanoseconds


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.sampled_from(["ns", "us", "ms", "s", "m", "h"])),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["", "+", "-"]),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_parts_add_up(parts: list[tuple[int, str]], sign: str) -> None:
    """Any order, any repetition."""
    sizes = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
    total = sum(number * sizes[unit] for number, unit in parts)

    parsed = parse_duration(sign + "".join(f"{number}{unit}" for number, unit in parts))

    assert parsed == (-total if sign == "-" else total)
