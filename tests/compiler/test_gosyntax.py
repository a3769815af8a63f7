"""Patterns and addresses as Go's libraries judge them; each verdict is Go's own."""

import pytest

from reconciler.compiler.gosyntax import is_regex, is_uri_reference


@pytest.mark.parametrize(
    "pattern",
    [
        "", "^[a-z]+$", "a{2}", "a{,3}", "x{", "[]a]", "[a&&b]", "[a[b]", r"[\d-z]",
        r"\pL", r"\p{Greek}", r"\z", r"\Qa(b\E", "[[:alpha:]]", r"\x{41}", "(?<n>a)", "(?P<n>a)",
        "(?i)a", "(?i:a)", "(?U)a", "(?-i)a", "(?s:.)", r"\(?=", r"^\S+@\S+\.\S+$", r"a\+b",
    ],
)  # fmt: skip
def test_go_compiles(pattern: str) -> None:
    """Whether Python would or not."""
    assert is_regex(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(", "[", "a**", "a++", "a?+", "*a", "a{1001}", "a{2,1}", "{2}", "[z-a]", "\\", "((a)",
        "(?=a)", "(?!a)", "(?<=a)", "(?P=n)", r"\1", r"\k<n>", r"\Z", r"\u0041", "[[:nope:]]",
        "(?x)a", "(?#c)", "(?>a)",
    ],
)  # fmt: skip
def test_go_does_not_compile(pattern: str) -> None:
    """Whether Python would or not."""
    assert not is_regex(pattern)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("", True), ("#a", True), ("a/b", True), ("a b", True), ("http://x:80/y", True),
        ("urn:x:y", True), ("?a:b", True), ("./a:b", True), ("//host/path", True),
        ("http://[::1]/", True), ("http://x/?%zz", True), ("mailto:a@b", True),
        ("%zz", False), ("#%zz", False), (":x", False), ("1a:b", False), ("a b:c", False),
        ("http://x:ab/", False), ("http://[::1", False), ("http://a b/", False), ("\x01", False),
    ],
)  # fmt: skip
def test_go_parses_an_address_or_not(text: str, valid: bool) -> None:
    """A relative one may not look as if it had a scheme."""
    assert is_uri_reference(text) is valid
