"""What the data plane costs beside a plain HTTP client."""

import pytest

from benchmarks.data import run


@pytest.mark.long
def test_both_are_measured_alike() -> None:
    """In small: it runs, and memory is as promised; a share of so little would say nothing."""
    up, down, memory = run(4_000_000, tries=1)
    assert up.value > 0
    assert down.value > 0
    assert memory.met, memory


@pytest.mark.long
def test_it_is_as_fast_as_promised() -> None:
    """A gigabyte each way, at 0.8 of a plain client's speed or better, in 150 MB."""
    missed = [str(figure) for figure in run() if not figure.met]
    assert missed == []
