"""A package on a web server, through aiohttp: fetched by its digest, told without secrets."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reconciler.errors import FetchError
from reconciler.storage import PinnedFiles

CONTENT = b"what was packaged"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    """The files of a folder, and no words about it."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served/etl.tgz").write_bytes(CONTENT)
    handler = partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_what_a_server_gives_is_fetched(server: str, tmp_path: Path) -> None:
    """Queries and all: most artifact stores sign theirs."""
    url = f"http://{server}/etl.tgz?X-Signature=secret"
    assert PinnedFiles(tmp_path).fetch(url, sha256=SHA256).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "problem"), [("etl.tgz", "and the manifest pins"), ("none.tgz", "no such file")]
)
def test_what_goes_wrong_is_told_without_secrets(
    server: str, tmp_path: Path, path: str, problem: str
) -> None:
    """Neither a signature nor a password is in the message."""
    with pytest.raises(FetchError, match=problem) as caught:
        PinnedFiles(tmp_path).fetch(f"http://{server}/{path}?X-Signature=secret", sha256="0" * 64)
    assert "secret" not in str(caught.value)
    with pytest.raises(FetchError) as caught:
        PinnedFiles(tmp_path).fetch(f"http://me:secret@{server}/{path}", sha256="0" * 64)
    assert "secret" not in str(caught.value)
