"""Uploads whose body does not come."""

import base64
import hashlib
import socket

import pytest

from reconciler.sandbox import Sandbox
from reconciler.sandbox.http import asgi
from reconciler.sandbox.objects import BuiltinObjects
from tests.sandbox.http.conftest import Client

NOTHING = base64.b64encode(hashlib.md5(b"").digest()).decode()


@pytest.fixture
def objects(sandbox: Sandbox) -> BuiltinObjects:
    found = sandbox.admin.objects
    assert isinstance(found, BuiltinObjects)
    return found


def begun(sandbox: Sandbox, url: str, **headers: str) -> bytes:
    """Send the headers of an upload, then nothing, and give all that comes back."""
    host, _, port = sandbox.http_endpoint.partition(":")
    lines = [f"PUT {url.partition(sandbox.http_endpoint)[2]} HTTP/1.1", f"Host: {host}:{port}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def test_an_empty_file_of_flytekit_is_not_waited_for(
    sandbox: Sandbox, http: Client, objects: BuiltinObjects
) -> None:
    """It announces chunks and a length, and sends neither; its digest says that it is empty."""
    url = objects.reference("empty")
    signed = objects.sign_put(url, expires=60, content_md5=NOTHING)

    reply = begun(
        sandbox, signed.url, Content_MD5=NOTHING, Content_Length="24", Transfer_Encoding="chunked"
    )

    assert reply.startswith(b"HTTP/1.1 200")
    got = http("GET", objects.sign_get(url, expires=60).url)
    assert (got.status, got.body) == (200, b"")


def test_a_body_that_does_not_come_is_given_up(
    sandbox: Sandbox, objects: BuiltinObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under S3's name for it, and nothing is stored."""
    monkeypatch.setattr(asgi, "_PATIENCE", 0.05)
    url = objects.reference("stalled")

    reply = begun(sandbox, objects.sign_put(url, expires=60).url, Content_Length="5")

    assert reply.startswith(b"HTTP/1.1 400")
    assert b"<Code>RequestTimeout</Code>" in reply
    assert objects.info(url) is None


def test_a_call_of_which_nothing_comes_is_given_up(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway does not keep a thread for it."""
    monkeypatch.setattr(asgi, "_PATIENCE", 0.05)

    assert begun(
        sandbox, f"{sandbox.http_endpoint}/api/v1/projects/p", Content_Length="5"
    ).startswith(b"HTTP/1.1 408")
