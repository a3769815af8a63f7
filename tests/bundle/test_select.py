"""What of a folder goes into its bundle, and the rule that says so."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.bundle.select import select
from reconciler.errors import BundleError
from reconciler.model import CodeFolder, CodeListing, Entry
from tests.bundle.git import Git, without_clashes, write_files

TREE = (
    *("a.py", "a.log", "keep.log", "build/out.py", "build/deep/out.log", "src/a.py"),
    *("src/build/b.py", "src/a.log", "src/gen/x.py", "src/gen/y.log", "docs/é.md"),
)
RULE_PIECES = (
    *("*.log", "!keep.log", "build", "build/", "/build/", "src/*", "!src/gen", "gen/", "*.py"),
    *("!a.py", "docs/**", "**/deep", "out.*", "!out.py", "/src/a.py", "é.md", "x.py", "# x", ""),
)
gitignores = st.lists(st.sampled_from(RULE_PIECES), max_size=4).map("\n".join)


def listed(root: Path, **fields: object) -> CodeListing:
    return select(CodeFolder(str(root), **fields)).listing  # type: ignore[arg-type]


def taken(root: Path, **fields: object) -> set[str]:
    return {choice.path for choice in listed(root, **fields).taken}


def rule_of(listing: CodeListing, path: str) -> str:
    (choice,) = (choice for choice in listing.choices if choice.path == path)
    return choice.rule


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    top=gitignores,
    inner=gitignores,
    deep=gitignores,
    forced=st.sets(st.sampled_from(TREE), max_size=2),
    root=st.sampled_from(["", "src", "src/gen"]),
)
def test_a_checkout_gives_what_git_would_add(
    tmp_path_factory: pytest.TempPathFactory,
    top: str,
    inner: str,
    deep: str,
    forced: set[str],
    root: str,
) -> None:
    """Nested ignore files, those above the root, and files tracked though ignored."""
    git = Git(tmp_path_factory.mktemp("checkout"))
    write_files(git.top, TREE)
    for folder, content in (("", top), ("src", inner), ("src/gen", deep)):
        (git.top / folder / ".gitignore").write_text(content)
    if forced:
        git.run("add", "--force", *forced)
    # A folder that is ignored itself is another matter, and has a test of its own.
    assume(not root or not git.run("check-ignore", root, may_fail=True))
    inside = f"{root}/" if root else ""
    expected = {path.removeprefix(inside) for path in git.files() if path.startswith(inside)}

    assert taken(git.top / root, ignore_files=(".gitignore",)) == expected


NAMES = ("a", "b", "ab", "a.py", ".a", "é", "a b", "[a]", "a*", "!x", "#y", "a\\b", "A.py", "a\nb")
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
spoilt = st.sampled_from(["*", "?", "**", "[a-z]", "[!a]", "/**/", "[[:alnum:]]", "\\a", ""])


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A path with some of it put otherwise, so that many match something and none of them all."""
    letters = list(draw(paths))
    for place in draw(st.lists(st.integers(0, len(letters) - 1), max_size=2)):
        letters[place] = draw(spoilt)
    start = draw(st.sampled_from(["", "", "!", "/"]))
    end = draw(st.sampled_from(["", "", "/", " ", "\\ ", "/*", "/**"]))
    return f"{start}{''.join(letters)}{end}"


@settings(max_examples=80, derandomize=True, deadline=None)
@given(data=st.data())
def test_any_tree_gives_what_git_would_add(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Odd names, odd patterns, rules at any depth, and files tracked against them."""
    files = without_clashes(data.draw(st.lists(paths, min_size=3, max_size=20, unique=True)))
    git = Git(tmp_path_factory.mktemp("checkout"))
    write_files(git.top, files)
    folders = sorted({path.rpartition("/")[0] for path in files} | {""})
    for folder in data.draw(st.lists(st.sampled_from(folders), max_size=3, unique=True)):
        rules = data.draw(st.lists(patterns(), min_size=1, max_size=4))
        (git.top / folder / ".gitignore").write_text("\n".join(rules))
    if forced := data.draw(st.lists(st.sampled_from(files), max_size=2)):
        git.run("add", "--force", "--", *(f":(literal){path}" for path in forced))

    assert taken(git.top, ignore_files=(".gitignore",)) == git.files()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    files=st.lists(paths, min_size=3, max_size=20, unique=True).map(without_clashes),
    named=st.lists(patterns(), min_size=1, max_size=4),
)
def test_include_and_exclude_name_what_a_gitignore_would(
    tmp_path_factory: pytest.TempPathFactory, files: list[str], named: list[str]
) -> None:
    """One takes what git ignores by these patterns, the other all but that."""
    named = [text.strip() for text in named if not text.startswith(("!", "#"))]
    assume(all(text and "\n" not in text and not text.endswith("\\") for text in named))
    assume(named)
    git = Git(tmp_path_factory.mktemp("checkout"))
    write_files(git.top, files)
    (git.top / ".git/info/exclude").write_text("\n".join(named))
    ignored = {path for path, line in git.ignored(files).items() if line}

    assert taken(git.top, ignore_files=(), include=tuple(named)) == ignored
    assert taken(git.top, ignore_files=(), exclude=tuple(named)) == set(files) - ignored


def test_rules_above_the_root_count(tmp_path: Path) -> None:
    """A monorepo has one `.gitignore` at its top, and bundles a folder of it."""
    Git(tmp_path)
    write_files(tmp_path, {".gitignore": "*.csv\n/app/tmp/", "app/a.py": "", "app/b.csv": ""})
    write_files(tmp_path, ["app/tmp/x.py", "app/sub/tmp/x.py"])
    listing = listed(tmp_path / "app")
    assert {choice.path for choice in listing.taken} == {"a.py", "sub/tmp/x.py"}
    assert rule_of(listing, "b.csv") == "../.gitignore:1 *.csv"
    assert rule_of(listing, "tmp") == "../.gitignore:2 /app/tmp/"


def test_without_a_checkout_only_the_folder_itself_counts(tmp_path: Path) -> None:
    """Nobody knows how far up rules would be meant."""
    write_files(tmp_path, {".gitignore": "*.py", "app/a.py": ""})
    assert taken(tmp_path / "app") == {"a.py"}


def test_an_ignored_folder_is_bundled_by_name(tmp_path: Path) -> None:
    """Generated code lies under `build/`, which git ignores; who names it wants it."""
    Git(tmp_path)
    write_files(tmp_path, {".gitignore": "build/", "build/gen/a.py": ""})
    assert taken(tmp_path / "build/gen") == {"a.py"}


def test_what_git_tracks_is_never_ignored(tmp_path: Path) -> None:
    """`git add --force` says that a file belongs to the code, whatever the rules say."""
    git = Git(tmp_path)
    write_files(tmp_path, {".gitignore": "data/\n*.bin", "a.bin": "", "b.bin": ""})
    write_files(tmp_path, ["data/kept.csv", "data/scratch.csv", "data/deep/x.csv"])
    git.run("add", "--force", "a.bin", "data/kept.csv")
    listing = listed(tmp_path)
    assert {choice.path for choice in listing.taken} == {".gitignore", "a.bin", "data/kept.csv"}
    assert rule_of(listing, "a.bin") == "git tracks it, whatever .gitignore:2 *.bin says"
    assert rule_of(listing, "data/deep") == ".gitignore:1 data/"


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    outer=gitignores,
    inner=gitignores,
    forced=st.sets(st.sampled_from(TREE), max_size=2),
    submodule=st.booleans(),
)
def test_a_checkout_within_a_checkout_has_its_own_rules(
    tmp_path_factory: pytest.TempPathFactory,
    outer: str,
    inner: str,
    forced: set[str],
    submodule: bool,
) -> None:
    """Submodules and clones: each of their files is taken or left as their own git has it."""
    git = Git(tmp_path_factory.mktemp("checkout"))
    nested = Git(git.top / "src")
    write_files(git.top, [path for path in TREE if not path.startswith("src/")])
    write_files(nested.top, TREE)
    (git.top / ".gitignore").write_text(outer)
    (nested.top / ".gitignore").write_text(inner)
    if forced:
        nested.run("add", "--force", *forced)
    if submodule:
        commit = nested.run("commit-tree", nested.run("write-tree").decode().strip(), "-m", "x")
        link = f"160000,{commit.decode().strip()},src"
        git.run("update-index", "--add", "--cacheinfo", link)
    outside = {path for path in git.files() if not path.startswith("src")}
    left_out = not submodule and git.run("check-ignore", "src", may_fail=True)
    inside = set() if left_out else {f"src/{path}" for path in nested.files()}

    assert taken(git.top, ignore_files=(".gitignore",)) == outside | inside


def test_an_empty_folder_makes_no_checkout(tmp_path: Path) -> None:
    """What is only called `.git` ends no rules; git sees it the same way."""
    git = Git(tmp_path)
    write_files(tmp_path, {".gitignore": "*.log", "lib/a.log": "", "lib/a.py": ""})
    (tmp_path / "lib/.git").mkdir()
    assert git.files() == taken(tmp_path) == {".gitignore", "lib/a.py"}


def test_a_machines_own_excludes_count_for_nothing(tmp_path: Path) -> None:
    """Every checkout of a commit gives the same bundle."""
    git = Git(tmp_path)
    write_files(tmp_path, ["a.py", ".git/info/exclude"])
    (tmp_path / ".git/info/exclude").write_text("*.py")
    assert git.files() == set()
    assert taken(tmp_path) == {"a.py"}


def test_each_ignore_file_stands_for_itself(tmp_path: Path) -> None:
    """What one leaves out no other takes back, as with flytekit."""
    write_files(tmp_path, {".dockerignore": "*.md", ".flyteignore": "!a.md\n*.sql"})
    write_files(tmp_path, ["a.md", "a.sql", "a.py"])
    listing = listed(tmp_path)
    assert {choice.path for choice in listing.taken} == {".dockerignore", ".flyteignore", "a.py"}
    assert rule_of(listing, "a.md") == ".dockerignore:1 *.md"
    assert rule_of(listing, "a.sql") == ".flyteignore:2 *.sql"
    assert "a.sql" in taken(tmp_path, ignore_files=(".gitignore", ".dockerignore"))


def test_include_and_exclude_are_patterns_of_git(tmp_path: Path) -> None:
    """Names at any depth, paths from the root on, folders with all below."""
    write_files(tmp_path, ["app/a.py", "app/sub/b.py", "app/c.csv", "lib/d.py", "conf/e.yaml"])
    write_files(tmp_path, ["lib/conf/f.yaml", "g.py"])
    assert taken(tmp_path, include=("/app/",)) == {"app/a.py", "app/sub/b.py", "app/c.csv"}
    assert taken(tmp_path, include=("*.py",), exclude=("/lib/",)) == {
        *("app/a.py", "app/sub/b.py", "g.py"),
    }
    assert taken(tmp_path, include=("conf/*.yaml", "lib/*.py")) == {"conf/e.yaml", "lib/d.py"}
    assert taken(tmp_path, exclude=("*", "!g.py")) == {"g.py"}


def test_folders_that_no_pattern_reaches_are_not_entered(tmp_path: Path) -> None:
    """A monorepo's other folders cost nothing."""
    write_files(tmp_path, ["app/deep/a.py", "huge/x/y.py", "app2/b.py"])
    listing = listed(tmp_path, include=("/app/**/*.py",))
    assert {choice.path for choice in listing.taken} == {"app/deep/a.py"}
    folders = {choice.path: choice for choice in listing.choices if choice.entry is Entry.FOLDER}
    assert folders.keys() == {"huge", "app2"}
    assert folders["huge"].rule == "no include pattern names it"


def test_the_rule_that_took_a_file_is_named(tmp_path: Path) -> None:
    """A pattern of include, a line that takes back, or none at all."""
    write_files(tmp_path, {".gitignore": "*.log\n!keep.log", "keep.log": "", "a.py": ""})
    listing = listed(tmp_path)
    assert rule_of(listing, "keep.log") == ".gitignore:2 !keep.log"
    assert rule_of(listing, "a.py") == "no rule leaves it out"
    assert rule_of(listed(tmp_path, include=("*.py",)), "a.py") == "include *.py"


def test_what_tools_leave_behind_is_never_code(tmp_path: Path) -> None:
    """Built-in rules, at any depth; none of them can be taken back by an ignore file."""
    junk = [
        *(".git/HEAD", "a/__pycache__/m.pyc", "a/x.pyc", ".venv/lib/x.py", ".mypy_cache/x"),
        *(".pytest_cache/x", "a/.ipynb_checkpoints/n.ipynb", "x.egg-info/PKG-INFO", ".DS_Store"),
    ]
    write_files(tmp_path, {**dict.fromkeys(junk, ""), ".flyteignore": "!**", "a/m.py": ""})
    listing = listed(tmp_path)
    assert {choice.path for choice in listing.taken} == {".flyteignore", "a/m.py"}
    assert rule_of(listing, "a/x.pyc") == "built-in rule *.pyc"


# Links


def test_a_link_within_is_kept_as_a_link(tmp_path: Path) -> None:
    """Relative, wherever the checkout lies; to files and to folders."""
    write_files(tmp_path, ["lib/a.py", "app/b.py"])
    (tmp_path / "app/a.py").symlink_to("../lib/a.py")
    (tmp_path / "absolute").symlink_to(tmp_path / "lib")
    (tmp_path / "chain").symlink_to("app/a.py")
    targets = {one.path: one.target for one in select(CodeFolder(str(tmp_path))).taken}
    assert targets[b"app/a.py"] == b"../lib/a.py"
    assert targets[b"absolute"] == b"lib"
    assert targets[b"chain"] == b"lib/a.py"
    assert not listed(tmp_path).problems


@pytest.mark.parametrize("target", ["../outside.py", "/etc/hostname", "sub/../../outside.py"])
def test_a_link_out_of_the_folder_is_an_error(tmp_path: Path, target: str) -> None:
    """The container would find nothing there, and nobody else's file is to be uploaded."""
    write_files(tmp_path, ["outside.py", "app/sub/a.py"])
    (tmp_path / "app/secret.py").symlink_to(target)
    listing = listed(tmp_path / "app")
    (problem,) = listing.problems
    assert problem.startswith(f"secret.py: is a link to {target}, out of the folder; exclude it")
    assert "secret.py" not in {choice.path for choice in listing.taken}
    assert not listed(tmp_path / "app", exclude=("secret.py",)).problems


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    """Neither out of the root nor round in circles."""
    write_files(tmp_path, ["outside/x.py", "app/a.py"])
    (tmp_path / "app/loop").symlink_to(".")
    (tmp_path / "app/out").symlink_to("../outside")
    listing = listed(tmp_path / "app")
    assert {choice.path for choice in listing.taken} == {"a.py", "loop"}


def test_links_to_nothing_and_to_what_is_left_out_are_left_out(tmp_path: Path) -> None:
    """An editor's lock, a link into a build folder: both would dangle."""
    write_files(tmp_path, {".gitignore": "build/", "build/x.py": "", "a.py": ""})
    (tmp_path / ".#a.py").symlink_to("alice@host.1234")
    (tmp_path / "x.py").symlink_to("build/x.py")
    (tmp_path / "self").symlink_to("self")
    listing = listed(tmp_path)
    assert {choice.path for choice in listing.taken} == {".gitignore", "a.py"}
    assert rule_of(listing, ".#a.py") == "it is a link to alice@host.1234, where nothing is"
    assert rule_of(listing, "x.py") == "it is a link to build/x.py, which is left out"
    assert not listing.problems


def test_a_linked_gitignore_counts_for_nothing(tmp_path: Path) -> None:
    """As with git itself, which never reads through one."""
    write_files(tmp_path, {"rules": "*.py", "app/a.py": ""})
    (tmp_path / "app/.gitignore").symlink_to("../rules")
    assert "a.py" in taken(tmp_path / "app", exclude=(".gitignore",))


# Odd things


def test_names_of_any_bytes_are_taken(tmp_path: Path) -> None:
    """Blanks, newlines, letters that are no text."""
    names = [b"a b", b"new\nline", "é".encode(), b"\xff\xfe"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(b"")
    assert [one.path for one in select(CodeFolder(str(tmp_path))).taken] == sorted(names)


def test_sockets_and_pipes_are_left_out(tmp_path: Path) -> None:
    """They are no code, and reading one would wait forever."""
    write_files(tmp_path, ["a.py"])
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
    listing = listed(tmp_path)
    assert {choice.path for choice in listing.taken} == {"a.py"}
    assert rule_of(listing, "pipe") == "it is neither file nor link"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """Half of the code is no code."""
    write_files(tmp_path, ["closed/a.py"])
    (tmp_path / "closed").chmod(0)
    assert listed(tmp_path).problems == ("closed: cannot be read: Permission denied",)


@pytest.mark.parametrize(("name", "problem"), [("none", "no such folder"), ("file", "no folder")])
def test_what_is_no_folder_is_an_error(tmp_path: Path, name: str, problem: str) -> None:
    """With its name, as the manifest led to it."""
    write_files(tmp_path, ["file"])
    with pytest.raises(BundleError, match=problem):
        select(CodeFolder(str(tmp_path / name)))
