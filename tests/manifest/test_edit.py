"""A scalar replaced in a file that people wrote: nothing else moves."""

from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load, with_scalar, with_value
from reconciler.model import Origin

PIN = "s3://packages/etl.tgz@sha256:" + "ab" * 32
HEAD = "apiVersion: reconciler/v1\nkind: Package\nmetadata: {project: p, domain: d, name: etl}\n"


def edited(tmp_path: Path, content: str, name: str = "etl", value: str = PIN) -> str:
    file = tmp_path / "packages.yaml"
    file.write_text(content)
    (manifest,) = (one for one in load([file]) if one.place[-1] == name)
    return with_scalar(file.read_bytes(), manifest, ("spec", "source"), value).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("spec:\n  source: dist/etl.tgz\n", f"spec:\n  source: {PIN}\n"),
        (
            "spec:\n  source:   'dist/etl.tgz'  # built in CI\n  version: v1 # é\n",
            f"spec:\n  source:   {PIN}  # built in CI\n  version: v1 # é\n",
        ),
        ("spec: {source: dist/etl.tgz, version: v1}\n", f"spec: {{source: {PIN}, version: v1}}\n"),
        ('spec:\n  source:\n    "dist/etl.tgz"\n', f"spec:\n  source:\n    {PIN}\n"),
        ("# é 漢字 🙂\nspec:\n  source: a.tgz", f"# é 漢字 🙂\nspec:\n  source: {PIN}"),
        ("spec:\r\n  source: a.tgz\r\n", f"spec:\r\n  source: {PIN}\r\n"),
    ],
)
def test_only_the_scalar_changes(tmp_path: Path, before: str, after: str) -> None:
    """Comments, quotes, blanks and line ends around it stay."""
    assert edited(tmp_path, HEAD + before) == HEAD + after


def test_the_right_document_is_edited(tmp_path: Path) -> None:
    """A file holds several, each with a source."""
    other = HEAD.replace("etl", "other") + "spec: {source: a.tgz}\n"
    content = f"# first\n---\n{other}---\n\n# second\n{HEAD}spec: {{source: a.tgz}}\n"
    wanted = f"# first\n---\n{other}---\n\n# second\n{HEAD}spec: {{source: {PIN}}}\n"
    assert edited(tmp_path, content) == wanted


def test_a_value_is_quoted_where_it_must(tmp_path: Path) -> None:
    """Whatever it is, it is read back as this very text."""
    value = "s3://a b/#x, {y}.tgz@sha256:" + "0" * 64
    assert f'source: "{value}"' in edited(
        tmp_path, f"{HEAD}spec: {{source: a.tgz}}\n", value=value
    )


def test_what_comes_from_elsewhere_is_refused(tmp_path: Path) -> None:
    """An alias says what its anchor says: another place would change."""
    content = (
        "apiVersion: reconciler/v1\nkind: Package\n"
        "metadata: {project: p, domain: d, name: &name etl}\nspec: {source: *name}\n"
    )
    with pytest.raises(ManifestError, match=f"write {PIN} yourself"):
        edited(tmp_path, content)


def test_a_file_that_changed_since_is_refused(tmp_path: Path) -> None:
    """What was loaded is not there any more."""
    file = tmp_path / "packages.yaml"
    file.write_text(HEAD + "spec: {source: a.tgz}\n")
    (manifest,) = load([file])
    with pytest.raises(ManifestError, match="cannot be replaced"):
        with_scalar(b"\n\nkind: Task\n", manifest, ("spec", "source"), PIN)


TASK = "apiVersion: reconciler/v1\nkind: Task\nmetadata: {project: p, domain: d, name: etl}\n"


def set_in(tmp_path: Path, content: str, path: tuple[str, ...], value: object) -> str:
    file = tmp_path / "tasks.yaml"
    file.write_text(content)
    origin = load([file])[-1].origin
    return with_value(file.read_bytes(), origin, path, value).decode()


SPEC = "spec:\n  container: {image: a}  # the image\n  # the end\n"


@pytest.mark.parametrize(
    ("content", "path", "value", "wanted"),
    [
        (
            TASK + SPEC,
            ("spec", "retries"),
            3,
            TASK + "spec:\n  container: {image: a}  # the image\n  retries: 3\n  # the end\n",
        ),
        (
            TASK + SPEC,
            ("metadata", "archived"),
            True,
            TASK.replace("name: etl}", "name: etl, archived: true}") + SPEC,
        ),
        (
            TASK + SPEC,
            ("spec", "container", "image"),
            "b:1 # no comment",
            TASK + SPEC.replace("image: a", 'image: "b:1 # no comment"'),
        ),
        (
            TASK + "spec:\n  container:\n    image: a\n    args: [x]\n\n# behind\n",
            ("spec", "container"),
            {"image": "b", "args": ["z", "no", "1"]},
            TASK + 'spec:\n  container:\n    {image: b, args: [z, "no", "1"]}\n\n# behind\n',
        ),
        (
            TASK + "spec:\n  container: {image: a}",
            ("spec", "cache", "version"),
            "1",
            TASK + 'spec:\n  container: {image: a}\n  cache: {version: "1"}\n',
        ),
    ],
)
def test_a_value_is_set_or_made(
    tmp_path: Path, content: str, path: tuple[str, ...], value: object, wanted: str
) -> None:
    """In block style and in flow style, with what stands around it as it was."""
    assert set_in(tmp_path, content, path, value) == wanted


def test_only_the_meant_document_is_touched(tmp_path: Path) -> None:
    """The last of two that are alike but for their name."""
    first = TASK.replace("etl", "first") + SPEC
    content = f"{first}---\n{TASK}{SPEC}"

    result = set_in(tmp_path, content, ("spec", "retries"), 1)

    assert result.startswith(f"{first}---\n")
    assert result.count("retries: 1") == 1


def test_what_an_anchor_says_is_not_set(tmp_path: Path) -> None:
    """It would change elsewhere too."""
    shared = "spec:\n  container: &c {image: a}\n"
    content = f"{TASK}{shared}  pod: *c\n"
    file = tmp_path / "tasks.yaml"
    file.write_text(content)

    with pytest.raises(ManifestError, match="cannot be replaced"):
        with_value(file.read_bytes(), Origin(str(file), 1, 1), ("spec", "pod", "image"), "b")
