"""Sensitive values in texts, however they got there."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Sensitive

SECRETS = st.text(min_size=8, max_size=40)


def test_equal_values_share_a_number() -> None:
    """So that a reader sees where else a value is used, and whether it changed."""
    sensitive = Sensitive(["first-secret", "other-secret", "first-secret"])

    assert sensitive.mask("a first-secret, an other-secret, a first-secret") == (
        "a (sensitive #1), an (sensitive #2), a (sensitive #1)"
    )
    assert (sensitive + Sensitive(["more"])).mask("more first-secret") == (
        "(sensitive #3) (sensitive #1)"
    )


@given(SECRETS)
@settings(derandomize=True, max_examples=300)
def test_no_spelling_passes(secret: str) -> None:
    """As JSON, with and without escapes, and as Python quotes."""
    sensitive = Sensitive([secret])

    for spelled in (
        secret,
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        repr(secret),
    ):
        assert sensitive.hides(spelled)
        assert spelled.strip("\"'") not in sensitive.mask(f"<{spelled}>")


@pytest.mark.parametrize("length", range(4, 15))
def test_what_is_cut_is_masked_too(length: int) -> None:
    """The beginning before an ellipsis, the end behind one."""
    secret = "correct-horse-battery"
    text = f"the text 'x {secret[:length]}…' and …{secret[-length:]} end"

    assert Sensitive([secret]).mask(text) == (
        "the text 'x (sensitive #1)…' and …(sensitive #1) end"
    )


def test_lines_of_a_value_are_masked_one_by_one() -> None:
    """A key of many lines is shown as a block, perhaps indented and with marks between."""
    secret = "-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n-----END KEY-----\n"

    shown = Sensitive([secret]).mask("".join(f"    + {line}\n" for line in secret.splitlines()))

    assert "abcdefghijkl" not in shown
    assert "mnop" not in shown


def test_longer_values_come_first() -> None:
    """One may be part of another."""
    assert Sensitive(["hunter", "hunter2hunter"]).mask("hunter2hunter") == "(sensitive #2)"


def test_what_is_too_short_is_no_value() -> None:
    """It would be found by chance everywhere; declaring one is refused elsewhere."""
    assert not Sensitive(["abc", ""])
    assert Sensitive(["abc"]).mask("abc…abc") == "abc…abc"


def test_what_quotes_a_quoted_value_hides_it_too() -> None:
    """A document holds an error, which holds a list, which holds the value."""
    secret = 'it\'s "odd" \\ here'

    assert Sensitive([secret]).mask(json.dumps(f"wrong: {[secret]}")) == (
        "\"wrong: ['(sensitive #1)']\""
    )


def test_a_long_run_of_letters_is_a_value_of_its_own() -> None:
    """A server may repeat it with other letters in the place of odd ones, or without them."""
    assert Sensitive(["é#aB3dE6gH9jK2mN5p%"]).mask("cannot take ?aB3dE6gH9jK2mN5p?") == (
        "cannot take ?(sensitive #1)?"
    )
