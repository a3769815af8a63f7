"""When not to look for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MUCH = 10_000  # objects made since the last look


@contextmanager
def without_collecting() -> Iterator[None]:
    """Make much that is kept, without looking for garbage in it again and again.

    For work whose results live on and refer to nothing in circles: what is no longer needed is let
    go by its count all the same. A third of the time of a large set went into looking.

    What was made counts as old afterwards, as if it had been looked through: else the next objects
    made would set off the very look that was saved. Garbage in circles goes with a later one.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        _age()
        gc.enable()


def _age() -> None:
    """Put all objects into the oldest generation, without going through them."""
    if gc.get_count()[0] < _MUCH:
        return  # a look at so little costs nothing, and to ask what is frozen counts it all
    if gc.get_freeze_count():
        return  # somebody else's objects are frozen, and are to stay so
    gc.freeze()
    gc.unfreeze()
