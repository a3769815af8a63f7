"""Folders as they will lie in the store, and names as Admin is told them."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import UnsuitableError
from reconciler.sandbox.objects.reference import construct, split
from reconciler.storage import as_filename, name_problems, parse, read_tree
from reconciler.storage.paths import Above, DataPath, UploadPath, native_of

PARTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=12
).filter(lambda part: part not in (".", ".."))
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@settings(derandomize=True, max_examples=200, deadline=None)
@given(NAMES)
def test_a_name_means_itself(name: str) -> None:
    """However Admin resolves what it is told, the key is the name; and reading finds it there."""
    assert list(name_problems(name)) == []
    told = construct("s3://bucket", "p", "d", "root", as_filename(name))
    key = f"p/d/root/{name}"
    assert split(told).key == key.strip("/")
    assert split(native_of("s3://bucket/p/d/root", name)).key == key


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.dictionaries(PARTS, st.binary(max_size=3), max_size=4), st.data())
def test_a_root_is_for_one_tree_only(files: dict[str, bytes], data: st.DataObject) -> None:
    """Any other name, content or empty folder is another; where it lies and when is not."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        try:
            first = read_tree(write(Path(one), files)).root
        except OSError:  # this disk has no such name
            return
        for path in write(Path(two), dict(reversed(files.items()))).iterdir():
            os.utime(path, ns=(1, 1))
        assert read_tree(Path(two)).root == first
        change = data.draw(st.sampled_from(["content", "name", "empty folder", "more"]))
        if change == "empty folder":
            (Path(two) / "an empty one").mkdir()
        elif change == "more" or not files:
            write(Path(two), {"one more": b""})
        elif change == "name":
            (Path(two) / next(iter(files))).rename(Path(two) / "another name")
        else:
            (Path(two) / next(iter(files))).write_bytes(b"other")
        assert read_tree(Path(two)).root != first


def test_same_bytes_in_another_order_are_another_tree(tmp_path: Path) -> None:
    """Neither are names and contents mixed up where they meet."""
    trees = [{"a": b"1", "b": b"2"}, {"a": b"2", "b": b"1"}, {"a/b": b"1"}, {"a": b"b1"}]
    roots = {
        read_tree(write(tmp_path / str(number), files)).root for number, files in enumerate(trees)
    }
    assert len(roots) == len(trees)
    assert all(len(root) == 32 and root.isalnum() and root.islower() for root in roots)


def test_what_is_no_folder(tmp_path: Path) -> None:
    """Told as such."""
    with pytest.raises(UnsuitableError, match="not a folder"):
        read_tree(tmp_path / "none")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:  # pragma: no cover
    """With all the rest."""
    write(tmp_path, {"a": b"1"})
    (tmp_path / "a").chmod(0)
    with pytest.raises(UnsuitableError, match="Permission denied"):
        read_tree(tmp_path)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", Above(())),
        ("flyte://p/d", Above(("p", "d"))),
        ("flyte://p/d/r", UploadPath("p", "d", "r")),
        ("p/d/r/a/b c", UploadPath("p", "d", "r", "a/b c")),
        ("v1/p/d/e", Above(("v1", "p", "d", "e"))),
        ("v1/p/d/e/n", DataPath("p", "d", "e", "n")),
        ("flyte://v1/p/d/e/n/0/o/x", DataPath("p", "d", "e", "n", "0", "o", ("x",))),
        ("v1/p/d/e/n/d", DataPath("p", "d", "e", "n", "", "d")),
    ],
)
def test_paths_are_taken_apart(path: str, found: object) -> None:
    """And put together again."""
    parsed = parse(path)
    assert parsed == found
    assert str(parsed) == path.removeprefix("flyte://")


@pytest.mark.parametrize("name", ["", "a//b", "../a", "a/..", "./a", "a\nb", "\udcff", "x" * 1025])
def test_names_that_no_object_has(name: str) -> None:
    """Each for its reason."""
    assert len(name_problems(name)) == 1
