"""Rooms that load their parts when asked, and are the same to whoever asks."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import reconciler
from reconciler.doors import opened_for

LAZY = [
    room.name
    for room in pkgutil.walk_packages(reconciler.__path__, "reconciler.")
    if room.ispkg and "__getattr__" in vars(importlib.import_module(room.name))
]


def test_there_are_such_rooms() -> None:
    """The tests below are about something."""
    assert {"reconciler.manifest", "reconciler.report"} <= {*LAZY}


@pytest.mark.parametrize("room", LAZY)
def test_everything_it_names_is_there(room: str) -> None:
    """What a door promises it gives, and it is the thing of that name, not the file."""
    module = importlib.import_module(room)

    for name in module.__all__:
        assert not isinstance(getattr(module, name), type(sys))


@pytest.mark.parametrize("room", LAZY)
def test_what_it_does_not_name_is_missing_as_everywhere(room: str) -> None:
    """An AttributeError, which is what `hasattr`, doctest and pickle know."""
    module = importlib.import_module(room)

    with pytest.raises(AttributeError, match=f"module '{room}' has no attribute 'nothing'"):
        _ = module.nothing


def test_a_part_is_loaded_when_it_is_asked_for_and_not_before() -> None:
    """And asked for once: then it is an attribute like others."""
    script = (
        "import sys, reconciler.manifest as room; file = 'reconciler.manifest.writer'; "
        "before = file in sys.modules, 'to_yaml' in vars(room); room.to_yaml; "
        "print(before, (file in sys.modules, 'to_yaml' in vars(room)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stdout == "(False, False) (True, True)\n", done.stderr


def test_a_file_that_is_missing_is_told_as_such() -> None:
    """A mistake in a door is no attribute that happens to be absent."""
    look_up = opened_for("reconciler", {"no_such_file": ("thing",)})

    with pytest.raises(ModuleNotFoundError, match="no_such_file"):
        look_up("thing")
