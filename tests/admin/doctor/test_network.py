"""Names, connections and certificates: what is wrong with them, and what to do."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.admin.doctor.network import look_at_network
from reconciler.config import Config
from tests.admin.auth.conftest import free_port

NOW = datetime.now(UTC)


@contextmanager
def shaking_hands(certificate: trustme.LeafCert | None, *, speaks: str = "h2") -> Iterator[int]:
    """A server that does TLS with this certificate, or says something else; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols([speaks])
    if certificate:
        certificate.configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    if certificate:
                        context.wrap_socket(connection, server_side=True).close()
                    else:
                        connection.sendall(b"220 this is something else\r\n")
                except OSError:
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def look(
    host: str, port: int, *, now: datetime = NOW, secure: bool = True, **fields: object
) -> list[Finding]:
    environ = fields.pop("environ", {})
    config = Config(endpoint=f"{host}:{port}", source="the test", **fields)  # type: ignore[arg-type]
    return list(
        look_at_network(host, port, config, secure=secure, environ=environ, now=now)  # type: ignore[arg-type]
    )


def test_all_is_well(authority: trustme.CA, ca_file: str) -> None:
    """Addresses, how quick it answers, and the certificate's names and days."""
    with shaking_hands(authority.issue_cert("localhost")) as port:
        found = look("localhost", port, ca_cert_file=ca_file)

    assert [(one.check, one.verdict) for one in found] == [
        ("dns", Verdict.OK),
        ("tcp", Verdict.OK),
        ("tls", Verdict.OK),
    ]
    assert found[0].facts["addresses"]
    assert found[2].facts["names"] == ["localhost"]
    assert "good for" in found[2].text


def test_a_name_that_nobody_knows() -> None:
    """Nothing further is tried."""
    (one,) = look("nobody.invalid", 443)
    assert (one.check, one.verdict) == ("dns", Verdict.ERROR)
    assert "VPN" in one.fix


def test_a_port_where_nobody_is() -> None:
    """And a proxy, which may get there all the same; its password is not shown."""
    port = free_port()
    assert look("127.0.0.1", port)[1].verdict is Verdict.ERROR
    environ = {"https_proxy": "http://me:hush@proxy.example:3128"}
    beside = look("127.0.0.1", port, environ=environ)[1]
    assert beside.verdict is Verdict.NOTE
    assert "proxy.example:3128" in beside.text
    assert "hush" not in beside.text
    excepted = environ | {"no_proxy": "localhost, 127.0.0.1"}
    assert look("127.0.0.1", port, environ=excepted)[1].verdict is Verdict.ERROR


def test_an_authority_that_is_not_known(authority: trustme.CA) -> None:
    """What it says all the same, and where to name its authority."""
    with shaking_hands(authority.issue_cert("localhost")) as port:
        one = look("localhost", port)[2]
        skipped = look("localhost", port, insecure_skip_verify=True)[2]

    assert one.verdict is Verdict.ERROR
    assert "localhost, from trustme" in one.text
    assert "caCertFilePath" in one.fix
    assert skipped.verdict is Verdict.WARNING


def test_a_certificate_for_another_name(authority: trustme.CA, ca_file: str) -> None:
    """Which it is for."""
    with shaking_hands(authority.issue_cert("flyte.example.com", "10.0.0.1")) as port:
        one = look("localhost", port, ca_cert_file=ca_file)[2]
    assert one.verdict is Verdict.ERROR
    assert one.fix == "use one of its names: flyte.example.com, 10.0.0.1"


def test_a_certificate_that_ended(authority: trustme.CA, ca_file: str) -> None:
    """Since when, and that only its owner can mend it."""
    ended = authority.issue_cert("localhost", not_after=NOW - timedelta(days=3))
    with shaking_hands(ended) as port:
        one = look("localhost", port, ca_cert_file=ca_file)[2]
    assert one.verdict is Verdict.ERROR
    assert one.fix == "have the certificate renewed"
    assert "expired" in one.text


def test_a_certificate_that_ends_soon(authority: trustme.CA, ca_file: str) -> None:
    """Two weeks ahead, so that somebody has time."""
    ending = authority.issue_cert("localhost", not_after=NOW + timedelta(days=5, hours=1))
    with shaking_hands(ending) as port:
        one = look("localhost", port, ca_cert_file=ca_file)[2]
    assert one.verdict is Verdict.WARNING
    assert "ends in 5 days" in one.text


def test_a_server_without_http2(authority: trustme.CA, ca_file: str) -> None:
    """A load balancer in front that would break every call."""
    with shaking_hands(authority.issue_cert("localhost"), speaks="http/1.1") as port:
        one = look("localhost", port, ca_cert_file=ca_file)[2]
    assert one.verdict is Verdict.ERROR
    assert "HTTP/2" in one.text
    assert "load balancer" in one.fix


def test_a_server_without_tls() -> None:
    """How to say that it is to be reached in plain text."""
    with shaking_hands(None) as port:
        one = look("localhost", port)[2]
    assert one.verdict is Verdict.ERROR
    assert "does not speak TLS" in one.text
    assert "admin.insecure: true" in one.fix


def test_plain_text_has_no_certificate(tmp_path: Path) -> None:
    """And none is looked for."""
    with shaking_hands(None) as port:
        assert [one.check for one in look("localhost", port, secure=False)] == ["dns", "tcp"]
