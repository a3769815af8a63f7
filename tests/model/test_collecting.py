"""Garbage is looked for neither while much is made nor right after it, and then as ever."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from reconciler.model import without_collecting


class Circle:
    """Something that only a look for garbage frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def looks() -> Iterator[list[int]]:
    """The generations of the looks that were taken."""
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


def test_what_was_made_sets_off_no_look(looks: list[int]) -> None:
    """Neither inside nor with the first objects after it."""
    gc.collect()
    looks.clear()
    with without_collecting():
        made = [[number] for number in range(50_000)]
        assert not gc.isenabled()
    assert gc.isenabled()
    made += [[number] for number in range(100)]
    assert looks == []


def test_garbage_in_circles_goes_with_the_next_whole_look() -> None:
    """It is old, and no longer than that."""
    with without_collecting():
        gone = weakref.ref(Circle())
    assert gone() is not None
    gc.collect()
    assert gone() is None


def test_what_others_froze_stays_frozen() -> None:
    """A server that froze its objects before it forked shares them still."""
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with without_collecting():
            pass
        assert gc.get_freeze_count() == frozen > 0
    finally:
        gc.unfreeze()


def test_one_inside_another_ends_nothing() -> None:
    """Nor does it turn on what its caller turned off."""
    with without_collecting():
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
