"""`.dockerignore` rules, held to the matcher of PyPI's `docker`, which flytekit uses."""

import os
import re
import warnings
from pathlib import Path

import pytest
from docker.utils.build import PatternMatcher
from flytekit.tools.ignore import DockerIgnore, FlyteIgnore
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.bundle.dockerignore import DockerRules, read_rules
from reconciler.bundle.select import select
from reconciler.errors import BundleError
from reconciler.model import CodeFolder
from tests.bundle.git import without_clashes, write_files

PIECES = (
    *("a", "b", "ab", "x", "A", ".", "..", "./", "-", "#", "!", " ", "é", "]", "[", "\\", "/"),
    *("*", "**", "***", "?", "/**", "**/", "/*", "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[a-]"),
    *("$", "(", "[[a]", "[a&&b]", "İ", "[!", "|"),
)
NAMES = ("a", "b", "ab", "x", "a.b", ".a", "é", "-", "]", "[", "a b", "A", "$", "İ", "a\n")
PATHS = sorted(
    {
        "/".join(part for part in parts if part)
        for name in (*NAMES, ".dockerignore")
        for parts in [(name,), ("a", name), ("b", name), ("a", "b", name), ("a", "A", "x", name)]
    }
)
patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
contents = st.lists(patterns, min_size=1, max_size=4).map("\n".join)


def as_flytekit_reads(content: str) -> list[str]:
    """Source: flytekit `tools/ignore.py`, DockerIgnore._parse."""
    lines = content.splitlines(keepends=True)
    return [line.strip() for line in lines if line and not line.startswith("#")]


def ignored(rules: DockerRules, path: str) -> bool:
    parent = path.rpartition("/")[0]
    rule = rules.last(path, rules.inside(parent) if parent else rules.root())
    return rule is not None and not rule.negative


@settings(max_examples=300, derandomize=True, deadline=None)
@given(content=contents)
def test_every_path_is_judged_as_docker_judges_it(content: str) -> None:
    """Negation, parents, stars, letters in either case, and what `..` and `.` come to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # docker's own, of odd sets
        matcher = PatternMatcher(as_flytekit_reads(content))
        try:
            expected = {path: matcher.matches(path) for path in PATHS}
        except re.error:
            expected = {}
    if not expected:
        with pytest.raises(BundleError, match="is no pattern"):
            list(read_rules(content, ".dockerignore"))
        return
    rules = DockerRules(list(read_rules(content, ".dockerignore")))
    assert {path: ignored(rules, path) for path in PATHS} == expected


TREE = ("a/a", "a/b/c", "a/b/d.py", "b/a", "b/x/y/z", "c.py", "x/.dockerignore", ".dockerignore")
TREE_PIECES = ("a", "b", "c", "x", "y", "d.py", "c.py", "*", "**", "/", "!", "?", "\n", "\n!")
tree_contents = st.lists(st.sampled_from(TREE_PIECES), min_size=1, max_size=8).map("".join)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(content=tree_contents)
def test_a_folder_is_walked_as_docker_walks_it(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    """Which files of a real folder would be in a build's context: folders left out and all."""
    folder = tmp_path_factory.mktemp("tree")
    write_files(folder, TREE)
    (folder / ".dockerignore").write_text(content)
    matcher = PatternMatcher(as_flytekit_reads(content))
    expected = {path for path in matcher.walk(str(folder)) if os.path.isfile(folder / path)}

    listing = select(CodeFolder(str(folder), ignore_files=(".dockerignore",))).listing

    assert {choice.path for choice in listing.taken} == expected


TREE_NAMES = ("a", "b", "ab", "a.py", ".a", "é", "a b", "A.py", "!x", "#y", "a$", "(b)", "Ä")
tree_paths = st.lists(st.sampled_from(TREE_NAMES), min_size=1, max_size=4).map("/".join)
spoilt = st.sampled_from(["*", "?", "**", "[a-z]", "[!a]", "/**/", "../", "./", "//", "[a", "\\"])


@st.composite
def tree_patterns(draw: st.DrawFn) -> str:
    """A path with some of it put otherwise, so that many match something and none of them all."""
    letters = list(draw(tree_paths))
    for place in draw(st.lists(st.integers(0, len(letters) - 1), max_size=2)):
        letters[place] = draw(spoilt)
    start = draw(st.sampled_from(["", "", "!", "! ", "/", "  "]))
    end = draw(st.sampled_from(["", "", "/", " ", "/*", "/**", "\r"]))
    return f"{start}{''.join(letters)}{end}"


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    files=st.lists(tree_paths, min_size=3, max_size=20, unique=True).map(without_clashes),
    rules=st.lists(tree_patterns(), min_size=1, max_size=4),
    name=st.sampled_from([".dockerignore", ".flyteignore"]),
)
def test_any_folder_is_walked_as_flytekits_matcher_walks_it(
    tmp_path_factory: pytest.TempPathFactory, files: list[str], rules: list[str], name: str
) -> None:
    """Both files that flytekit reads so, as it reads them."""
    folder = tmp_path_factory.mktemp("tree")
    write_files(folder, files)
    (folder / name).write_text("\n".join(rules))
    ignore = {".dockerignore": DockerIgnore, ".flyteignore": FlyteIgnore}[name]
    try:
        matcher = ignore(str(folder)).pm
        expected = {path for path in matcher.walk(str(folder)) if os.path.isfile(folder / path)}
    except re.error:
        with pytest.raises(BundleError, match="is no pattern"):
            select(CodeFolder(str(folder), ignore_files=(name,)))
        return

    listing = select(CodeFolder(str(folder), ignore_files=(name,))).listing

    assert {choice.path for choice in listing.taken} == expected


def test_a_pattern_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    """Not ignored and not fatal words: where it stands, and what is wrong with it."""
    write_files(tmp_path, {".flyteignore": "*.pyc\n[z-a]\n", "a.py": ""})
    with pytest.raises(BundleError, match=re.escape(".flyteignore:2 [z-a]: is no pattern")):
        select(CodeFolder(str(tmp_path)))


def test_a_pattern_that_is_no_text_can_be_shown(tmp_path: Path) -> None:
    """What stands there may be any bytes; what is told of it may not."""
    (tmp_path / ".dockerignore").write_bytes(b"[z-a]\xff\n")
    with pytest.raises(BundleError, match=r":1 \[z-a\]\N{REPLACEMENT CHARACTER}: is"):
        select(CodeFolder(str(tmp_path)))


def test_the_last_rule_is_named() -> None:
    """`bundle ls` says which line took a file back."""
    rules = DockerRules(list(read_rules("# all\n*\n!keep/*.py\n", ".dockerignore")))
    rule = rules.last("keep/a.py", rules.inside("keep"))
    assert rule is not None
    assert rule.name == ".dockerignore:3 !keep/*.py"
