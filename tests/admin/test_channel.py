"""TLS in all its ways, against a server with a certificate of its own authority."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import trustme
from flyteidl.admin.project_pb2 import GetDomainsResponse

from reconciler.admin.retry import RetryPolicy
from reconciler.config import Config
from reconciler.errors import (
    ConfigError,
    DeadlineExceededError,
    ResourceExhaustedError,
    UnavailableError,
    UnreachableError,
)
from tests.admin.conftest import Connect
from tests.admin.server import Hang, Refuse, ScriptedAdmin

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secured(authority: trustme.CA) -> Iterator[int]:
    """The port of a server whose certificate is for another name than the one we reach it by."""
    yield from serving(authority.issue_cert("*.flyte.example.com"))


@pytest.fixture(scope="module")
def local(authority: trustme.CA) -> Iterator[int]:
    yield from serving(authority.issue_cert("localhost"))


def serving(certificate: trustme.LeafCert) -> Iterator[int]:
    def answer(payload: bytes, context: grpc.ServicerContext) -> bytes:
        encoded: bytes = GetDomainsResponse().SerializeToString()
        return encoded

    handler = grpc.unary_unary_rpc_method_handler(answer)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                "flyteidl.service.AdminService", {"GetDomains": handler}
            )
        ]
    )
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    credentials = grpc.ssl_server_credentials([(certificate.private_key_pem.bytes(), chain)])
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    yield port
    server.stop(None).wait()


def config(port: int, **fields: object) -> Config:
    return Config(endpoint=f"localhost:{port}", source="the test", **fields)  # type: ignore[arg-type]


def test_trusts_the_authority_it_is_given(
    local: int, authority: trustme.CA, tmp_path: Path, to_admin: Connect
) -> None:
    """With caCertFilePath a private authority is as good as a public one."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    connection = to_admin("", config=config(local, ca_cert_file=str(file)), policy=ONCE)
    assert connection.reader.domains() == ()


def test_trusts_no_stranger(local: int, to_admin: Connect) -> None:
    """A certificate of an unknown authority is refused, with the way out."""
    connection = to_admin("", config=config(local), policy=ONCE)
    with pytest.raises(UnreachableError, match=r"certificate is not trusted.*caCertFilePath"):
        connection.reader.domains()


def test_a_certificate_is_for_its_name(
    secured: int, authority: trustme.CA, tmp_path: Path, to_admin: Connect
) -> None:
    """A trusted authority does not excuse a certificate for somebody else."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    connection = to_admin("", config=config(secured, ca_cert_file=str(file)), policy=ONCE)
    with pytest.raises(UnreachableError):
        connection.reader.domains()


def test_verification_can_be_skipped(secured: int, to_admin: Connect) -> None:
    """insecureSkipVerify takes any authority and any name, yet still encrypts."""
    connection = to_admin("", config=config(secured, insecure_skip_verify=True), policy=ONCE)
    assert connection.reader.domains() == ()


def test_skipping_verification_of_nobody_is_one_line(to_admin: Connect) -> None:
    """The certificate is fetched on connecting, so that is where a lost server shows."""
    with pytest.raises(UnreachableError, match="cannot reach Flyte Admin at localhost:1: "):
        to_admin("", config=config(1, insecure_skip_verify=True))


def test_plain_text_to_a_server_with_tls_says_what_to_do(secured: int, to_admin: Connect) -> None:
    """The other way round of a wrong `insecure` is told as clearly."""
    connection = to_admin("", config=config(secured, insecure=True), policy=ONCE)
    with pytest.raises(UnreachableError, match=r"https:// or `insecure: false`"):
        connection.reader.domains()


def test_a_useless_ca_file_is_named(tmp_path: Path, to_admin: Connect) -> None:
    """Missing, or without a certificate in it: said before anything is sent."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing here")
    for file, words in ((tmp_path / "no.pem", "cannot read"), (empty, "no PEM certificate")):
        with pytest.raises(ConfigError, match=words) as caught:
            to_admin("", config=config(1, ca_cert_file=str(file)))
        assert str(file) in str(caught.value)


def test_a_sandbox_must_be_started_first(to_admin: Connect) -> None:
    """`sandbox:PATH` is no address; whoever connects to it forgot a step."""
    with pytest.raises(ValueError, match="start the embedded Admin first"):
        to_admin("", config=Config(endpoint="sandbox:dev.db", source="the test"))


def test_answers_beyond_grpcs_usual_limit_arrive(server: ScriptedAdmin, to_admin: Connect) -> None:
    """Admin may answer more than the 4 MiB that gRPC takes unless told otherwise."""
    answer = GetDomainsResponse()
    answer.domains.add(id="d" * (5 << 20))
    server.domains = answer
    (domain,) = to_admin(server.endpoint).reader.domains()
    assert len(domain) == 5 << 20


@pytest.fixture(scope="module")
def mutual(authority: trustme.CA) -> Iterator[int]:
    """The port of a server that asks its clients for a certificate of the same authority."""
    answer = GetDomainsResponse().SerializeToString()
    handler = grpc.unary_unary_rpc_method_handler(lambda payload, context: answer)
    server = grpc.server(ThreadPoolExecutor(2))
    methods = {"GetDomains": handler}
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("flyteidl.service.AdminService", methods)]
    )
    own = authority.issue_cert("localhost")
    chain = b"".join(blob.bytes() for blob in own.cert_chain_pems)
    credentials = grpc.ssl_server_credentials(
        [(own.private_key_pem.bytes(), chain)],
        root_certificates=authority.cert_pem.bytes(),
        require_client_auth=True,
    )
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    yield port
    server.stop(None).wait()


@pytest.mark.parametrize("together", [False, True])
def test_shows_its_own_certificate(
    mutual: int, authority: trustme.CA, tmp_path: Path, to_admin: Connect, together: bool
) -> None:
    """mTLS, with the key in a file of its own or in the certificate's."""
    ca, cert, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "cert.key"))
    authority.cert_pem.write_to_path(str(ca))
    client = authority.issue_cert("ann@example.com")
    client.private_key_and_cert_chain_pem.write_to_path(str(cert))
    client.private_key_pem.write_to_path(str(key))
    known = config(
        mutual,
        ca_cert_file=str(ca),
        client_cert_file=str(cert),
        client_key_file="" if together else str(key),
    )

    assert to_admin("", config=known, policy=ONCE).reader.domains() == ()
    blind = replace(known, insecure_skip_verify=True)
    assert to_admin("", config=blind, policy=ONCE).reader.domains() == ()
    with pytest.raises(UnreachableError):
        to_admin("", config=config(mutual, ca_cert_file=str(ca)), policy=ONCE).reader.domains()


def test_a_useless_certificate_of_ours_is_named(tmp_path: Path, to_admin: Connect) -> None:
    """gRPC itself would say nothing of it."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing here")
    for fields in ({"client_cert_file": str(empty)}, {"client_key_file": str(empty)}):
        with pytest.raises(ConfigError, match="client certificate") as caught:
            to_admin("", config=config(1, **fields))
        assert str(empty) in str(caught.value)


def test_a_limit_of_answers_can_be_said(server: ScriptedAdmin, to_admin: Connect) -> None:
    """`maxMessageSizeBytes`: what is longer is told, and not tried again."""
    server.domains.domains.add(id="d" * 2000)
    small = Config(endpoint=server.endpoint, source="x", insecure=True, receive_limit=1000)
    with pytest.raises(ResourceExhaustedError):
        to_admin("", config=small).reader.domains()
    assert server.calls["GetDomains"] == 1


def test_a_configuration_says_how_long_and_how_often(
    server: ScriptedAdmin, to_admin: Connect
) -> None:
    """`maxRetries: 0` tries once; every call has a deadline, and it can be said."""
    server.fail("GetDomains", Refuse(grpc.StatusCode.UNAVAILABLE, "away"))
    config = Config(endpoint=server.endpoint, source="x", insecure=True, retries=0)
    with pytest.raises(UnavailableError):
        to_admin("", config=config).reader.domains()
    assert server.calls["GetDomains"] == 1

    server.fail("GetDomains", Hang())
    config = replace(config, call_seconds=0.05)
    with pytest.raises(DeadlineExceededError):
        to_admin("", config=config).reader.domains()
