"""Bytes to the store and back, whatever breaks on the way, and no word of what was signed."""

import hashlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.admin import Target
from reconciler.errors import (
    ChangedObjectError,
    DownloadError,
    ForbiddenObjectError,
    MissingObjectError,
    ReconcilerError,
    UploadError,
)
from reconciler.sandbox import Sandbox
from reconciler.storage import Access, Digest, Place
from tests.fakes import MemoryClock
from tests.storage.store import SECRET, Fault, Store, serving

CONTENT = bytes(range(256)) * 12_000  # 3 MB, so that pieces have something to be cut from
URL = "s3://b/some/object"
PATH = "/b/some/object"
PLACE = Place(project="p", domain="d", name="f")
EXPIRED = Fault(403, body="<Error><Code>AccessDenied</Code><Message>expired</Message></Error>")


@pytest.fixture
def store() -> Iterator[Store]:
    with serving(Store(objects={PATH: CONTENT})) as store:
        yield store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


def methods(store: Store) -> list[str]:
    return [
        f"{method} {headers.get('Range', '')}".strip() for method, _, headers in store.requests
    ]


def test_an_object_comes_whole(store: Store, tmp_path: Path) -> None:
    """Into folders that are made for it, in one request."""
    to = tmp_path / "new" / "folder" / "file"
    stat = store.proxy().fetch(URL, to)
    assert to.read_bytes() == CONTENT
    assert stat.size == len(CONTENT)
    assert methods(store) == ["GET"]
    assert os.listdir(to.parent) == ["file"]


def test_a_read_goes_on_where_it_broke_off(store: Store, tmp_path: Path) -> None:
    """As often as it breaks, as long as some of it comes; and it asks for the very same object."""
    store.faults = [Fault(after=1_000_000), Fault(after=1_000_000), Fault(503), Fault()]
    store.proxy().fetch(URL, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert methods(store)[:3] == ["GET", "GET bytes=1000000-", "GET bytes=2000000-"]
    etags = [headers.get("If-Match") for _, _, headers in store.requests]
    assert etags == [None, *[f'"{hash(CONTENT)}"'] * (len(etags) - 1)]


def test_many_breaks_are_no_failure_while_it_goes_on(store: Store) -> None:
    """The tries are those without progress; pauses do not grow meanwhile."""
    store.faults = [Fault(after=100_000)] * 20
    clock = MemoryClock()
    assert store.proxy(clock).read(URL) == CONTENT
    assert set(clock.slept) == {0.2}


def test_a_change_in_the_middle_is_noticed(store: Store, tmp_path: Path) -> None:
    """Half of one and half of another is neither; nothing is left behind."""
    store.faults = [Fault(after=1_000_000, becomes=CONTENT[::-1])]
    with pytest.raises(ChangedObjectError, match="another object"):
        store.proxy().fetch(URL, tmp_path / "file")
    assert os.listdir(tmp_path) == []


def test_parts_are_of_the_version_that_was_meant(store: Store) -> None:
    """A file that was opened is read to its end or not at all."""
    proxy = store.proxy()
    etag = proxy.stat(URL).etag
    assert proxy.read(URL, start=256, stop=258, etag=etag) == b"\x00\x01"
    store.objects[PATH] = b"other"
    with pytest.raises(ChangedObjectError):
        proxy.read(URL, start=0, stop=2, etag=etag)


@pytest.mark.parametrize(
    ("start", "stop", "found"),
    [
        (0, None, b"abc"),
        (1, None, b"bc"),
        (0, 1, b"a"),
        (2, 99, b"c"),
        (3, None, b""),
        (9, 12, b""),
        (1, 1, b""),
    ],
)
def test_ranges(store: Store, start: int, stop: int | None, found: bytes) -> None:
    """As slices have them."""
    store.objects[PATH] = b"abc"
    assert store.proxy().read(URL, start=start, stop=stop) == found


def test_an_empty_object(store: Store, tmp_path: Path) -> None:
    """It has a size, and no byte to ask for."""
    store.objects[PATH] = b""
    assert store.proxy().stat(URL).size == 0
    store.proxy().fetch(URL, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b""


def test_a_full_disk_is_no_matter_of_the_store(store: Store) -> None:
    """It is told at once, and as what it is."""

    def full(data: memoryview) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        store.proxy().stream(URL, full)
    assert len(store.requests) == 1


@pytest.mark.parametrize("body", ["", "<Error><ActualObjectSize>0</ActualObjectSize></Error>"])
def test_stores_that_hide_how_empty_an_object_is(store: Store, body: str) -> None:
    """Some have no header for it where a range is refused, some tell nothing at all."""
    store.objects[PATH] = b""
    store.faults = [Fault(416, body=body)]
    clock = MemoryClock()
    assert store.proxy(clock).stat(URL).size == 0
    assert clock.slept == []
    store.faults = [Fault(416), *[Fault(503)] * 9]
    with pytest.raises(DownloadError, match="503"):
        store.proxy(clock).stat(URL)


def test_a_signature_is_used_until_it_is_about_to_end(store: Store) -> None:
    """A file read in parts costs Admin one call."""
    clock = MemoryClock()
    store.now = clock.now()
    proxy = store.proxy(clock)
    for _ in range(5):
        proxy.read(URL, start=0, stop=1)
    assert store.signed == 1
    store.lifetime = timedelta(seconds=20)
    other = store.proxy(clock)
    for _ in range(3):
        other.read(URL, start=0, stop=1)
    assert store.signed == 4


def test_an_expired_signature_is_made_anew(store: Store) -> None:
    """Once in a row: who is refused twice is not allowed."""
    store.faults = [EXPIRED]
    assert store.proxy().read(URL) == CONTENT
    assert store.signed == 2
    store.faults = [EXPIRED] * 9
    with pytest.raises(ForbiddenObjectError, match="HTTP 403: AccessDenied: expired"):
        store.proxy().read(URL)
    assert store.signed == 4


def test_what_is_not_there_is_told_at_once(store: Store) -> None:
    """And as what it is."""
    with pytest.raises(MissingObjectError, match="no such object"):
        store.proxy().read("s3://b/none")
    assert len(store.requests) == 1


def test_a_file_goes_with_what_was_signed(store: Store, file: Path) -> None:
    """The headers of the signature, the true length, and the digest read but once."""
    digest = Digest.of(file)
    assert digest == Digest(hashlib.md5(CONTENT).digest(), len(CONTENT))
    assert store.proxy().upload(file, PLACE, digest) == "s3://b/p/d/f"
    assert store.objects["/b/p/d/f"] == CONTENT
    ((_, _, headers),) = store.requests
    assert headers["x-signed"] == "as is"
    assert headers["Content-Length"] == str(len(CONTENT))
    assert "Content-Type" not in headers


def test_an_upload_that_breaks_is_sent_again(store: Store, file: Path) -> None:
    """All of it; a connection that was kept and then broke is no try."""
    store.faults = [Fault(after=100_000), Fault(503), Fault()]
    clock = MemoryClock()
    store.proxy(clock).upload(file, PLACE)
    assert store.objects["/b/p/d/f"] == CONTENT
    assert clock.slept == [0.2, 0.4]


def test_a_connection_is_kept(store: Store, tmp_path: Path) -> None:
    """Small files cost a request each, not a connection each."""
    small = tmp_path / "small"
    small.write_bytes(b"x")
    proxy = store.proxy()
    before = threading.active_count()
    for _ in range(20):
        proxy.upload(small, PLACE)
        proxy.read("s3://b/p/d/f")
    assert threading.active_count() - before <= 1  # the server has a thread for each


def test_a_connection_that_died_meanwhile_costs_nothing(store: Store, file: Path) -> None:
    """Servers hang up on those that wait too long: no pause, no try less."""
    clock = MemoryClock()
    proxy = store.proxy(clock)
    proxy.upload(file, PLACE)
    store.faults = [Fault()]
    proxy.read("s3://b/p/d/f")
    assert clock.slept == []


def test_a_file_that_changes_meanwhile_is_told(store: Store, file: Path) -> None:
    """The store refuses what does not fit its digest, and says it less clearly."""
    store.faults = [Fault(400, body="<Error><Code>BadDigest</Code></Error>")] * 4
    digest = Digest.of(file)

    def signed(request: Any) -> Any:
        file.write_bytes(CONTENT[:-1] + b"!")
        os.utime(file, ns=(1, 1))
        return Store.create_upload_location(store, request)

    store.create_upload_location = signed  # type: ignore[method-assign]
    with pytest.raises(UploadError, match="changed while it was uploaded"):
        store.proxy().upload(file, PLACE, digest)


def test_a_file_that_shrinks_meanwhile_is_told(store: Store, file: Path) -> None:
    """It cannot be sent to its end."""
    digest = Digest.of(file)

    def signed(request: Any) -> Any:
        file.write_bytes(b"short")
        os.utime(file, ns=(1, 1))
        return Store.create_upload_location(store, request)

    store.create_upload_location = signed  # type: ignore[method-assign]
    with pytest.raises(UploadError, match="changed while it was uploaded"):
        store.proxy(seconds=1.0).upload(file, PLACE, digest)


def test_more_than_one_upload_takes_is_refused_before_it_is_sent(store: Store, file: Path) -> None:
    """S3 would take 5 GiB of it first."""
    with pytest.raises(UploadError, match="more than the 5,368,709,120 of one upload to S3"):
        store.proxy().upload(file, PLACE, Digest(b"x" * 16, 6 << 30))
    assert store.requests == []


def test_a_server_that_falls_silent_is_left(store: Store) -> None:
    """The limit is for each step, so it holds in the middle of a body, too."""
    release = threading.Event()
    store.faults = [Fault(after=1000, stalls=release)]
    clock = MemoryClock()
    assert store.proxy(clock, seconds=0.1).read(URL) == CONTENT
    assert clock.slept == [0.2]
    release.set()


@pytest.mark.parametrize("faults", [[EXPIRED] * 9, [Fault()] * 9, [Fault(418)], [Fault(404)]])
@pytest.mark.parametrize("way", ["up", "down"])
def test_no_signature_reaches_a_log_or_an_error(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture, faults: Any, way: str
) -> None:
    """Whoever reads a CI log could use it; errors, their causes and reprs are read, too."""
    caplog.set_level(logging.DEBUG)
    store.faults = list(faults)
    said = ""
    try:
        store.proxy().upload(file, PLACE) if way == "up" else store.proxy().read(URL)
    except ReconcilerError as error:
        said = f"{error} {error!r} {error.__cause__!r} {error.__context__!r} {vars(error)}"
    assert said
    assert SECRET not in caplog.text + said
    assert SECRET not in repr(Target(f"http://h/p?{SECRET}", "s3://p", {}))


def test_nobody_listens(tmp_path: Path) -> None:
    """The store's address is often one that only the cluster can reach."""
    store = Store(url="http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="refused") as caught:
        store.proxy().read(URL)
    assert SECRET not in str(caught.value)


def test_the_proxy_of_the_environment_is_used(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies let nothing else out; it is told the whole URL."""
    monkeypatch.setenv("http_proxy", store.url)
    monkeypatch.setenv("no_proxy", "")
    store.url = "http://store.example"
    assert store.proxy().read(URL) == CONTENT
    assert store.requests[0][1].startswith(f"http://store.example{PATH}?")


def test_the_embedded_store_takes_and_gives(
    access: Access, sandbox: Sandbox, tmp_path: Path, file: Path
) -> None:
    """With signatures that really verify, there and back."""
    place = Place(project="flytesnacks", domain="development", name="file")
    url = access.proxy.upload(file, place)
    access.proxy.fetch(url, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == CONTENT
    found: Any = sandbox.admin.objects.info(url)
    assert found.metadata["flytecontentmd5"]


MEMORY = """
import resource, sys
from pathlib import Path
from reconciler.storage import Place
from tests.storage.store import Store
store = Store(url=sys.argv[1])
proxy = store.proxy()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
proxy.upload(Path(sys.argv[2]), Place(project="p", domain="d", name="f"))
proxy.fetch("s3://b/p/d/f", Path(sys.argv[2] + ".back"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_is_no_matter_of_size(store: Store, tmp_path: Path) -> None:
    """40 MB go up and come back in a few of them."""
    file = tmp_path / "large"
    file.write_bytes(CONTENT * 13)
    run = [sys.executable, "-c", MEMORY, store.url, str(file)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 8_000  # KiB
    assert (tmp_path / "large.back").stat().st_size == len(CONTENT) * 13
