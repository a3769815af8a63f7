"""Uploads: once, whatever happens on the way, and without a word of what was signed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from reconciler.admin import connect
from reconciler.admin.calls import AdminCalls
from reconciler.admin.retry import RetryPolicy
from reconciler.admin.signed.text import redacted
from reconciler.admin.uploader import AdminUploader
from reconciler.config import Config
from reconciler.errors import PermissionDeniedError, UploadError
from reconciler.model import Bundle, Code, CodeFolder
from reconciler.ports import Archive
from reconciler.sandbox import Sandbox, parse_config
from tests.admin.store import SECRET, Signing, Store, md5, serving
from tests.fakes import MemoryClock

CONTENT = b"an archive" * 30_000
DIGEST = "ab" * 32
PLACE = f"flytesnacks/development/{DIGEST}/code.tar.gz"
EXPIRED = (
    403,
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message>"
    f"<StringToSign>{SECRET}</StringToSign></Error>",
)


class Bundler:
    """Gives one archive, and counts how often it is asked to."""

    def __init__(self, folder: Path, content: bytes = CONTENT) -> None:
        self.built = 0
        self._path = folder / "code.tar.gz"
        self._content = content

    def code(self, folder: CodeFolder) -> Code:
        raise AssertionError("an upload needs no digest")

    @contextmanager
    def archive(self, bundle: Bundle) -> Iterator[Archive]:
        self.built += 1
        self._path.write_bytes(self._content)
        yield Archive(self._path, len(self._content), md5(self._content))


def a_bundle() -> Bundle:
    return Bundle("flytesnacks", "development", "app", Code(DIGEST, 2, 9), CodeFolder("src"))


@pytest.fixture
def store() -> Iterator[Store]:
    with serving(Store()) as store:
        yield store


@pytest.fixture
def bundler(tmp_path: Path) -> Bundler:
    return Bundler(tmp_path)


def uploader(signing: Signing, clock: MemoryClock | None = None) -> AdminUploader:
    return AdminUploader(
        cast(AdminCalls, signing),
        policy=RetryPolicy(attempts=4),
        clock=clock or MemoryClock(),
        rand=lambda: 1.0,
    )


def test_a_bundle_lies_where_its_digest_says(store: Store, bundler: Bundler) -> None:
    """One question whether it is there, one signature for these very bytes, one PUT."""
    signing = Signing(store)
    uploaded = uploader(signing).upload(a_bundle(), bundler)

    assert (uploaded.address, uploaded.existed) == (f"s3://bucket/{PLACE}", False)
    assert a_bundle().is_address(uploaded.address)
    first, second = signing.asked
    assert not first.content_md5
    assert second.content_md5 == md5(CONTENT)
    assert second.add_content_md5_metadata
    assert {one.filename_root for one in signing.asked} == {DIGEST}
    (put,) = store.puts
    assert put.body == CONTENT


def test_what_is_there_is_neither_built_nor_sent(store: Store, bundler: Bundler) -> None:
    """And its address is told all the same."""
    signing = Signing(store, held={PLACE: b"whatever compressed it"})
    uploaded = uploader(signing).upload(a_bundle(), bundler)

    assert (uploaded.address, uploaded.existed) == (f"s3://bucket/{PLACE}", True)
    assert bundler.built == 0
    assert store.puts == []


def test_exactly_the_signed_headers_are_sent(store: Store, bundler: Bundler) -> None:
    """But for the length, which Admin takes from the digest's text."""
    headers = {"Content-Length": "24", "Content-MD5": "x==", "x-amz-meta-flyteContentMD5": "x=="}
    uploader(Signing(store, headers=headers)).upload(a_bundle(), bundler)

    (put,) = store.puts
    sent = {name.lower(): value for name, value in put.headers.items()}
    assert sent["content-length"] == str(len(CONTENT))
    assert sent["content-md5"] == sent["x-amz-meta-flytecontentmd5"] == "x=="
    assert "transfer-encoding" not in sent
    assert "content-type" not in sent
    assert "authorization" not in sent


def test_azure_is_told_what_kind_of_blob_it_gets(store: Store, bundler: Bundler) -> None:
    """It refuses one without, and answers that it was created."""
    store.answers = [(201, "")]
    uploaded = uploader(Signing(store, scheme="abfs")).upload(a_bundle(), bundler)
    assert uploaded.address.startswith("abfs://")
    assert store.puts[0].headers["x-ms-blob-type"] == "BlockBlob"


@pytest.mark.parametrize("status", [0, 408, 429, 500, 503])
def test_what_may_pass_is_tried_again(store: Store, bundler: Bundler, status: int) -> None:
    """With growing pauses, and the whole of it each time."""
    store.answers = [(status, "busy"), (status, "busy"), (200, "")]
    clock = MemoryClock()
    uploaded = uploader(Signing(store), clock).upload(a_bundle(), bundler)
    assert not uploaded.existed
    assert [len(put.body) for put in store.puts] == [len(CONTENT)] * 3
    assert clock.slept == [0.2, 0.4]


@pytest.mark.parametrize("code", ["BadDigest", "RequestTimeout"])
def test_what_went_wrong_on_the_way_is_tried_again(
    store: Store, bundler: Bundler, code: str
) -> None:
    """S3 has the same status for it as for what never works."""
    store.answers = [(400, f"<Error><Code>{code}</Code></Error>"), (200, "")]
    uploader(Signing(store)).upload(a_bundle(), bundler)
    assert len(store.puts) == 2


def test_an_end_to_trying(store: Store, bundler: Bundler) -> None:
    """The error names the status, the store's words and the place."""
    store.answers = [(503, "<Error><Code>SlowDown</Code><Message>later</Message></Error>")]
    with pytest.raises(UploadError) as caught:
        uploader(Signing(store)).upload(a_bundle(), bundler)
    assert len(store.puts) == 4
    assert caught.value.status == 503
    assert str(caught.value) == f"upload to {store.url}/bucket/{PLACE}: HTTP 503: SlowDown: later"


def test_a_refusal_is_not_tried_again(store: Store, bundler: Bundler) -> None:
    """It would be one again."""
    store.answers = [(404, "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>")]
    with pytest.raises(UploadError, match="HTTP 404: NoSuchBucket: none"):
        uploader(Signing(store)).upload(a_bundle(), bundler)
    assert len(store.puts) == 1


def test_an_expired_signature_is_made_anew(store: Store, bundler: Bundler) -> None:
    """Once: who is refused twice is not allowed."""
    store.answers = [EXPIRED, (200, "")]
    signing = Signing(store)
    uploader(signing).upload(a_bundle(), bundler)
    assert [put.path.rpartition("n=")[2] for put in store.puts] == ["2", "3"]

    store.answers = [EXPIRED]
    with pytest.raises(UploadError, match="HTTP 403: AccessDenied: Request has expired"):
        uploader(signing).upload(a_bundle(), bundler)


def test_a_signature_that_is_about_to_end_is_not_used(store: Store, bundler: Bundler) -> None:
    """Long pauses between tries outlive it."""
    store.answers = [(503, ""), (503, ""), (200, "")]
    clock = MemoryClock(seconds=0.0)
    signing = Signing(store, now=clock.now(), lifetime=timedelta(seconds=30.3))
    uploader(signing, clock).upload(a_bundle(), bundler)
    # The second try comes after 0.2 s, the third after 0.6 s: too late for the first signature.
    assert [put.path.rpartition("n=")[2] for put in store.puts] == ["2", "2", "3"]


def test_somebody_quicker_is_no_failure(store: Store, bundler: Bundler) -> None:
    """Between asking and signing another machine, with another compressor, uploads the same."""
    signing = Signing(store)
    real = signing.create_upload_location

    def raced(request: Any) -> Any:
        if request.content_md5:
            signing.held[PLACE] = b"theirs"
        return real(request)

    signing.create_upload_location = raced  # type: ignore[method-assign]
    uploaded = uploader(signing).upload(a_bundle(), bundler)
    assert (uploaded.address, uploaded.existed) == (f"s3://bucket/{PLACE}", True)


def test_no_store_at_all_is_told_after_some_tries(bundler: Bundler) -> None:
    """Its address is often one that only the cluster can reach."""
    signing = Signing(Store(url="http://127.0.0.1:9"))
    with pytest.raises(UploadError) as caught:
        uploader(signing).upload(a_bundle(), bundler)
    assert caught.value.status == 0
    assert "refused" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_what_admin_refuses_stays_its_error(store: Store, bundler: Bundler) -> None:
    """It is no matter of the store's."""

    def refuse(request: Any) -> Any:
        raise PermissionDeniedError("not yours")

    signing = Signing(store)
    signing.create_upload_location = refuse  # type: ignore[method-assign]
    with pytest.raises(PermissionDeniedError):
        uploader(signing).upload(a_bundle(), bundler)


@pytest.mark.parametrize("answers", [[(200, "")], [EXPIRED], [(0, "")]])
def test_no_signature_reaches_a_log_or_an_error(
    store: Store, bundler: Bundler, caplog: pytest.LogCaptureFixture, answers: list[Any]
) -> None:
    """Whoever reads a CI log could upload with it."""
    caplog.set_level(logging.DEBUG)
    store.answers = answers
    said = ""
    try:
        uploader(Signing(store)).upload(a_bundle(), bundler)
    except UploadError as error:
        said = f"{error} {error!r} {error.__cause__!r}"
    assert SECRET not in caplog.text + said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET http://a/b?x=1&y=2 failed", "GET http://a/b?… failed"),
        ('<a href="https://a/?k=v">', '<a href="https://a/?…">'),
        ("two\nlines", "two lines"),
        ("x" * 400, "x" * 300 + "…"),
    ],
)
def test_texts_of_others_are_cleaned(text: str, shown: str) -> None:
    """They end up on one line of a report."""
    assert redacted(text) == shown


@pytest.mark.parametrize("kind", ["s3", "google", "azure"])
def test_the_embedded_store_takes_and_knows_it(tmp_path: Path, kind: str) -> None:
    """Signatures that really verify: sent once, found the second time, byte for byte there."""
    keys = {"access_key_id": "key", "secret_key": "secret"}
    storage = {"type": kind, "container": "b", "stow": {"kind": kind, "config": keys}}
    with Sandbox(config=parse_config({"storage": storage})) as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as connection:
            first = connection.uploader.upload(a_bundle(), Bundler(tmp_path))
            again = Bundler(tmp_path, b"other bytes of the same code")
            second = connection.uploader.upload(a_bundle(), again)
            calls = connection.calls.counts["CreateUploadLocation"]
        assert sandbox.admin.objects.get(first.address) == CONTENT
    assert not first.existed
    assert second.existed
    assert again.built == 0
    assert first.address == second.address
    assert calls == 4
