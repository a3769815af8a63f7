"""When not to look for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Make much that is kept, without looking for garbage in it again and again.

    For work whose results live on and refer to nothing in circles: what is no longer needed is let
    go by its count all the same. A third of the time of a large set went into looking.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
