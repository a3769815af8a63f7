"""Kubernetes quantities, held against Kubernetes' own answers.

`recordings/quantities.jsonl` holds what k8s.io/apimachinery v0.34.1 makes of each text:
its error, or how it prints, its `Value()`, and whether rounding up loses nothing.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compiler import QuantityError, parse_quantity

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "recordings" / "quantities.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_a_quantity_is_what_kubernetes_takes_it_for(case: dict[str, Any]) -> None:
    """Text, integer value and wholeness, or the very error."""
    if "error" in case:
        with pytest.raises(QuantityError) as caught:
            parse_quantity(case["text"])
        assert str(caught.value) == case["error"]
        return

    quantity = parse_quantity(case["text"])

    assert str(quantity) == case["printed"]
    assert quantity.value() == case["value"]
    assert quantity.is_whole() == case["whole"]


def test_a_number_of_thousands_of_digits_is_no_trouble() -> None:
    """Python refuses to convert such texts to integers; this does not go that way."""
    assert str(parse_quantity("1" * 5000 + "Ki")) == "9223372036854775807"
    assert str(parse_quantity("1" * 5000)).startswith("1111")


def test_an_exponent_that_would_exhaust_memory_is_refused() -> None:
    """Kubernetes tries to write the number out."""
    with pytest.raises(QuantityError):
        parse_quantity("1.0000000000000000001e2000000000")


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    number=st.integers(min_value=0, max_value=10**12),
    suffix=st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "e3"]),
)
def test_what_is_printed_reads_back_as_the_same(number: int, suffix: str) -> None:
    """The canonical text stands for the same amount, and is its own canonical text."""
    quantity = parse_quantity(f"{number}{suffix}")

    again = parse_quantity(str(quantity))

    assert again.value() == quantity.value()
    assert str(again) == str(quantity)
