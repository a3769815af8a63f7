"""The object store over HTTP: signed, verified, in parts, and nothing outside its bucket."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import s3fs

from reconciler.sandbox import Sandbox
from reconciler.sandbox.objects import BuiltinObjects
from tests.sandbox.http.conftest import Client

HELLO = base64.b64encode(hashlib.md5(b"hello").digest()).decode()


@pytest.fixture
def objects(sandbox: Sandbox) -> BuiltinObjects:
    found = sandbox.admin.objects
    assert isinstance(found, BuiltinObjects)
    return found


def put(http: Client, objects: BuiltinObjects, key: str, content: bytes) -> str:
    """Upload by a signed URL; return a URL to read it by."""
    url = objects.reference(key)
    assert http("PUT", objects.sign_put(url, expires=60).url, content).status == 200
    return objects.sign_get(url, expires=60).url


def code_of(body: bytes) -> str:
    return body.decode().partition("<Code>")[2].partition("</Code>")[0]


def test_what_is_put_can_be_got(http: Client, objects: BuiltinObjects) -> None:
    """With its digest as its tag, and its type."""
    url = objects.reference("round", "a b.txt")
    signed = objects.sign_put(url, expires=60, content_md5=HELLO, add_md5_metadata=True)
    headers = {k.replace("-", "_"): v for k, v in signed.headers.items() if k != "Content-Length"}

    reply = http("PUT", signed.url, b"hello", Content_Type="text/x-test", **headers)
    assert reply.status == 200

    got = http("GET", objects.sign_get(url, expires=60).url)
    assert (got.status, got.body) == (200, b"hello")
    assert got.headers["etag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert got.headers["content-type"] == "text/x-test"
    assert got.headers["x-amz-meta-flytecontentmd5"] == HELLO


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=5-", 206, b"56789", "bytes 5-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=0-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_parts_can_be_read(
    http: Client,
    objects: BuiltinObjects,
    asked: str,
    status: int,
    body: bytes | None,
    content_range: str | None,
) -> None:
    """From, to, from the end; several at once are answered with all of it."""
    url = put(http, objects, "ranged", b"0123456789")

    reply = http("GET", url, Range=asked)

    assert (reply.status, reply.headers.get("content-range")) == (status, content_range)
    assert body is None or reply.body == body


def test_a_head_tells_without_sending(http: Client, objects: BuiltinObjects) -> None:
    """By the URL of a GET."""
    url = put(http, objects, "head", b"0123456789")

    reply = http("HEAD", url)

    assert (reply.status, reply.headers["content-length"], reply.body) == (200, "10", b"")


def test_bytes_that_are_not_those_promised_are_refused(
    http: Client, objects: BuiltinObjects
) -> None:
    """And nothing is stored."""
    url = objects.reference("promised")
    signed = objects.sign_put(url, expires=60, content_md5=HELLO)

    reply = http("PUT", signed.url, b"other", Content_MD5=HELLO)

    assert (reply.status, code_of(reply.body)) == (400, "BadDigest")
    assert objects.info(url) is None


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 403, "SignatureDoesNotMatch"),
        ({"Content_MD5": "XrY7u+Ae7tCTyyK7j1rNww=="}, 403, "SignatureDoesNotMatch"),
    ],
)
def test_declared_headers_must_come(
    http: Client, objects: BuiltinObjects, headers: dict[str, str], status: int, code: str
) -> None:
    """As they were declared."""
    signed = objects.sign_put(objects.reference("declared"), expires=60, content_md5=HELLO)

    reply = http("PUT", signed.url, b"hello", **headers)

    assert (reply.status, code_of(reply.body)) == (status, code)


def test_a_digest_that_is_none_is_refused(http: Client, objects: BuiltinObjects) -> None:
    """Even where no digest was declared."""
    signed = objects.sign_put(objects.reference("digest"), expires=60)

    reply = http("PUT", signed.url, b"hello", Content_MD5="nonsense")

    assert (reply.status, code_of(reply.body)) == (400, "InvalidDigest")


def test_unsigned_requests_are_refused(http: Client, objects: BuiltinObjects) -> None:
    """Reading too."""
    put(http, objects, "secret", b"x")

    for method in ("GET", "PUT", "HEAD", "DELETE"):
        assert http(method, "/my-s3-bucket/secret", b"").status == 403


def test_a_url_is_good_for_its_object_only(http: Client, objects: BuiltinObjects) -> None:
    """Not for another name, method or bucket."""
    signed = objects.sign_put(objects.reference("mine"), expires=60).url

    assert http("PUT", signed.replace("/mine?", "/yours?"), b"x").status == 403
    assert http("GET", signed).status == 403
    elsewhere = objects.sign_get("s3://elsewhere/x", expires=60).url
    reply = http("GET", elsewhere)
    assert (reply.status, code_of(reply.body)) == (404, "NoSuchBucket")


def test_what_is_not_there_is_told(http: Client, objects: BuiltinObjects) -> None:
    """By S3's name for it."""
    reply = http("GET", objects.sign_get(objects.reference("none"), expires=60).url)

    assert (reply.status, code_of(reply.body)) == (404, "NoSuchKey")


@pytest.mark.parametrize(
    "key",
    ["../../../etc/passwd", "a/../../b", "%2e%2e/%2e%2e/x", "a?b", "a#b", "a%00b", "//x",
     "a%FFb", "é" * 300, "x/" * 1500],
)  # fmt: skip
def test_hostile_names_are_only_names(http: Client, objects: BuiltinObjects, key: str) -> None:
    """They come back under themselves, and the folder is not left."""
    url = objects.reference("hostile", key)

    reply = http("PUT", objects.sign_put(url, expires=60).url, b"content")
    assert reply.status == 200

    assert http("GET", objects.sign_get(url, expires=60).url).body == b"content"
    assert objects.get(url) == b"content"
    home = objects.folder.home
    assert all(path.resolve().is_relative_to(home.resolve()) for path in home.rglob("*"))


def test_large_objects_stream(http: Client, objects: BuiltinObjects, tmp_path: Path) -> None:
    """Thirty mebibytes in and out."""
    content = bytes(range(256)) * (120 << 10)

    url = put(http, objects, "large", content)

    assert hashlib.md5(http("GET", url).body).digest() == hashlib.md5(content).digest()


def test_too_large_an_object_is_refused(
    http: Client, objects: BuiltinObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an answer that the client reads."""
    monkeypatch.setattr(objects.folder, "size_limit", 1000)
    signed = objects.sign_put(objects.reference("toolarge"), expires=60).url

    reply = http("PUT", signed, bytes(1 << 20))

    assert (reply.status, code_of(reply.body)) == (400, "EntityTooLarge")
    assert objects.info(objects.reference("toolarge")) is None


def test_what_admin_stored_can_be_downloaded(http: Client, objects: BuiltinObjects) -> None:
    """Workflow closures, inputs, outputs."""
    url = objects.reference("metadata", "x")
    objects.put(url, b"by Admin")

    assert http("GET", objects.sign_get(url, expires=60).url).body == b"by Admin"


def test_s3_clients_get_in_by_their_own_signature(
    sandbox: Sandbox, objects: BuiltinObjects
) -> None:
    """botocore puts, gets, lists page by page, and removes."""
    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=f"http://{sandbox.http_endpoint}",
        aws_access_key_id=objects.credentials.access_key,
        aws_secret_access_key=objects.credentials.secret_key,
        region_name="us-east-1",
    )
    for name in ("a b", "é", "z"):
        client.put_object(Bucket="my-s3-bucket", Key=f"boto/{name}/x", Body=b"1")

    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket="my-s3-bucket", Prefix="boto/", PaginationConfig={"PageSize": 2}
    )
    folded = client.list_objects_v2(Bucket="my-s3-bucket", Prefix="boto/", Delimiter="/")

    assert [o["Key"] for page in pages for o in page["Contents"]] == [
        "boto/a b/x", "boto/z/x", "boto/é/x",
    ]  # fmt: skip
    assert [p["Prefix"] for p in folded["CommonPrefixes"]] == ["boto/a b/", "boto/z/", "boto/é/"]
    client.delete_object(Bucket="my-s3-bucket", Key="boto/z/x")
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(Bucket="my-s3-bucket", Key="boto/z/x")
    client.close()


def test_fsspec_opens_native_urls(
    sandbox: Sandbox, objects: BuiltinObjects, tmp_path: Path
) -> None:
    """With the endpoint and the keys that a task's environment would have."""
    fs = s3fs.S3FileSystem(
        key=objects.credentials.access_key,
        secret=objects.credentials.secret_key,
        client_kwargs={"endpoint_url": f"http://{sandbox.http_endpoint}"},
        skip_instance_cache=True,
    )
    (tmp_path / "in").write_bytes(b"z" * 100_000)

    fs.put(str(tmp_path / "in"), "s3://my-s3-bucket/fs/one")
    fs.get("s3://my-s3-bucket/fs/one", str(tmp_path / "out"))

    assert (tmp_path / "out").read_bytes() == b"z" * 100_000
    assert fs.ls("s3://my-s3-bucket/fs") == ["my-s3-bucket/fs/one"]
    fs.rm("s3://my-s3-bucket/fs", recursive=True)
    assert not fs.exists("s3://my-s3-bucket/fs/one")


def test_a_wrong_secret_does_not(sandbox: Sandbox, objects: BuiltinObjects) -> None:
    """Nor does a right one under a wrong name."""
    for name, secret in (
        (objects.credentials.access_key, "wrong"),
        ("wrong", objects.credentials.secret_key),
    ):
        client = botocore.session.get_session().create_client(
            "s3",
            endpoint_url=f"http://{sandbox.http_endpoint}",
            aws_access_key_id=name,
            aws_secret_access_key=secret,
            region_name="us-east-1",
        )
        with pytest.raises(Exception, match=r"SignatureDoesNotMatch|InvalidAccessKeyId"):
            client.get_object(Bucket="my-s3-bucket", Key="x")
        client.close()


@pytest.fixture
def s3(sandbox: Sandbox, objects: BuiltinObjects) -> Iterator[Any]:
    """An S3 client with the right keys."""
    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=f"http://{sandbox.http_endpoint}",
        aws_access_key_id=objects.credentials.access_key,
        aws_secret_access_key=objects.credentials.secret_key,
        region_name="us-east-1",
    )
    yield client
    client.close()


def test_large_objects_come_in_parts(s3: Any, objects: BuiltinObjects) -> None:
    """In any order; they are put together in the order of their numbers."""
    place = {"Bucket": "my-s3-bucket", "Key": "parts/a b+ü"}
    begun = s3.create_multipart_upload(**place, ContentType="text/x", Metadata={"a": "b"})
    named = {**place, "UploadId": begun["UploadId"]}
    tags = {
        number: s3.upload_part(**named, PartNumber=number, Body=bytes([64 + number]) * 3)["ETag"]
        for number in (2, 1, 3)
    }
    chosen = [{"PartNumber": number, "ETag": tags[number]} for number in (1, 3)]

    s3.complete_multipart_upload(**named, MultipartUpload={"Parts": chosen})

    found = s3.get_object(**place)
    assert (found["Body"].read(), found["ContentType"]) == (b"AAACCC", "text/x")
    assert found["Metadata"] == {"a": "b"}
    listed = s3.list_objects_v2(Bucket="my-s3-bucket", Prefix="parts/")["Contents"]
    assert [entry["Key"] for entry in listed] == ["parts/a b+ü"]
    assert list(objects.folder.keys("my-s3-bucket.parts")) == []


def test_parts_that_do_not_fit_together_are_refused(s3: Any) -> None:
    """And an upload that was given up is gone."""
    place = {"Bucket": "my-s3-bucket", "Key": "parts/x"}
    named = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
    tag = s3.upload_part(**named, PartNumber=1, Body=b"x")["ETag"]
    s3.upload_part(**named, PartNumber=2, Body=b"y")

    def complete(*parts: tuple[int, str], **other: str) -> None:
        told = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        s3.complete_multipart_upload(**{**named, **other}, MultipartUpload={"Parts": told})

    with pytest.raises(Exception, match=r"\(InvalidPart\)"):
        complete((1, tag), (2, tag))
    with pytest.raises(Exception, match=r"\(InvalidPart\)"):
        complete((1, tag), (7, tag))
    with pytest.raises(Exception, match=r"\(InvalidPartOrder\)"):
        complete((2, tag), (1, tag))
    with pytest.raises(Exception, match=r"\(MalformedXML\)"):
        complete()
    with pytest.raises(Exception, match=r"\(NoSuchUpload\)"):
        complete((1, tag), Key="parts/other")
    with pytest.raises(Exception, match=r"\(InvalidArgument\)"):
        s3.upload_part(**named, PartNumber=10_001, Body=b"x")
    s3.abort_multipart_upload(**named)
    for upload_id in (named["UploadId"], "../x", "nonsense"):
        with pytest.raises(Exception, match=r"\(NoSuchUpload\)"):
            complete((1, tag), UploadId=upload_id)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(**place)


def test_objects_are_copied(s3: Any, objects: BuiltinObjects) -> None:
    """With what is known of them, unless something else is said; what Admin wrote, too."""
    bucket = "my-s3-bucket"
    s3.put_object(Bucket=bucket, Key="copy/a b", Body=b"x", Metadata={"a": "b"}, ContentType="t/t")
    objects.put(objects.reference("copy", "blob"), b"blob")
    source = {"Bucket": bucket, "Key": "copy/a b"}

    s3.copy_object(Bucket=bucket, Key="copy/c", CopySource=source)
    s3.copy_object(
        Bucket=bucket, Key="copy/d", CopySource=source, MetadataDirective="REPLACE", Metadata={}
    )
    s3.copy_object(Bucket=bucket, Key="copy/e", CopySource=f"{bucket}/copy/blob")

    kept = s3.get_object(Bucket=bucket, Key="copy/c")
    assert (kept["Body"].read(), kept["Metadata"], kept["ContentType"]) == (
        b"x",
        {"a": "b"},
        "t/t",
    )
    assert s3.get_object(Bucket=bucket, Key="copy/d")["Metadata"] == {}
    assert objects.get(objects.reference("copy", "e")) == b"blob"
    with pytest.raises(Exception, match=r"\(NoSuchKey\)"):
        s3.copy_object(Bucket=bucket, Key="copy/f", CopySource="other/copy/c")


def test_s3fs_writes_what_is_larger_than_a_block(
    sandbox: Sandbox, objects: BuiltinObjects
) -> None:
    """Which it sends in parts."""
    fs = s3fs.S3FileSystem(
        key=objects.credentials.access_key,
        secret=objects.credentials.secret_key,
        client_kwargs={"endpoint_url": f"http://{sandbox.http_endpoint}"},
        skip_instance_cache=True,
    )
    content = b"0123456789abcdef" * (11 << 16)

    with fs.open("s3://my-s3-bucket/fs/large", "wb", block_size=5 << 20) as file:
        file.write(content)
    fs.mv("s3://my-s3-bucket/fs/large", "s3://my-s3-bucket/fs/moved")

    with objects.open_at("fs/moved") as file:
        assert file.read() == content
    assert not fs.exists("s3://my-s3-bucket/fs/large")
