"""Docker's patterns: the same as its expressions say, and in time."""

import re
import time

import pytest
from docker.utils.fnmatch import translate
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.bundle.docker_pattern import _Followed, _pieces, compiled_regex, read_pattern

PATTERNS = st.lists(
    st.sampled_from(["*", "*", "**", "**/", "/", "a", "b", "?", "[ab]", "[!a]", "[a/]", "."]),
    max_size=9,
).map("".join)
PATHS = st.text("ab/.\n", max_size=12)


@settings(max_examples=3_000, derandomize=True, deadline=None)
@given(PATTERNS, PATHS)
def test_following_is_matching(pattern: str, path: str) -> None:
    """What is followed sign by sign matches what docker's expression does."""
    try:
        expected = compiled_regex(translate(pattern)).match(path) is not None
    except re.error:
        with pytest.raises(re.error):
            read_pattern(pattern)
        return
    assert _Followed(list(_pieces(pattern))).matches(path) is expected
    assert bool(read_pattern(pattern).matches(path)) is expected


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 60 + "b", "a" * 250),
        ("**/a/" * 20 + "b", "a/" * 1_000 + "c"),
        ("*a*/" * 30 + "b", "aaaa/" * 60 + "c"),
        ("[a-z]*" * 40 + "1", "a" * 250),
        ("*" * 200 + "b", "a" * 250),
        ("*a*a*a*b", "a" * 250),
    ],
)
def test_no_pattern_takes_years(pattern: str, path: str) -> None:
    """However many stars it has."""
    started = time.process_time()
    assert not read_pattern(pattern).matches(path)
    assert time.process_time() - started < 0.5


def test_what_people_write_is_an_expression() -> None:
    """Joined into one, it costs next to nothing for thousands of paths."""
    for pattern in ("*.py[cod]", "**/node_modules", "a/**/b/*.js", "**/tests/**/*_data*.json"):
        assert read_pattern(pattern).regex
