"""Doors that open when knocked at: what a room offers, loaded only when it is asked for.

A plan must not wait for what only `fmt` or `schema` use, and yet a room is known by one door. So a
room's `__init__.py` may import what most need outright and name the rest here (PEP 562); for type
checkers it imports those too, under TYPE_CHECKING.
"""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def opened_for(room: str, offers: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a room that loads some of its files when asked.

    Args:
        room: The package, its `__name__`.
        offers: What each file of it gives, by the file's name. None may be called as the file
            itself: loading a file puts it into its package under its own name.
    """
    files = {name: file for file, names in offers.items() for name in names}

    def look_up(name: str) -> Any:
        if name not in files:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{room}.{files[name]}"), name)
        # Found at once from now on.
        setattr(sys.modules[room], name, value)
        return value

    return look_up
