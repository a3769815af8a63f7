"""The store that comes with the embedded Admin: its URLs, its one bucket, its two halves."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reconciler.sandbox import Store, parse_config
from reconciler.sandbox.objects import (
    BuiltinObjects,
    ObjectMissingError,
    StorageError,
    open_objects,
)

S3 = {"type": "stow", "container": "my-s3-bucket", "stow": {"kind": "s3"}}


def clock() -> int:
    return 1_700_000_000 * 10**9


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.open(tmp_path / "admin.db")
    yield found
    found.close()


def objects(store: Store, storage: Mapping[str, Any] | None = None) -> BuiltinObjects:
    config = parse_config({} if storage is None else {"storage": dict(storage)})
    found = open_objects(store, config, clock)
    assert isinstance(found, BuiltinObjects)
    return found


def upload(objects: BuiltinObjects, url: str, content: bytes) -> None:
    with objects.write_at(objects._own(url)) as coming:
        coming.write(content)
        coming.commit()


def test_what_admin_wrote_and_what_clients_uploaded_is_one_bucket(store: Store) -> None:
    """Both are read by native URL, whatever its form; the last writer counts."""
    bucket = objects(store, S3)
    url = bucket.reference("p", "d", "a b")

    bucket.put(url, b"by Admin")
    assert bucket.get("s3://my-s3-bucket/p/d/a b") == b"by Admin"
    upload(bucket, url, b"by a client")
    bucket.forget_blob("p/d/a b")
    assert bucket.get(url) == b"by a client"
    bucket.put(url, b"by Admin again")
    assert bucket.get(url) == b"by Admin again"


def test_another_container_is_refused_by_name(store: Store) -> None:
    """Nothing is read or written outside the configured one."""
    with pytest.raises(StorageError) as refused:
        objects(store, S3).get("s3://elsewhere/x")

    assert str(refused.value) == (
        "Conf container:my-s3-bucket != Passed Container:elsewhere. "
        "Dynamic loading is disabled: not found"
    )


def test_a_missing_object_and_one_too_large_are_told(store: Store) -> None:
    """In the words that GetWorkflow passes on."""
    bucket = objects(store, {**S3, "limits": {"maxDownloadMBs": 1}})
    url = bucket.reference("big")

    with pytest.raises(ObjectMissingError, match=r"^path:s3://my-s3-bucket/big: not found$"):
        bucket.get(url)
    bucket.put(url, bytes((1 << 20) + 1024))
    with pytest.raises(StorageError) as refused:
        bucket.get(url)

    assert str(refused.value) == (
        "path:s3://my-s3-bucket/big: [LIMIT_EXCEEDED] limit exceeded. 1.000977mb > 1mb. "
        "You can increase the limit by setting maxDownloadMBs."
    )


@pytest.mark.parametrize(
    "parts", [("p", "d", "a b.txt"), ("", "p", "d", "f(1)!*'[ü].txt"), ("", "../../p", "x?1#2")]
)
def test_without_a_storage_section_anything_opens_the_urls(
    store: Store, parts: Sequence[str]
) -> None:
    """fsspec reads an upload by its native URL alone, whatever the name and the prefix."""
    bucket = objects(store)
    url = bucket.reference(*parts)

    upload(bucket, url, b"content")

    with fsspec.open(url, "rb") as file:
        assert file.read() == b"content"
    assert bucket.get(url) == b"content"


@pytest.mark.parametrize(
    ("storage", "base"),
    [
        (S3, "s3://my-s3-bucket"),
        ({"type": "minio", "container": "c"}, "s3://c"),
        ({"type": "stow", "container": "c", "stow": {"kind": "google"}}, "gs://c"),
        ({"type": "stow", "container": "c", "stow": {"kind": "azure"}}, "abfs://c"),
        ({"type": "mem"}, ""),
    ],
)
def test_the_base_follows_the_kind(store: Store, storage: Mapping[str, Any], base: str) -> None:
    """Admin names containers after who keeps them."""
    assert objects(store, storage).base == base


def test_memory_reads_and_writes_but_does_not_sign(store: Store) -> None:
    """As in Admin: registration works, uploads do not."""
    bucket = objects(store, {"type": "mem"})
    url = bucket.reference("metadata", "admin", "x")

    bucket.put(url, b"x")

    assert (url, bucket.get(url)) == ("/metadata/admin/x", b"x")
    with pytest.raises(StorageError, match=r"^unsupported$"):
        bucket.sign_get(url, expires=60)


def test_secrets_and_uploads_outlive_a_restart(tmp_path: Path) -> None:
    """A URL signed before is good after, and what it names is there."""
    with_one = Store.open(tmp_path / "admin.db")
    first = objects(with_one, S3)
    url = first.reference("k")
    upload(first, url, b"kept")
    secret = first.credentials.secret_key
    with_one.close()

    again = Store.open(tmp_path / "admin.db")
    second = objects(again, S3)

    assert (second.credentials.secret_key, second.get(url)) == (secret, b"kept")
    again.close()


def test_a_store_in_memory_leaves_nothing_behind() -> None:
    """Its objects go when it goes."""
    store = Store.open()
    bucket = objects(store, S3)
    upload(bucket, bucket.reference("k"), b"x")
    home = bucket.folder.home
    assert home.is_dir()

    del bucket
    store.close()

    assert not home.exists()


@pytest.mark.parametrize(
    ("url", "expires", "text"),
    [
        ("s3://my-s3-bucket", 60, "1 validation error(s) found.\n- minimum field size of 1, Get"),
        ("", 60, "2 validation error(s) found."),
        ("s3://b/k", 0, "InvalidPresignExpireError"),
        ("s3://b/k", -5, "InvalidPresignExpireError"),
    ],
)
def test_what_the_sdk_does_not_sign_is_not_signed(
    store: Store, url: str, expires: float, text: str
) -> None:
    """Time before container before key."""
    with pytest.raises(StorageError) as refused:
        objects(store, S3).sign_get(url, expires=expires)

    assert text in str(refused.value)


def test_any_bucket_is_signed_for(store: Store) -> None:
    """Only reading and writing is for the configured one."""
    signed = objects(store, S3).sign_get("gs://another/a%20b", expires=60)

    assert signed.url.startswith("http://localhost:8088/another/a%20b?X-Amz-Algorithm=")


def test_uploads_name_the_headers_they_must_come_with(store: Store) -> None:
    """The digest in base64, and for the length the length of that text."""
    bucket = objects(store, S3)
    digest = "XrY7u+Ae7tCTyyK7j1rNww=="

    bare = bucket.sign_put(bucket.reference("k"), expires=60)
    full = bucket.sign_put(
        bucket.reference("k"), expires=60, content_md5=digest, add_md5_metadata=True
    )

    assert bare.headers == {"Content-Length": "0", "Content-MD5": ""}
    assert full.headers == {
        "Content-Length": "24",
        "Content-MD5": digest,
        "x-amz-meta-flyteContentMD5": digest,
    }


def test_a_store_can_be_moved(tmp_path: Path) -> None:
    """Native URLs of before still find what they named."""
    (tmp_path / "one").mkdir()
    with_one = Store.open(tmp_path / "one" / "admin.db")
    first = objects(with_one)
    blob, uploaded = first.reference("metadata", "x y"), first.reference("", "p", "up (1)")
    first.put(blob, b"blob")
    upload(first, uploaded, b"uploaded")
    with_one.close()

    (tmp_path / "one").rename(tmp_path / "two")
    again = Store.open(tmp_path / "two" / "admin.db")
    second = objects(again)

    assert (second.get(blob), second.get(uploaded)) == (b"blob", b"uploaded")
    with pytest.raises(StorageError):
        second.get(f"file://{tmp_path}/two/admin.db")
    again.close()
