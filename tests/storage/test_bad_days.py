"""Whatever a store does in whatever order: the right bytes or an error, never anything else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ChangedObjectError, DownloadError, UploadError
from reconciler.storage import Access, FlyteFS, Place
from tests.storage.store import Fault, Store, serving

CONTENT = bytes(range(256)) * 40
OTHER = CONTENT[::-1]
PLACE = Place(project="p", domain="d", name="f")

BREAKS = st.builds(Fault, after=st.integers(0, len(CONTENT)))
CHANGES = st.builds(Fault, after=st.integers(0, len(CONTENT)), becomes=st.just(OTHER))
ANSWERS = st.builds(Fault, status=st.sampled_from([0, 403, 408, 429, 500, 503]))


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with serving(Store()) as store:
        yield store


@settings(derandomize=True, max_examples=120, deadline=None)
@given(
    faults=st.lists(st.none() | BREAKS | ANSWERS, max_size=6),
    start=st.integers(0, len(CONTENT) + 1),
    length=st.none() | st.integers(0, len(CONTENT)),
)
def test_what_is_read_is_what_is_there(
    store: Store, faults: list[Fault | None], start: int, length: int | None
) -> None:
    """In any part of it."""
    store.objects, store.faults = {"/b/o": CONTENT}, list(faults)
    stop = None if length is None else start + length
    try:
        found = store.proxy().read("s3://b/o", start=start, stop=stop)
    except ChangedObjectError:
        pytest.fail("nothing changed")
    except DownloadError:
        assert any(faults)
    else:
        assert found == CONTENT[start:stop]


@settings(derandomize=True, max_examples=80, deadline=None)
@given(faults=st.lists(st.none() | BREAKS | CHANGES, max_size=5))
def test_no_two_versions_are_mixed(store: Store, faults: list[Fault | None]) -> None:
    """All of one, or it is told that there is another."""
    store.objects, store.faults = {"/b/o": CONTENT}, list(faults)
    try:
        found = store.proxy().read("s3://b/o")
    except ChangedObjectError:
        assert store.objects["/b/o"] == OTHER
    else:
        assert found in (CONTENT, OTHER)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(faults=st.lists(st.none() | BREAKS | ANSWERS, max_size=6))
def test_what_was_sent_is_there(
    store: Store, faults: list[Fault | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """If the upload says so, all of it; if not, nothing was promised."""
    file = tmp_path_factory.getbasetemp() / "sent"
    file.write_bytes(CONTENT)
    store.objects, store.faults = {}, list(faults)
    try:
        store.proxy().upload(file, PLACE)
    except UploadError:
        assert any(faults)
    else:
        assert store.objects == {"/b/p/d/f": CONTENT}


def test_threads_do_not_get_in_each_other_s_way(access: Access, top: str, tmp_path: Path) -> None:
    """One file system for all of them: writing, listing, bringing."""
    fs = FlyteFS(access=access)
    wrong: list[object] = []

    def work(number: int) -> None:
        try:
            for n in range(5):
                path = f"{top}/{number}/{n}"
                fs.pipe(path, path.encode())
                assert fs.cat(path) == path.encode()
                assert path in fs.find(f"{top}/{number}")
            fs.get(f"{top}/{number}", str(tmp_path / str(number)), recursive=True)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(fs.find(top)) == len([p for p in tmp_path.rglob("*") if p.is_file()]) == 30
