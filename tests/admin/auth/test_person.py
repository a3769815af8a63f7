"""Whether somebody is there: a terminal, a notebook, a display; and never in CI."""

import sys
from types import SimpleNamespace

import pytest

from reconciler.admin import Person

DISPLAY = {"DISPLAY": ":0"}


class Terminal:
    """A standard stream that is one."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("true", True),
        ("1", True),
        ("woodpecker", True),
        ("", False),
        ("0", False),
        ("False", False),
    ],
)
def test_ci(value: str, expected: bool) -> None:
    """As forges set it, and as people unset it."""
    assert Person.here({"CI": value}).in_ci is expected


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        (DISPLAY, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        (DISPLAY | {"SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}, False),
        (DISPLAY | {"SSH_TTY": "/dev/pts/1"}, False),
        ({"SSH_TTY": "/dev/pts/1", "BROWSER": "my-browser"}, True),
    ],
)
def test_a_display_is_one_that_they_see(environ: dict[str, str], expected: bool) -> None:
    """Behind ssh a window opens on another screen, unless they named a browser."""
    assert Person.here(environ).has_display is expected


def test_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be asked and to answer: both streams."""
    assert not Person.here({}).is_there
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert not Person.here({}).is_there
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert Person.here({}).is_there


def test_streams_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon has none."""
    monkeypatch.setattr(sys, "stdin", None)
    assert not Person.here({}).is_there


def test_a_notebook_is_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells have no terminal, and somebody looks at them."""
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert Person.here({}).is_there
