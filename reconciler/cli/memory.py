"""When to look for garbage: never in a command that ends, as always in one that stays.

What a command reads and makes it needs until its end, and looking through all of it again and
again took a quarter of the time of a large set.
"""

import gc


def spare() -> None:
    """Look for no garbage from now on; for the start of a process."""
    gc.disable()


def stay() -> None:
    """Look for garbage as usual, but not through what is there already; before a long run."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def leave() -> None:
    """Look for none at the very end either, where Python does so unasked; the process is over."""
    gc.freeze()
