"""Somebody else's object store: moto's stands in for it."""

import sys
import urllib.request
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from reconciler.sandbox import ConfigError, parse_config
from reconciler.sandbox.config import Storage
from reconciler.sandbox.objects import ObjectMissingError, StorageError
from reconciler.sandbox.objects.s3 import S3Objects

DIGEST = "XrY7u+Ae7tCTyyK7j1rNww=="  # of `hello world`


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> S3Objects:
    stow = {"endpoint": endpoint, "access_key_id": "me", "secret_key": "secret"}
    return S3Objects(Storage(given=True, container="my-s3-bucket", stow=stow, max_download_mbs=1))


def test_objects_are_written_and_read_by_native_url(bucket: S3Objects) -> None:
    """The bucket is made when it is not there."""
    url = bucket.reference("p", "d", "a b")

    assert bucket.info(url) is None
    bucket.put(url, b"hello")

    found = bucket.info(url)
    assert found is not None
    assert (found.size, found.md5) == (5, "5d41402abc4b2a76b9719d911017c592")
    assert bucket.get("s3://my-s3-bucket/p/d/a%20b") == b"hello"


def test_errors_are_the_built_in_stores(bucket: S3Objects) -> None:
    """Missing, elsewhere, too large, not to be signed."""
    with pytest.raises(ObjectMissingError, match=r"^path:s3://my-s3-bucket/none: not found$"):
        bucket.get(bucket.reference("none"))
    with pytest.raises(StorageError, match=r"^Conf container:my-s3-bucket != Passed"):
        bucket.get("s3://elsewhere/x")
    bucket.put(bucket.reference("big"), bytes(1 << 21))
    with pytest.raises(StorageError, match="LIMIT_EXCEEDED"):
        bucket.get(bucket.reference("big"))
    with pytest.raises(StorageError, match="InvalidPresignExpireError"):
        bucket.sign_get(bucket.reference("big"), expires=0)


def test_signed_urls_work_there(bucket: S3Objects) -> None:
    """A PUT with the headers it names, then a GET."""
    url = bucket.reference("up")
    signed = bucket.sign_put(url, expires=60, content_md5=DIGEST, add_md5_metadata=True)
    headers = {k: v for k, v in signed.headers.items() if k != "Content-Length"}
    headers["Content-Type"] = "application/octet-stream"

    put = urllib.request.Request(signed.url, data=b"hello world", method="PUT", headers=headers)
    with urllib.request.urlopen(put) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(bucket.sign_get(url, expires=60).url) as answer:
        assert answer.read() == b"hello world"

    found = bucket.info(url)
    assert found is not None
    assert found.metadata == {"flytecontentmd5": DIGEST}


def test_nobody_at_the_endpoint_is_told_at_the_start() -> None:
    """Not at the first upload."""
    stow = {"endpoint": "http://127.0.0.1:9", "access_key_id": "me", "secret_key": "secret"}

    with pytest.raises(ConfigError, match="cannot reach the object store"):
        S3Objects(Storage(given=True, stow=stow), attempts=1)


def test_without_botocore_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who configures an endpoint needs it."""
    monkeypatch.setitem(sys.modules, "botocore.session", None)

    with pytest.raises(ConfigError, match="pip install botocore, or leave the endpoint out"):
        S3Objects(Storage(given=True, stow={"endpoint": "http://127.0.0.1:9"}))


def test_signed_urls_may_have_an_address_of_their_own(endpoint: str) -> None:
    """The one by which clients reach the store; Admin itself goes to the other."""
    config = parse_config(
        {
            "storage": {
                "type": "stow",
                "container": "my-s3-bucket",
                "stow": {
                    "kind": "s3",
                    "config": {"endpoint": endpoint, "access_key_id": "me", "secret_key": "s"},
                },
                "signedUrl": {"stowConfigOverride": {"endpoint": "http://outside:30002"}},
            }
        }
    )
    bucket = S3Objects(config.storage)
    url = bucket.reference("k")

    bucket.put(url, b"x")

    signed = bucket.sign_get(url, expires=60).url
    assert signed.startswith("http://outside:30002/my-s3-bucket/k?")
    assert config.notes == ()
