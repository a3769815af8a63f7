"""Which files a list of paths means."""

import os
from pathlib import Path

import pytest

from reconciler.manifest.files import find
from reconciler.model import Diagnostic


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "m/b.yaml",
        "m/a.yml",
        "m/deep/c.yaml",
        "m/reconciler.yaml",
        "m/.hidden.yaml",
        "m/.git/d.yaml",
        "m/readme.md",
        "m/data.json",
        "reconciler.yaml",
        "odd[1].yaml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def names(*paths: str) -> list[str]:
    problems: list[Diagnostic] = []
    found = [source.name for source in find(paths, problems)]
    assert problems == []
    return found


def problems_of(*paths: str) -> list[str]:
    problems: list[Diagnostic] = []
    find(paths, problems)
    return [str(problem) for problem in problems]


@pytest.mark.usefixtures("tree")
def test_a_folder_is_searched_at_any_depth() -> None:
    """For YAML only; hidden names and the workspace file are passed over."""
    assert names("m") == ["m/a.yml", "m/b.yaml", "m/deep/c.yaml"]


def test_a_workspace_within_a_folder_is_not_part_of_it(tree: Path) -> None:
    """It has scopes, variables and environments of its own; whoever means it names it."""
    for name in ("one/reconciler.yaml", "one/e.yaml", "more/reconciler.workspaces.yaml"):
        (tree / "m" / name).parent.mkdir(exist_ok=True)
        (tree / "m" / name).touch()
    (tree / "m/more/two").mkdir()
    (tree / "m/more/two/f.yaml").touch()
    for path in ("m", "m/*"):
        assert sorted(names(path)) == ["m/a.yml", "m/b.yaml", "m/deep/c.yaml"]
    assert names("m/one") == ["m/one/e.yaml"]
    assert names("m/more") == ["m/more/two/f.yaml"]


@pytest.mark.usefixtures("tree")
def test_a_file_named_outright_is_taken_whatever_its_name() -> None:
    """Somebody meant it."""
    assert names("m/data.json", "m/.hidden.yaml", "odd[1].yaml") == [
        "m/data.json",
        "m/.hidden.yaml",
        "odd[1].yaml",
    ]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("m/*.yaml", ["m/b.yaml"]),
        ("m/*", ["m/a.yml", "m/b.yaml", "m/deep/c.yaml"]),
        ("m/**", ["m/a.yml", "m/b.yaml", "m/deep/c.yaml"]),
        ("**/*.yaml", ["m/b.yaml", "m/deep/c.yaml", "odd[1].yaml"]),
        ("m/[ab].*", ["m/a.yml", "m/b.yaml"]),
        ("m/de?p", ["m/deep/c.yaml"]),
    ],
)
def test_globs_match_manifests_and_folders(pattern: str, expected: list[str]) -> None:
    """As a folder does, they pass over hidden names, other files and the workspace file."""
    assert names(pattern) == expected


@pytest.mark.usefixtures("tree")
def test_a_file_named_twice_is_read_once() -> None:
    """However it was named."""
    assert names("m/b.yaml", "./m/../m/b.yaml", "m", "-", "-") == [
        "m/b.yaml",
        "m/a.yml",
        "m/deep/c.yaml",
        "stdin",
    ]


@pytest.mark.usefixtures("tree")
def test_what_is_not_there_is_told() -> None:
    """Each path by itself, and the rest is still found."""
    assert problems_of("nowhere.yaml", "m/*.toml", "m/b.yaml/x", "m/readme.*") == [
        "nowhere.yaml: error: there is no such file [missing-file]",
        "m/*.toml: error: no YAML file matches [missing-file]",
        "m/b.yaml/x: error: there is no such file [missing-file]",
        "m/readme.*: error: no YAML file matches [missing-file]",
    ]


@pytest.mark.usefixtures("tree")
def test_the_workspace_file_is_no_manifest() -> None:
    """Named outright it is a slip worth telling."""
    assert problems_of("reconciler.yaml") == [
        "reconciler.yaml: error: this is the workspace file, not a manifest [workspace-file]"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_told(tree: Path) -> None:
    """Leaving it out in silence would look like deleting what it declares."""
    (tree / "m/deep").chmod(0)

    (problem,) = problems_of("m")

    assert "m/deep: error: cannot be read: Permission denied [unreadable]" in problem
    (tree / "m/deep").chmod(0o755)


def test_a_file_is_taken_once_whatever_leads_to_it(tree: Path) -> None:
    """By its own name, through a link to it, or through a link to its folder."""
    (tree / "m/link.yaml").symlink_to(tree / "m/b.yaml")
    (tree / "n").symlink_to(tree / "m")
    assert names("m") == ["m/a.yml", "m/b.yaml", "m/deep/c.yaml"]
    assert names("n/link.yaml", "m") == ["n/link.yaml", "m/a.yml", "m/deep/c.yaml"]
