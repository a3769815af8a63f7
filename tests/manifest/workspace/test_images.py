"""The lock of images, and what an image is made of."""

from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import LockedImage, image_states, load_workspace, lock_text, read_lock
from tests.manifest.settings import TASK, loaded, refused, settled, workspace

DIGEST = "sha256:" + "a" * 64
BUILD = "images: {etl: {repository: r/etl, build: {command: [make], inputs: [src, '*.txt']}}}"


def folder_with_inputs(folder: Path) -> Path:
    (folder / "src/deep").mkdir(parents=True)
    (folder / "src/deep/a.py").write_text("a")
    (folder / "need.txt").write_text("b")
    return workspace(folder, BUILD, TASK.replace("acme/etl:1", "${image.etl}"))


def lock(path: Path) -> None:
    """What `images update` would write."""
    states = image_states(load_workspace(path))
    locked = {
        name: LockedImage(image=f"r/{name}@{DIGEST}", inputs=state.inputs)
        for name, state in states.items()
    }
    (path.parent / "images.lock").write_text(lock_text(locked))


def test_unchanged_inputs_keep_the_digest(tmp_path: Path) -> None:
    """A change makes it unknown, and a revert known again."""
    path = folder_with_inputs(tmp_path)
    assert settled(path).unbuilt == ("etl",)
    lock(path)
    assert loaded(path)[0].spec.container.image == f"r/etl@{DIGEST}"  # type: ignore[attr-defined]

    (tmp_path / "src/deep/a.py").write_text("changed")
    assert settled(path).unbuilt == ("etl",)
    assert loaded(path)[0].spec.container.image == "(known after build)"  # type: ignore[attr-defined]

    (tmp_path / "src/deep/a.py").write_text("a")
    assert settled(path).unbuilt == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "src/new.py").write_text(""),
        lambda folder: (folder / "src/deep/a.py").rename(folder / "src/deep/b.py"),
        lambda folder: (folder / "src/deep/a.py").chmod(0o755),
        lambda folder: (folder / "src/link").symlink_to("deep"),
        lambda folder: (folder / "need.txt").write_text("c"),
        lambda folder: (folder / "reconciler.yaml").write_text(
            (folder / "reconciler.yaml").read_text().replace("make", "just")
        ),
    ],
    ids=["new", "renamed", "executable", "link", "changed", "command"],
)
def test_everything_an_image_is_made_of_counts(tmp_path: Path, change: object) -> None:
    """Names, modes, links, contents and the command; not who owns them or when."""
    path = folder_with_inputs(tmp_path)
    lock(path)
    assert callable(change)

    change(tmp_path)

    (state,) = image_states(load_workspace(path)).values()
    assert state.image is None
    assert state.why == "what it is made of changed since it was built"


def test_what_does_not_count_changes_nothing(tmp_path: Path) -> None:
    """Other files, times, and the rest of the workspace file."""
    path = folder_with_inputs(tmp_path)
    lock(path)
    (tmp_path / "other.md").write_text("x")
    (tmp_path / "src/deep/a.py").write_text("a")
    path.write_text(path.read_text() + "\n  ignore: [x]\n")

    assert settled(path).unbuilt == ()


def test_another_tag_is_not_resolved_yet(tmp_path: Path) -> None:
    """Whatever the lock says of the one before."""
    path = workspace(tmp_path, "images: {etl: r/etl:1}")
    lock(path)
    assert settled(path).unbuilt == ()

    path = workspace(tmp_path, "images: {etl: r/etl:2}")
    assert settled(path).unbuilt == ("etl",)


def test_a_lock_is_the_same_however_it_came_to_be(tmp_path: Path) -> None:
    """Sorted; and read as it was written."""
    one, other = (LockedImage(image=f"{name}@{DIGEST}", inputs=DIGEST) for name in "ab")

    text = lock_text({"b": other, "a": one})

    assert text == lock_text({"a": one, "b": other})
    (tmp_path / "images.lock").write_text(text)
    assert read_lock(tmp_path) == {"a": one, "b": other}
    (tmp_path / "images.lock").write_text(lock_text({}))
    assert read_lock(tmp_path) == {}


def test_what_is_no_lock_is_refused(tmp_path: Path) -> None:
    """With its place; a merge conflict is a syntax error, not half a lock."""
    (tmp_path / "images.lock").write_text("version: 1\nimages: {a: {image: b:1, inputs: c}}\n")
    with pytest.raises(ManifestError, match=r"images.lock:2:21"):
        read_lock(tmp_path)
    (tmp_path / "images.lock").write_text("<<<<<<< HEAD\nversion: 1\n")
    with pytest.raises(ManifestError):
        read_lock(tmp_path)


def test_missing_inputs_and_images_are_told(tmp_path: Path) -> None:
    """At the build, and at the reference."""
    path = workspace(tmp_path, BUILD)
    assert "image etl: no file matches src" in refused(path)[0]

    path = workspace(tmp_path, "images: {etl: a:1}", TASK.replace("acme/etl:1", "${image.elt}"))
    assert "did you mean etl?" in refused(path)[0]
