"""Workspace files that include others."""

from pathlib import Path

import pytest

from reconciler.manifest import load, load_workspace
from tests.manifest.settings import TASK, refused, workspace

FRAGMENT = "apiVersion: reconciler/v1\nkind: Workspace\nspec:\n"


def test_what_is_included_is_as_if_it_stood_here(tmp_path: Path) -> None:
    """Lists grow, mappings merge, and what the including file says wins."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/base.yaml").write_text(
        FRAGMENT
        + "  manifests: [more.yaml]\n"
        + "  variables: {a: {type: int, default: 1}, b: {type: int, default: 2}}\n"
        + "  environments: {dev: {variables: {a: 5}}}\n"
    )
    (tmp_path / "shared/more.yaml").write_text(TASK.replace("fetch", "more"))
    path = workspace(
        tmp_path,
        """\
        include: [shared/base.yaml]
        variables: {b: {type: int, default: 3}}
        environments: {dev: {domains: {development: staging}}}
        """,
    )

    found = load_workspace(path)

    assert {one.place[-1] for one in load(found.paths)} == {"more", "fetch"}
    assert found.spec.variables["a"].default == 1
    assert found.spec.variables["b"].default == 3
    assert found.spec.environments["dev"].variables == {"a": 5}
    assert found.spec.environments["dev"].domains == {"development": "staging"}


def test_mistakes_are_told_where_they_stand(tmp_path: Path) -> None:
    """In the included file, of both kinds: fields there are not, values that cannot be."""
    (tmp_path / "a.yaml").write_text(FRAGMENT + "  variables: {a: {type: itn}}\n  scops: [b]\n")
    path = workspace(tmp_path, "include: [a.yaml]\nscopes: [weather]\n")

    assert refused(path) == [
        "a.yaml:4:25: error: spec.variables.a.type: expected string, int, number, bool, list, "
        "map, list[T] or map[T] (did you mean int?) [invalid-value]",
        "a.yaml:5:3: error: unknown field scops in spec (did you mean scopes?) [unknown-field]",
    ]


@pytest.mark.parametrize("wrong", ["true", "a/b", "{a: b}"])
def test_what_cannot_grow_is_told(tmp_path: Path, wrong: str) -> None:
    """A list of this file says nothing of what is no list in the included one."""
    (tmp_path / "a.yaml").write_text(FRAGMENT + f"  scopes: {wrong}\n")
    (tmp_path / "b.yaml").write_text(FRAGMENT + "  scopes: [b]\n")
    path = workspace(tmp_path, "include: [a.yaml, b.yaml]\nscopes: [weather]\n")
    problems = refused(path)
    assert [problem.split(" ")[0] for problem in problems] == ["a.yaml:4:11:"]
    assert problems[0].endswith("[wrong-type]")


def test_rules_of_both_files_keep_their_lines(tmp_path: Path) -> None:
    """Lists that grew know which file each of their items is from."""
    (tmp_path / "a.yaml").write_text(
        FRAGMENT + "  defaults: [{match: {kind: Task}, set: {spec: {retries: many}}}]\n"
    )
    path = workspace(
        tmp_path,
        """\
        include: [a.yaml]
        defaults: [{match: {kind: Task}, set: {spec: {interruptible: maybe}}}]
        """,
    )

    assert [problem.split(" ")[0] for problem in refused(path)] == [
        "a.yaml:4:58:",
        "reconciler.yaml:7:64:",
    ]


def test_circles_and_files_that_are_none_are_refused(tmp_path: Path) -> None:
    """At the line that includes them."""
    (tmp_path / "a.yaml").write_text(FRAGMENT + "  include: [reconciler.yaml]\n")
    circle = refused(workspace(tmp_path, "include: [a.yaml]"))
    assert "reconciler.yaml includes itself in a circle" in circle[0]

    missing = refused(workspace(tmp_path, "include: [none.yaml]"))
    assert missing[0].startswith("reconciler.yaml:6:13: error: there is no ")

    (tmp_path / "a.yaml").write_text(TASK)
    other = refused(workspace(tmp_path, "include: [a.yaml]"))
    assert "an included file is a document of kind Workspace" in other[0]


def test_a_name_that_no_file_has_is_told(tmp_path: Path) -> None:
    """At its line, before anybody looks for it."""
    problems = refused(workspace(tmp_path, 'include: ["a\\0b"]\n'))
    assert problems[0].startswith("reconciler.yaml:6:")
    assert "NUL" in problems[0]


def test_ignored_files_are_no_manifests(tmp_path: Path) -> None:
    """Globs from the workspace's folder; a folder takes all that is in it."""
    (tmp_path / "m/drafts/deep").mkdir(parents=True)
    (tmp_path / "m/a.yaml").write_text(TASK)
    (tmp_path / "m/b.draft.yaml").write_text("nonsense: [")
    (tmp_path / "m/drafts/deep/c.yaml").write_text("nonsense: [")
    path = workspace(tmp_path, "ignore: ['**/*.draft.yaml', m/drafts]")
    path.write_text(path.read_text().replace("[m.yaml]", "[m]"))

    found = load_workspace(path)

    assert len(load(found.paths, ignore=found.ignored)) == 1
