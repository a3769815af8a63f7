"""Bytes in, values and positions out; whatever is wrong is told and never raised."""

import gzip
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest.reader import Document, read
from reconciler.model import Diagnostic


def documents(content: str | bytes) -> list[tuple[Document, Any]]:
    problems: list[Diagnostic] = []
    data = content.encode() if isinstance(content, str) else content
    found = list(read(data, "f.yaml", problems))
    assert problems == []
    return found


def values(content: str | bytes) -> list[Any]:
    return [value for _, value in documents(content)]


def problems_of(content: str | bytes) -> list[str]:
    problems: list[Diagnostic] = []
    data = content.encode() if isinstance(content, str) else content
    list(read(data, "f.yaml", problems))
    return [str(problem) for problem in problems]


def test_documents_come_one_by_one_and_empty_ones_not() -> None:
    """Only comments, or nothing, between two markers is no document."""
    assert values("---\n---\n# nothing\n---\na: 1\n---\n- b\n...\n---\n") == [{"a": 1}, ["b"]]


def test_quoted_texts_stay_texts() -> None:
    """Only what stands without quotes can be a number or a truth value."""
    assert values("a: '1'\nb: \"true\"\nc: |\n  2\nd: >-\n  null\ne: 3\n") == [
        {"a": "1", "b": "true", "c": "2\n", "d": "null", "e": 3}
    ]


def test_json_is_yaml() -> None:
    """With escapes, and a byte order mark before it."""
    assert values(b'\xef\xbb\xbf{"a": [1, 2.5, "\\u00e9"], "b": null}') == [
        {"a": [1, 2.5, "é"], "b": None}
    ]


def test_aliases_stand_for_their_anchor() -> None:
    """A few of them are fine."""
    assert values("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n") == [
        {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}
    ]


POSITIONS = """\
# Ä comment with 𝒂stral letters
kind: Task   # ünicode
spec:
  nodes: {first: {task: ä}, second: {task: b}}
  list:
  - one
  -  two:
       three: 3
---
  kind: Other
  ключ: {é: 1.10}
"""


@pytest.mark.parametrize(
    ("document", "path", "key", "value"),
    [
        (0, (), "2:1", "2:1"),
        (0, ("kind",), "2:1", "2:7"),
        (0, ("spec",), "3:1", "3:1"),
        (0, ("spec", "nodes"), "4:3", "4:10"),
        (0, ("spec", "nodes", "second", "task"), "4:38", "4:44"),
        (0, ("spec", "list", 0), "6:5", "6:5"),
        (0, ("spec", "list", 1, "two", "three"), "8:8", "8:15"),
        (0, ("spec", "list", 7), "5:3", "5:3"),
        (0, ("spec", "absent", "deeper"), "3:1", "3:1"),
        (0, ("kind", "scalar"), "2:1", "2:7"),
        (1, (), "10:3", "10:3"),
        (1, ("ключ", "é"), "11:10", "11:13"),
    ],
)
def test_every_value_has_its_place(
    document: int, path: tuple[str | int, ...], key: str, value: str
) -> None:
    """Keys and values by line and column; what is not there is where it would belong."""
    found = documents(POSITIONS)[document][0]

    assert str(found.origin(path)) == f"f.yaml:{key}"
    assert str(found.value_origin(path)) == f"f.yaml:{value}"


def test_places_in_a_large_mapping_are_found_at_once() -> None:
    """Each by its key, and not by going through all of them."""
    ((document, value),) = documents("a: 1\n" + "".join(f"k{n}: {n}\n" for n in range(20_000)))
    started = time.process_time()
    lines = [document.origin((key,)).line for key in value]
    assert lines == list(range(1, 20_002))
    assert document.origin(("none",)).line == 1
    assert time.process_time() - started < 2


def test_a_scalar_keeps_its_spelling() -> None:
    """Messages show what was written, not what was understood."""
    ((_, _), (second, value)) = documents(POSITIONS)

    assert value["ключ"] == {"é": 1.1}
    assert second.source(("ключ", "é")) == "1.10"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: \t1\n\tb: 2\n", "f.yaml:2:1: error: a tab cannot indent (use spaces) [yaml-syntax]"),
        ("a: b: c", "f.yaml:1:5: error: a key and a value where none fit (quote a text that"),
        ("a: 1\n b: 2", "f.yaml:2:3: error: a key and a value where none fit"),
        ("a: @b", "f.yaml:1:4: error: no value can start with `@` (quote the text)"),
        ("a: %b", "f.yaml:1:4: error: no value can start with `%` (quote the text)"),
        ("a: 'b\nc: d", "f.yaml:1:4: error: the text in quotes does not end"),
        ("a: [b\nc: d", "f.yaml:1:4: error: the list does not end (a `,` or `]` is missing)"),
        ("a: {b: c\nd: e", "f.yaml:1:4: error: the mapping does not end"),
        ("a: *b", "f.yaml:1:4: error: this alias has no anchor (quote a text that starts with *)"),
        ("- a\nb: c", "f.yaml:2:1: error: expected another `- ` item here"),
        ("a: 1\n- b", "f.yaml:2:1: error: expected another key here (check the indentation)"),
        (
            "a: 1\na: 2",
            "f.yaml:2:1: error: the key a stands twice in one mapping, first in line 1",
        ),
        ("x: {a: 1, a: 1}", "f.yaml:1:11: error: the key a stands twice"),
        ("a: !!str 1", "f.yaml:1:4: error: manifests have no tags, found !!str (leave"),
        ("a: !!python/object:os.system x", "found !!python/object:os.system"),
        ("a: !Ref x", "f.yaml:1:4: error: manifests have no tags, found !Ref"),
        ("a: !!map {}", "found !!map"),
        ("a: !x []", "found !x"),
        ("1: a", 'f.yaml:1:1: error: the key 1 must be a text (write "1") [key]'),
        ("true: a", 'the key true must be a text (write "true")'),
        ("? [a]\n: b", "f.yaml:1:3: error: a key must be a text"),
        ("<<: {a: 1}", "f.yaml:1:1: error: YAML 1.2 has no merge key << (write the keys out)"),
        ("a: &x [*x]", "f.yaml:1:4: error: this anchor's value contains an alias of itself"),
        ("a: " + "9" * 500, "f.yaml:1:4: error: a number of 500 digits is too long [number]"),
        (b"a: 1\nb: \xe9", "f.yaml:2:4: error: the byte 0xe9 is not UTF-8 (save the file as UTF"),
        ("a: 1".encode("utf-16"), "f.yaml:1:1: error: the file is UTF-16 (save it as UTF-8)"),
        (
            gzip.compress(b"a: 1", mtime=0),
            "f.yaml: error: the file is an archive, not YAML (unpack it, and name the folder)",
        ),
        ("a: \x07", "f.yaml:1:4: error: the control character U+0007 cannot stand in YAML"),
        ("[" * 200 + "]" * 200, "f.yaml:1:102: error: nested deeper than 100 levels [too-deep]"),
        (
            '"\\ud83d\\ude00"',
            "this escape is no character (write the character itself, not a pair",
        ),
        ("[" * 5000, "nested too deeply"),
        ("- " * 5000, "nested"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(content: str | bytes, message: str) -> None:
    """File, line and column, in words that help, and the way out."""
    (found,) = problems_of(content)

    assert message in found


def test_reading_goes_on_after_a_syntax_error() -> None:
    """The documents behind it are looked at too, and keep their line numbers."""
    content = "a: 'open\n---\nb: 1\n---\nc: *d\n---\ne: {f: 1, f: 2}\n"

    assert problems_of(content) == [
        "f.yaml:1:4: error: the text in quotes does not end [yaml-syntax]",
        "f.yaml:5:4: error: this alias has no anchor (quote a text that starts with *)"
        " [yaml-syntax]",
        "f.yaml:7:11: error: the key f stands twice in one mapping, first in line 7"
        " [duplicate-key]",
    ]


def bomb(levels: int, width: int) -> str:
    lines = ["l0: &l0 [" + ", ".join("x" for _ in range(width)) + "]"]
    for level in range(1, levels):
        lines.append(f"l{level}: &l{level} [{', '.join(f'*l{level - 1}' for _ in range(width))}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "content", [bomb(30, 10), "a: &x " + "y" * 100_000 + "\nb: [" + "*x, " * 50 + "]"]
)
def test_alias_bombs_are_refused_unexploded(content: str) -> None:
    """By counting what they would become: ten to the thirtieth here."""
    (found,) = problems_of(content)

    assert "aliases make this document larger by more than 10000 values" in found


@given(st.binary(max_size=60) | st.text(alphabet="a:-[]{}'\"&*!|>#%@?, \n\t01~", max_size=40))
@settings(max_examples=400, derandomize=True, deadline=None)
def test_nothing_but_values_and_problems_ever_comes_out(content: str | bytes) -> None:
    """Any bytes at all are read to the end without an exception."""
    problems: list[Diagnostic] = []
    data = content if isinstance(content, bytes) else content.encode()
    for document, _ in read(data, "f.yaml", problems):
        assert document.origin(("x", 0)).line > 0
    for problem in problems:
        assert problem.origin is not None
        assert problem.origin.line > 0


# Escapes beyond the first plane come in pairs, which YAML does not have.
TEXT = st.text(st.characters(max_codepoint=0xD7FF), max_size=8)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**20), 10**20)
        | TEXT
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=8,
    )
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_json_means_the_same_as_yaml(value: Any) -> None:
    """Whatever a program writes as JSON is read back as it was."""
    assert values(json.dumps({"x": value})) == [{"x": value}]
