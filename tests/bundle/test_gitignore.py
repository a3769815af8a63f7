"""`.gitignore` rules, held to git itself."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.bundle.gitignore import GitRule, GitRules, read_rules
from tests.bundle.git import Git

# Pieces that patterns are made of, the odd ones more often than people write them.
PIECES = (
    *("a", "b", "ab", "x", "A", ".", "-", "#", "!", " ", "é", "]", "[", "\\", "/"),
    *("*", "**", "***", "?", "/**", "**/", "/*", "\\*", "\\ ", "\\!", "\\/"),
    *("[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[a-]", "[\\]]", "[[:alpha:]]", "[[:bad:]]"),
    *("[[:punct:][:digit:]]", "[[:space:]-x]", "[b-a]", "[a"),
)
NAMES = ("a", "b", "ab", "x", "a.b", ".a", "aab", "é", "-", "]", "[", "a b", "A", "#a", "!a", "a ")
PATHS = sorted(
    {
        "/".join(part for part in parts if part)
        for name in NAMES
        for parts in [(name,), ("a", name), ("b", name), ("a", "b", name), ("ab", "x", name)]
    }
)
patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
contents = st.tuples(
    st.lists(patterns, min_size=1, max_size=4), st.sampled_from(["", "\n", "\r\n", "\r"])
).map(lambda made: ("\n".join(made[0]) + made[1]).encode())


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    return Git(tmp_path_factory.mktemp("git"))


def decided(content: bytes, path: str) -> str:
    """The line that decides about a path: its own, or that of a folder it is in."""
    rules = GitRules(read_rules(content, ".gitignore"))
    parts = path.encode().split(b"/")
    rule: GitRule | None = None
    for depth, name in enumerate(parts, 1):
        rule = rules.last(b"/".join(parts[:depth]), name, folder=depth < len(parts))
        if rule is not None and not rule.negative:
            break
    return rule.name.split(":")[1].split(" ")[0] if rule else ""


@settings(
    max_examples=250,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=contents)
def test_every_rule_decides_as_git_has_it(git: Git, content: bytes) -> None:
    """Not only what is ignored: the very line that says so."""
    (git.top / ".gitignore").write_bytes(content)
    assert {path: decided(content, path) for path in PATHS} == git.ignored(PATHS)


@pytest.mark.parametrize(
    ("content", "path", "line"),
    [
        # Stars just after a plain beginning stand at the start of what git compares with globs.
        (b"a**/b", "ab", "1"),
        (b"a**/b", "a/x/b", "1"),
        (b"foo/*\n!foo/bar", "foo/bar", "2"),
        (b"foo/\n!foo/bar", "foo/bar", "1"),
        (b"*.py\n!a.py\na.*", "a.py", "3"),
        (b"trailing\\ ", "trailing ", "1"),
        (b"trailing  \n", "trailing", "1"),
        ("\ufeffa".encode(), "a", "1"),
        (b"a\r\n", "a", "1"),
        (b"?", "é", ""),  # a question mark is one byte
        (b"??", "é", "1"),
        (b"doc/frotz/", "a/doc/frotz/x", ""),
        (b"#a\n\\#a", "#a", "2"),
        (b"a/", "a", ""),
    ],
)
def test_what_people_trip_over(git: Git, content: bytes, path: str, line: str) -> None:
    """Cases from git's documentation and from complaints, each as git answers it."""
    (git.top / ".gitignore").write_bytes(content)
    assert decided(content, path) == line
    assert git.ignored([path]) == {path: line}


def test_a_rule_is_named_by_file_line_and_text() -> None:
    """Whoever wonders why a file is missing finds the line."""
    (rule,) = read_rules(b"# logs\n\n!*.log  \n", "sub/.gitignore")
    assert rule.name == "sub/.gitignore:3 !*.log"
    assert rule.negative


def test_rules_of_a_folder_are_about_what_is_in_it() -> None:
    """A `.gitignore` further down speaks of paths from there on."""
    rules = GitRules(read_rules(b"/x\ny", ".gitignore"), base=b"sub")
    assert rules.last(b"sub/x", b"x", folder=False) is not None
    assert rules.last(b"sub/deep/x", b"x", folder=False) is None
    assert rules.last(b"sub/deep/y", b"y", folder=False) is not None


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (b"*a" * 20 + b"b", b"a" * 200),
        (b"x/" + b"*a*b" * 20 + b"c", b"x/" + b"ab" * 100),
        (b"**/a/" * 20 + b"b", b"a/" * 100),
    ],
)
def test_no_pattern_takes_forever(pattern: bytes, path: bytes) -> None:
    """However many stars, time grows with the path: whoever writes one cannot stop a plan."""
    rules = GitRules(read_rules(pattern, ".gitignore"))
    assert rules.last(path, path.rpartition(b"/")[2], folder=False) is None
