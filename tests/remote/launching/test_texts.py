"""What people type for an input, and what it is taken for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired import coerce
from reconciler.model import parse_type
from reconciler.remote.launching.texts import from_text

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def read(text: str, declared: str) -> Any:
    return from_text(text, parse_type(declared), where="x", now=NOW)


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        ("int", "3", 3),
        ("int", " -1_000 ", -1000),
        ("float", "3", 3.0),
        ("float", "1e-3", 0.001),
        ("bool", "yes", True),
        ("bool", "1", True),
        ("bool", "Off", False),
        ("str", " 5 ", " 5 "),
        ("str", "null", "null"),
        ("enum[a, b]", "a", "a"),
        ("none", "null", None),
        ("datetime", "2026-01-31", "2026-01-31"),
        ("datetime", "now", NOW),
        ("datetime", "now - 1d", NOW - timedelta(days=1)),
        ("datetime", "Today+90m", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("datetime", "yesterday", datetime(2026, 2, 28, tzinfo=UTC)),
        ("datetime", "tomorrow", datetime(2026, 3, 2, tzinfo=UTC)),
        ("datetime", "2026-01-31 + 2 days", datetime(2026, 2, 2, tzinfo=UTC)),
        ("datetime", "2026-01-31T06:00:00Z - PT1H", datetime(2026, 1, 31, 5, tzinfo=UTC)),
        ("duration", "90s", "90s"),
        ("duration", "PT1H30M", "PT1H30M"),
        ("duration", "1:24", timedelta(seconds=84)),
        ("duration", "1:30:00", timedelta(hours=1.5)),
        ("duration", "10 days", "10d"),
        ("duration", "2 days, 3 hours and 1 minute", "2d3h1m"),
        ("duration", "1 week", "1w"),
        ("duration", "5 milliseconds", "5ms"),
        ("list[int]", "[1, 2]", [1, 2]),
        ("list[str]", "[no, yes]", ["no", "yes"]),
        ("dict[str, int]", '{"a": 1}', {"a": 1}),
        ("struct", "{a: {b: [1]}}", {"a": {"b": [1]}}),
        ("file", "s3://b/k", "s3://b/k"),
        ("dataset", "./table.parquet", "./table.parquet"),
        ("int | none", "5", 5),
        ("int | none", "null", None),
        ("str | none", "", None),
        ("int | str", "5", {"type": "int", "value": 5}),
        ("str | int", "5", {"type": "int", "value": 5}),
        ("int | str", "five", {"type": "str", "value": "five"}),
        ("enum[a, b] | int", "5", {"type": "int", "value": 5}),
        ("enum[a, b] | int", "a", {"type": "enum[a, b]", "value": "a"}),
        ("list[int] | dict[str, int]", "{a: 1}", {"type": "dict[str, int]", "value": {"a": 1}}),
        ("str | file", "s3://b/k", {"type": "file", "value": "s3://b/k"}),
        ("file | str", "hello", {"type": "str", "value": "hello"}),
        ("file | none", "hello", "hello"),
    ],
)
def test_texts_are_read_by_the_declared_type(declared: str, text: str, value: Any) -> None:
    """As flytekit's users write them, and as the manifests do."""
    assert read(text, declared) == value


@pytest.mark.parametrize(
    ("declared", "text", "said"),
    [
        ("int", "3.0", "'3.0' is no int"),
        ("float", "x", "'x' is no float"),
        ("bool", "maybe", "'maybe' is no bool; write true or false"),
        ("datetime", "31.1.2026", "is no datetime; write for instance 2024-01-31"),
        ("datetime", "now + soon", "soon"),
        ("duration", "soon", "soon"),
        ("list[int]", "3", "'3' is no list\\[int\\]; write JSON"),
        ("list[int]", "[1", "x: "),
        ("struct", "missing.json", "missing.json: No such file"),
        ("int | bool", "x", "'x' is no int | bool"),
        ("none", "x", "'x' is not null"),
        ("enum[a, b]", "c", "'c' is none of a, b"),
        ("dict[str, int]", "[1]", "is no dict\\[str, int\\]"),
    ],
)
def test_what_is_no_such_value_is_said_with_the_input(declared: str, text: str, said: str) -> None:
    """Its name stands first."""
    with pytest.raises(ValueError, match=said) as raised:
        read(text, declared)

    assert str(raised.value).startswith("x: ")


@pytest.mark.parametrize(("name", "text"), [("v.json", '{"a": 1}'), ("v.yaml", "a: 1\n")])
def test_lists_maps_and_structs_may_be_files(tmp_path: Path, name: str, text: str) -> None:
    """JSON or YAML, by the end of their name."""
    (tmp_path / name).write_text(text)

    assert read(str(tmp_path / name), "dict[str, int]") == {"a": 1}


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    declared=st.sampled_from(["int", "float", "bool", "datetime", "duration", "str", "list[int]"]),
    text=st.text(max_size=12),
)
def test_any_text_is_read_or_refused(declared: str, text: str) -> None:
    """Nothing but ValueError is raised, and what is read becomes a literal of the type."""
    try:
        value = read(text, declared)
        coerce(value, parse_type(declared), where="x")
    except ValueError:
        return


@settings(derandomize=True, max_examples=60, deadline=None)
@given(value=st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.booleans())
def test_what_python_prints_is_read_back(value: Any) -> None:
    """Numbers and truths come back as they were."""
    declared = {int: "int", float: "float", bool: "bool"}[type(value)]

    assert read(str(value), declared) == value
