"""Objects in a folder: whatever the key, inside it, whole, and with what is known of them."""

import hashlib
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.objects.folder import Folder, ObjectError

HOSTILE = [
    "../../etc/passwd", "..", ".", "", "/", "//", "a//b", "a/./b", "a/../b", "/etc/passwd",
    "a\x00b", "\n", "a%2Fb", "%2e%2e/x", "?", "#", "~", "CON", "a" * 300, "x/" * 2000, "é" * 200,
    "a\udcff", ".about/x", ".coming", "%long/x", "%", "a%", "\\..\\x",
]  # fmt: skip


def put(folder: Folder, key: str, content: bytes, **metadata: str) -> None:
    with folder.write("bucket", key) as upload:
        upload.write(content)
        upload.commit(metadata=metadata)


def read(folder: Folder, key: str) -> bytes:
    with folder.open("bucket", key) as file:
        return file.read()


@pytest.mark.parametrize("key", HOSTILE, ids=lambda key: ascii(key)[:20])
def test_hostile_keys_stay_inside_and_come_back(key: str, tmp_path: Path) -> None:
    """A key is only a key: nothing is written beside the folder, and the bytes are found."""
    home = tmp_path / "store"
    folder = Folder(home)

    put(folder, key, b"content")

    assert read(folder, key) == b"content"
    assert folder.path("bucket", key).resolve().is_relative_to(home.resolve())
    assert [entry.name for entry in tmp_path.iterdir()] == ["store"]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(keys=st.sets(st.text(alphabet="a./%~\x00é+", max_size=12), min_size=2, max_size=6))
def test_different_keys_are_different_objects(
    keys: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No two keys share a path, not even `a` and `a/b`."""
    folder = Folder(tmp_path_factory.mktemp("store"))

    for key in sorted(keys):
        put(folder, key, key.encode())

    assert {key: read(folder, key) for key in keys} == {key: key.encode() for key in keys}
    assert set(folder.keys("bucket")) == keys


def test_plain_paths_are_the_keys(tmp_path: Path) -> None:
    """For `file://` URLs the path says what the URL says."""
    folder = Folder(tmp_path, plain=True)

    put(folder, "p/d/a b.txt", b"x")

    assert (tmp_path / "bucket" / "p" / "d" / "a%20b.txt").read_bytes() == b"x"


def test_object_is_known_by_its_digest_and_metadata(tmp_path: Path) -> None:
    """What was told with the upload is told with the object."""
    folder = Folder(tmp_path)

    put(folder, "k", b"hello", colour="red")

    found = folder.info("bucket", "k")
    assert found is not None
    assert (found.size, found.md5) == (5, hashlib.md5(b"hello").hexdigest())
    assert found.metadata == {"colour": "red"}


def test_bytes_that_do_not_match_their_record_count_alone(tmp_path: Path) -> None:
    """After a crash between the two, or a hand in the folder, the digest is that of the bytes."""
    folder = Folder(tmp_path)
    put(folder, "k", b"hello", colour="red")

    folder.path("bucket", "k").unlink()
    folder.path("bucket", "k").write_bytes(b"other")

    found = folder.info("bucket", "k")
    assert found is not None
    assert (found.md5, found.metadata) == (hashlib.md5(b"other").hexdigest(), {})


def test_an_upload_that_is_not_committed_leaves_nothing(tmp_path: Path) -> None:
    """The former object stays, and no temporary file either."""
    folder = Folder(tmp_path)
    put(folder, "k", b"first")

    with folder.write("bucket", "k") as upload:
        upload.write(b"second, torn")

    assert read(folder, "k") == b"first"
    assert list((tmp_path / ".coming").iterdir()) == []


def test_too_large_an_object_is_refused(tmp_path: Path) -> None:
    """The limit is an error of its own, and leaves nothing."""
    folder = Folder(tmp_path, size_limit=10)

    with folder.write("bucket", "k") as upload, pytest.raises(ObjectError, match="larger than 10"):
        upload.write(b"x" * 11)

    assert folder.info("bucket", "k") is None


def test_a_full_disk_is_told_apart(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a disk without space."""
    folder = Folder(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    with folder.write("bucket", "k") as upload:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            with pytest.raises(ObjectError) as refused:
                upload.write(b"x" * (1 << 20))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert refused.value.full
    assert folder.info("bucket", "k") is None


def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    """An object that is gone is gone."""
    folder = Folder(tmp_path)
    put(folder, "k", b"x")

    folder.delete("bucket", "k")
    folder.delete("bucket", "k")

    assert folder.info("bucket", "k") is None
    assert list(folder.keys("bucket")) == []
