"""How tokens are asked for: over TLS as configured, through a proxy, and with few words."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import trustme

from reconciler.admin.auth.http import AuthorizationServer, OAuthError, place
from reconciler.config import Config, Login
from reconciler.errors import ConfigError, LoginError
from tests.admin.auth.conftest import free_port

Answers = Callable[[str, dict[str, list[str]]], tuple[int, object]]


@contextmanager
def answering(answers: Answers, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that answers with `answers(target, form)`; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, document = answers(self.path, parse_qs(body))
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A handshake that failed is what the test is about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asker(slept: list[float] | None = None, **fields: Any) -> AuthorizationServer:
    config = Config(endpoint="h:1", source="the test", **fields)
    return AuthorizationServer(config, (slept if slept is not None else []).append)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, and client.pem with its key in client.key."""
    folder = tmp_path_factory.mktemp("files")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    client = authority.issue_cert("ann@example.com")
    client.private_key_pem.write_to_path(str(folder / "client.key"))
    for blob in client.cert_chain_pems:
        blob.write_to_path(str(folder / "client.pem"), append=True)
    return folder


def server_context(authority: trustme.CA, *, wants_client: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if wants_client:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_the_authority_for_admin_counts_for_tokens_too(authority: trustme.CA, files: Path) -> None:
    """One private authority for all; strangers are refused; or nobody is checked at all."""
    with answering(lambda *_: (200, {"a": 1}), server_context(authority)) as url:
        assert asker(ca_cert_file=str(files / "ca.pem")).post(url, {}) == {"a": 1}
        assert asker(insecure_skip_verify=True).post(url, {}) == {"a": 1}
        with pytest.raises(LoginError, match=r"(?i)certificate verify failed"):
            asker().post(url, {})


def test_our_own_certificate_is_shown(authority: trustme.CA, files: Path) -> None:
    """mTLS, for whoever puts it before the authorization server as well."""
    ca = str(files / "ca.pem")
    cert, key = str(files / "client.pem"), str(files / "client.key")
    with answering(lambda *_: (200, {}), server_context(authority, wants_client=True)) as url:
        assert (
            asker(ca_cert_file=ca, client_cert_file=cert, client_key_file=key).post(url, {}) == {}
        )
        with pytest.raises(LoginError):
            asker(ca_cert_file=ca).post(url, {})


def test_useless_files_are_named(files: Path) -> None:
    """Which, and why, before anything is sent."""
    with pytest.raises(ConfigError, match="cannot use the client certificate"):
        asker(client_cert_file=str(files / "ca.pem")).post("https://h", {})
    with pytest.raises(ConfigError, match=r"cannot use the CA file \S+none\.pem"):
        asker(ca_cert_file=str(files / "none.pem")).post("https://h", {})


def test_the_proxy_is_used() -> None:
    """httpProxyURL: the request goes there, with the whole address."""
    seen: list[str] = []

    def answers(target: str, form: object) -> tuple[int, object]:
        seen.append(target)
        return 200, {}

    with answering(answers) as proxy:
        asker(login=Login(http_proxy=proxy)).post("http://idp.example/token", {})
    assert seen == ["http://idp.example/token"]


def test_a_broken_proxy_url_is_told_without_it() -> None:
    """There may be a password in it."""
    with pytest.raises(ConfigError, match="httpProxyURL is no URL of a proxy") as caught:
        asker(login=Login(http_proxy="me:hush@proxy")).post("http://idp.example/token", {})
    assert "hush" not in str(caught.value)


def test_a_server_that_starts_anew_is_given_time() -> None:
    """Three tries, with growing pauses; its last word counts."""
    codes = iter((503, 502, 200, 503, 503, 503))
    slept: list[float] = []
    with answering(lambda *_: (next(codes), {})) as url:
        assert asker(slept).post(url, {}) == {}
        assert slept == [0.4, 0.8]
        with pytest.raises(OAuthError, match=r"no token from .*: 503"):
            asker(slept).post(url, {})


def test_what_is_used_up_is_sent_once() -> None:
    """A code or refresh token may be gone although the answer was lost."""
    codes = iter((503, 200))
    with answering(lambda *_: (next(codes), {})) as url, pytest.raises(OAuthError):
        asker().post(url, {"code": "c0de"}, once=True)
    assert next(codes) == 200


def test_nobody_there_is_one_line() -> None:
    """With the address, and without what its query holds."""
    url = f"http://127.0.0.1:{free_port()}/token?key=hush"
    with pytest.raises(
        LoginError, match=r"no token from http://127\.0\.0\.1:\d+/token: "
    ) as caught:
        asker().post(url, {})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["client_secret", "client_assertion", "refresh_token", "code"])
def test_what_was_sent_is_not_said_back(name: str) -> None:
    """Not even where the server does."""

    def answers(target: str, form: dict[str, list[str]]) -> tuple[int, object]:
        said = f"bad {form[name][0]}\n" + "x" * 900
        return 400, {"error": "invalid_request", "error_description": said, "debug": form}

    with answering(answers) as url, pytest.raises(OAuthError) as caught:
        asker().post(url, {name: "hush-hush"})
    assert "hush-hush" not in str(caught.value)
    assert "bad ***" in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", [b"", b"<html>", b"[1]", b'"x"'])
def test_an_answer_that_is_none_is_told(document: bytes) -> None:
    """A login page of a proxy, most likely."""
    with (
        answering(lambda *_: (200, document)) as url,
        pytest.raises(LoginError, match="JSON object"),
    ):
        asker().post(url, {})


def test_a_redirect_is_not_followed() -> None:
    """What is sent is for the server that was named."""
    with answering(lambda *_: (307, {})) as url, pytest.raises(OAuthError, match="307"):
        asker().post(url, {"client_secret": "s"})


@pytest.mark.parametrize(
    "url", ["", "idp.example", "ftp://idp.example/", "http://[::1/", "http://h:x/"]
)
def test_a_useless_address_is_told(url: str) -> None:
    """Never a traceback."""
    with pytest.raises(LoginError):
        asker().post(url, {})


def test_places_hold_no_secret() -> None:
    """Neither users nor queries."""
    assert place("https://me:hush@h.example:8443/a?b=hush#hush") == "https://h.example:8443/a"
