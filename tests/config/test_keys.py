"""How values are written: in YAML, in ini, in variables."""

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config.keys import KEYS, argv, known_keys, number, seconds
from reconciler.errors import ConfigError

words = st.lists(st.text(min_size=1), min_size=1, max_size=4)


@given(words)
@settings(derandomize=True, max_examples=100)
def test_a_command_reads_as_a_shell_would(command: list[str]) -> None:
    """Blanks, quotes and commas in its words, if it has a blank in its first part."""
    command = ["some program", *command]
    assert argv(shlex.join(command), "x") == tuple(command)


@given(words)
@settings(derandomize=True, max_examples=100)
def test_a_command_reads_as_json(command: list[str]) -> None:
    """For words that are hard to quote."""
    assert argv(json.dumps(command), "x") == tuple(command)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("tok,--name,John Doe", ("tok", "--name", "John Doe")),
        ("tok --scopes a,b", ("tok", "--scopes", "a,b")),
        ("tok", ("tok",)),
        (["tok", "-x"], ("tok", "-x")),
    ],
)
def test_a_command_reads_as_flytekits(written: object, expected: tuple[str, ...]) -> None:
    """Words with commas between them; a list in YAML."""
    assert argv(written, "x") == expected


@pytest.mark.parametrize("written", ["tok 'open", "[1, 2]", "[", 5, {"a": 1}])
def test_no_command_is_refused(written: object) -> None:
    """With the name of the setting."""
    with pytest.raises(ConfigError, match=r"admin\.command"):
        argv(written, "admin.command")


@pytest.mark.parametrize(
    ("written", "expected"), [("15s", 15), ("1m30s", 90), ("0.5", 0.5), (4, 4), ("10m", 600)]
)
def test_durations_are_gos(written: object, expected: float) -> None:
    """Or plain seconds."""
    assert seconds(written, "x") == expected


@pytest.mark.parametrize("written", ["soon", "0s", "-5s", "", True])
def test_no_duration_is_refused(written: object) -> None:
    """Nothing waits for no time or less."""
    with pytest.raises(ConfigError, match="x is"):
        seconds(written, "x")


@pytest.mark.parametrize("written", ["x", "-1", "1.5", True, None])
def test_no_number_is_refused(written: object) -> None:
    """Nor true, which Python takes for one."""
    with pytest.raises(ConfigError, match="x is"):
        number(written, "x")


def test_every_setting_has_one_name() -> None:
    """And every place of a file one setting."""
    for places in ([key.name for key in KEYS], list(known_keys())):
        assert len(set(places)) == len(places)
