"""Files at URLs: exactly those bytes that were pinned, fetched once; never overwritten."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reconciler.errors import FetchError
from reconciler.storage import PinnedFiles
from reconciler.storage import pinned as module

CONTENT = b"what was packaged"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
URL = "memory://packages/etl.tgz"


@pytest.fixture
def memory() -> Iterator[Any]:
    """fsspec's file system in memory, empty."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


@pytest.fixture
def pinned(tmp_path: Path) -> PinnedFiles:
    return PinnedFiles(tmp_path / "cache")


def test_what_is_pinned_is_fetched_once(memory: Any, pinned: PinnedFiles) -> None:
    """The second time it need not be there any more; its name still says what it is."""
    memory.pipe("/packages/etl.tgz", CONTENT)
    first = pinned.fetch(URL, sha256=SHA256)
    memory.rm("/packages/etl.tgz")
    assert pinned.fetch(URL, sha256=SHA256) == first
    assert first.read_bytes() == CONTENT
    assert first.suffix == ".tgz"


def test_other_content_is_refused_and_not_kept(memory: Any, pinned: PinnedFiles) -> None:
    """Someone put something else there: it is told which, and the next fetch tries again."""
    memory.pipe("/packages/etl.tgz", b"something else")
    with pytest.raises(FetchError, match=f"the manifest pins sha256:{SHA256}"):
        pinned.fetch(URL, sha256=SHA256)
    memory.pipe("/packages/etl.tgz", CONTENT)
    assert pinned.fetch(URL, sha256=SHA256).read_bytes() == CONTENT


def test_a_cache_that_was_tampered_with_is_not_believed(memory: Any, pinned: PinnedFiles) -> None:
    """What lies in the cache must have its digest too."""
    memory.pipe("/packages/etl.tgz", CONTENT)
    pinned.fetch(URL, sha256=SHA256).write_bytes(b"evil")
    assert pinned.fetch(URL, sha256=SHA256).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("memory://packages/none.tgz", "there is no such file"),
        ("nonsense://x/y.tgz", "nonsense"),
        ("s3fsx+nope://x", "nope"),
    ],
)
def test_what_cannot_be_had_says_why(
    memory: Any, pinned: PinnedFiles, url: str, problem: str
) -> None:
    """In words, whichever library they come from."""
    with pytest.raises(FetchError, match=problem):
        pinned.fetch(url, sha256=SHA256)


def test_a_missing_library_is_named(pinned: PinnedFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsspec alone reads little; what else is needed depends on the URL."""

    def missing(*_: object, **__: object) -> None:
        raise ImportError("Install gcsfs to access Google Storage")

    monkeypatch.setattr(fsspec, "open", missing)
    with pytest.raises(FetchError, match="needs gcsfs"):
        pinned.fetch("gs://bucket/etl.tgz", sha256=SHA256)


def test_credentials_in_a_url_are_not_shown(memory: Any, pinned: PinnedFiles) -> None:
    """Neither a password in it nor its query ends up in an error."""
    with pytest.raises(FetchError) as caught:
        pinned.fetch("nonsense://me:secret@host/etl.tgz?sig=secret", sha256=SHA256)
    assert "secret" not in str(caught.value)


def test_a_file_without_end_is_given_up(
    memory: Any, pinned: PinnedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is larger than any package is not read to its end."""
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    memory.pipe("/packages/etl.tgz", CONTENT)
    with pytest.raises(FetchError, match="larger than any sensible package"):
        pinned.fetch(URL, sha256=SHA256)


def test_what_is_pushed_can_be_fetched(memory: Any, pinned: PinnedFiles, tmp_path: Path) -> None:
    """By the very pin that pushing gives; pushing the same again writes nothing."""
    file = tmp_path / "etl.tgz"
    file.write_bytes(CONTENT)
    pushed = pinned.push(file, URL)
    assert (pushed.pin, pushed.existed) == (f"{URL}@sha256:{SHA256}", False)
    assert pinned.fetch(URL, sha256=pushed.sha256).read_bytes() == CONTENT
    assert pinned.push(file, URL).existed


def test_what_others_may_pin_is_not_overwritten(
    memory: Any, pinned: PinnedFiles, tmp_path: Path
) -> None:
    """Something else under the same URL would break every manifest that pins it."""
    memory.pipe("/packages/etl.tgz", b"of yesterday")
    file = tmp_path / "etl.tgz"
    file.write_bytes(CONTENT)
    with pytest.raises(FetchError, match="push to another name"):
        pinned.push(file, URL)
    assert memory.cat("/packages/etl.tgz") == b"of yesterday"
