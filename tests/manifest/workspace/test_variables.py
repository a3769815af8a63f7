"""What values a variable may have, and what a workspace may declare of it."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.manifest.workspace.variables import VariableDeclaration
from tests.manifest.settings import refused, workspace


def declared(**said: Any) -> VariableDeclaration:
    return VariableDeclaration.model_validate(said)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "5", "5"),
        ("string", "", ""),
        ("int", "5", 5),
        ("int", " 0x10 ", 16),
        ("number", "1.5", 1.5),
        ("number", "2", 2),
        ("bool", "true", True),
        ("list", "[a, 1]", ["a", 1]),
        ("list[string]", '["a"]', ["a"]),
        ("map", "{a: 1}", {"a": 1}),
        ("map[int]", "a: 1\nb: 2", {"a": 1, "b": 2}),
    ],
)
def test_texts_are_read_by_the_declared_type(kind: str, text: str, value: Any) -> None:
    """On the command line everything is text."""
    found = declared(type=kind).read(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("declaration", "text", "message"),
    [
        ({"type": "int"}, "5.5", "expected a whole number, found the number 5.5"),
        ({"type": "int"}, "many", "expected a whole number, found the text 'many'"),
        ({"type": "bool"}, "yes", "expected true or false"),
        ({"type": "list"}, "a", "expected a list"),
        ({"type": "list"}, "[a", "expected a list as YAML or JSON"),
        ({"type": "list[int]"}, "[1, a]", "expected a whole number in it"),
        ({"type": "map[string]"}, "{a: 1}", "expected a text in it"),
        ({"enum": ["eu", "us"]}, "uk", "expected one of eu, us, found the text 'uk'"),
        ({"type": "list[string]", "enum": ["eu"]}, "[eu, uk]", "expected one of eu"),
        ({"pattern": "[a-z]+"}, "a1", "expected [a-z]+, found the text 'a1'"),
        ({"min": 3}, "ab", "must be 3 characters or more, found 2"),
        ({"type": "int", "min": 1, "max": 9}, "10", "must be 9 or less, found 10"),
        ({"type": "number", "max": 0.5}, "0.6", "must be 0.5 or less"),
        ({"type": "list", "min": 1}, "[]", "must be 1 items or more"),
        ({"sensitive": True}, "abc", "too short to be kept secret"),
        ({"sensitive": True, "enum": ["long"]}, "secret", "found a sensitive value"),
        ({"sensitive": True, "max": 5}, "secret", "found other"),
    ],
)
def test_what_it_may_not_have_is_refused(
    declaration: dict[str, Any], text: str, message: str
) -> None:
    """With what was expected; never with a sensitive value."""
    with pytest.raises(ValueError) as caught:
        declared(**declaration).read(text)

    assert message in str(caught.value)
    if declaration.get("sensitive"):
        assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ("{type: sting}", "did you mean string?"),
        ("{type: 'list[list]'}", "list[T] or map[T]"),
        ("{required: true, default: a}", "a required variable has no default"),
        ("{required: false}", "give it a default"),
        ("{type: int, sensitive: true}", "only texts can be kept secret, not int"),
        ("{type: int, pattern: a}", "only texts have a pattern"),
        ("{pattern: '['}", "is no regular expression"),
        ("{pattern: 'a{99999999999999999999}'}", "repetition number is too large"),
        (f"{{pattern: '{'(' * 3_000 + ')' * 3_000}'}}", "nested too deeply"),
        ("{min: 2, max: 1}", "min is more than max"),
        ("{type: bool, min: 1}", "true and false have no order"),
        ("{type: int, default: a}", "spec.variables.x.default: expected a whole number"),
        ("{default: c, enum: [a, b]}", "expected one of a, b"),
        ("5", "expected a type such as string"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(
    tmp_path: Path, declaration: str, message: str
) -> None:
    """At its line, before any value is given."""
    (problem,) = refused(workspace(tmp_path, f"variables: {{x: {declaration}}}"))

    assert message in problem
    assert problem.startswith("reconciler.yaml:6:")
