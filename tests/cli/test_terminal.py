"""When output is coloured, when it may move, and when a question reaches a person."""

import io

import pytest

from reconciler.cli.terminal import ColorChoice, in_automation, is_tty, wants_color


@pytest.mark.parametrize(
    ("choice", "environ", "tty", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, False, True),
        ("auto", {"CI": "true"}, True, True),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_decided_by_the_first_that_speaks(
    choice: ColorChoice, environ: dict[str, str], tty: bool, wanted: bool
) -> None:
    """Flag, NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE, TERM=dumb, terminal: in this order."""
    assert wants_color(choice, environ, tty=tty) is wanted


@pytest.mark.parametrize(
    ("value", "automatic"),
    [(None, False), ("", False), ("false", False), ("0", False), ("true", True), ("1", True)],
)
def test_automation_is_what_ci_says(value: str | None, automatic: bool) -> None:
    """`CI` set to a no means a person."""
    assert in_automation({} if value is None else {"CI": value}) is automatic


def test_no_stream_is_no_terminal() -> None:
    """Streams that are missing or closed answer like files."""
    closed = io.StringIO()
    closed.close()

    assert not is_tty(None)
    assert not is_tty(closed)
    assert not is_tty(io.StringIO())
