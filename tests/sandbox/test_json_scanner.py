"""JSON as Go takes or refuses it; the texts were printed by Go."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.json_scanner import JSONSyntaxError, first_value

REFUSED = {
    "{": "unexpected EOF",
    "not json": "invalid character 'o' in literal null (expecting 'u')",
    "tru": "unexpected EOF",
    "truX": "invalid character 'X' in literal true (expecting 'e')",
    '{"a":1,}': "invalid character '}' looking for beginning of object key string",
    "{'a':1}": "invalid character '\\'' looking for beginning of object key string",
    '{"a" 1}': "invalid character '1' after object key",
    '{"a":1 "b"}': "invalid character '\"' after object key:value pair",
    "[1 2]": "invalid character '2' after array element",
    "[1,]": "invalid character ']' looking for beginning of value",
    "-x": "invalid character 'x' in numeric literal",
    "[1.]": "invalid character ']' after decimal point in numeric literal",
    "[1ex]": "invalid character 'x' in exponent of numeric literal",
    '"a\nb"': "invalid character '\\n' in string literal",
    '"\\x"': "invalid character 'x' in string escape code",
    '"\\u12g4"': "invalid character 'g' in \\u hexadecimal character escape",
    "NaN": "invalid character 'N' looking for beginning of value",
    "[Infinity]": "invalid character 'I' looking for beginning of value",
    "é": "invalid character 'Ã' looking for beginning of value",
    "[" * 10001: "exceeded max depth",
}


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[:12])
def test_the_first_defect_is_told_in_gos_words(body: str) -> None:
    """Byte by byte: a character beyond ASCII is told by its first byte."""
    with pytest.raises(JSONSyntaxError) as refused:
        first_value(body.encode())

    assert str(refused.value) == REFUSED[body]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'  {"a": 1} garbage', b'{"a": 1}'),
        (b'{"a":1}{"b":2}', b'{"a":1}'),
        (b"12abc", b"12"),
        (b"1.5e3,", b"1.5e3"),
        (b'"text"}', b'"text"'),
        (b"null null", b"null"),
        (b'"\xff"', b'"\xff"'),
        (b"", None),
        (b" \n\t ", None),
    ],
)
def test_only_the_first_value_counts(body: bytes, value: bytes | None) -> None:
    """What follows is never looked at, and nothing at all is no error."""
    assert first_value(body) == value


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    ),
    st.booleans(),
)
def test_all_json_passes(value: object, ascii_only: bool) -> None:
    """With and without escapes, and with more behind it."""
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "replace")

    assert first_value(body + b" ,") == body
