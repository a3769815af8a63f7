"""When a process looks for garbage."""

import gc
from collections.abc import Iterator

import pytest

from reconciler.cli.memory import leave, spare, stay
from reconciler.model import without_collecting


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Whatever a test does, the suite goes on as before."""
    yield
    gc.unfreeze()
    gc.enable()


def test_a_short_command_spares_the_looking() -> None:
    """And a long one looks again, but not through what was there before."""
    spare()
    assert not gc.isenabled()

    stay()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_at_its_end_a_process_looks_through_nothing() -> None:
    """Python collects once more then, through all that goes away by itself."""
    leave()

    assert not gc.get_objects()


def test_who_looks_anyway_goes_on_looking() -> None:
    """A program that uses the commands' parts keeps its own settings."""
    stay()
    assert gc.get_freeze_count() == 0

    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError), without_collecting():
        raise ValueError
    assert gc.isenabled()

    spare()
    with without_collecting():
        pass
    assert not gc.isenabled()
