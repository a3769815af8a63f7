"""A package in an S3 store, through s3fs: put there, pinned, and fetched by its digest."""

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from reconciler.errors import FetchError
from reconciler.storage import PinnedFiles


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket that s3fs talks to as any user's would."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {"endpoint_url": f"http://{host}:{port}", "key": "key", "secret": "secret"}
    monkeypatch.setitem(fsspec.config.conf, "s3", settings)
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    files.mkdir("packages")
    yield "s3://packages"
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    server.stop()


def test_what_is_put_into_a_bucket_is_fetched_from_it(bucket: str, tmp_path: Path) -> None:
    """The very bytes; and something else under the same key is told."""
    file = tmp_path / "etl.tgz"
    file.write_bytes(b"what was packaged")
    pushed = PinnedFiles(tmp_path / "here").push(file, f"{bucket}/shop/etl.tgz")
    fetched = PinnedFiles(tmp_path / "there").fetch(pushed.url, sha256=pushed.sha256)
    assert fetched.read_bytes() == b"what was packaged"
    with pytest.raises(FetchError, match="and the manifest pins"):
        PinnedFiles(tmp_path / "there").fetch(pushed.url, sha256="0" * 64)
    with pytest.raises(FetchError, match="there is no such file"):
        PinnedFiles(tmp_path / "there").fetch(f"{bucket}/none.tgz", sha256="0" * 64)
