"""The one connection to an Admin: TLS or plain text, limits, keepalive."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# gRPC's core reports every failed handshake on stderr, beside the error that we report anyway.
# It reads this once, when it is loaded, so it has to be said before.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

from reconciler import __version__
from reconciler.config import Config
from reconciler.errors import ConfigError, UnreachableError

RECEIVE_LIMIT = 64 << 20  # bytes of one answer; a page of 1,000 tasks is a few MiB
# Bytes of one answer's headers. An error's message travels twice in them: up to 32,000 bytes
# percent-encoded (three each), and again with the details in base64.
METADATA_LIMIT = 256 << 10
CONNECT_SECONDS = 5  # per attempt to connect, the TLS handshake included

_OPTIONS: list[tuple[str, Any]] = [
    ("grpc.primary_user_agent", f"flyte-reconciler/{__version__}"),
    ("grpc.max_receive_message_length", RECEIVE_LIMIT),
    ("grpc.max_send_message_length", -1),  # Admin's limit is checked before a create is sent
    ("grpc.max_metadata_size", METADATA_LIMIT),
    ("grpc.absolute_max_metadata_size", METADATA_LIMIT),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Admin ends connections that ping while nothing is asked (grpc-go: too_many_pings).
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.http2.max_pings_without_data", 0),
    # Retries are `retry`'s business; gRPC's own would multiply them, and count against nothing.
    ("grpc.enable_retries", 0),
    ("grpc.service_config_disable_resolution", 1),
    # Also bounds how long a connection attempt takes; the pauses suit RetryPolicy's.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", CONNECT_SECONDS * 1000),
    ("grpc.max_reconnect_backoff_ms", CONNECT_SECONDS * 1000),
    # Every connection its own: closing one must not depend on another of this process.
    ("grpc.use_local_subchannel_pool", 1),
]


def open_channel(config: Config) -> grpc.Channel:
    """Prepare a connection; it is made with the first call.

    Raises:
        ConfigError: The file of authorities cannot be read or holds none, or our certificate
            cannot be used.
        UnreachableError: With `insecure_skip_verify` the server's certificate must be fetched
            first, and nobody answered.
    """
    if config.sandbox_path is not None:
        raise ValueError(f"start the embedded Admin first: {config.endpoint} is no address")
    options = _options(config)
    if config.insecure:
        return grpc.insecure_channel(config.endpoint, options=options)
    chain, key = _own_certificate(config)
    authorities: bytes | None
    if config.insecure_skip_verify:
        authorities, name = _shown_certificate(config)
        if name:
            options.append(("grpc.ssl_target_name_override", name))
    else:
        authorities = _authorities(config.ca_cert_file)
    credentials = grpc.ssl_channel_credentials(
        authorities, private_key=key, certificate_chain=chain
    )
    return grpc.secure_channel(config.endpoint, credentials, options=options)


def _options(config: Config) -> list[tuple[str, Any]]:
    limit = config.receive_limit
    if not limit:
        return list(_OPTIONS)
    name = "grpc.max_receive_message_length"
    return [(key, limit if key == name else value) for key, value in _OPTIONS]


def _own_certificate(config: Config) -> tuple[bytes | None, bytes | None]:
    """Our certificate and its key (mTLS); the key may be in the certificate's file.

    Checked here, for gRPC itself does not say what is wrong with them.
    """
    if not config.client_cert_file:
        if config.client_key_file:
            raise ConfigError(f"{config.client_key_file} is a key without a client certificate")
        return None, None
    files = (config.client_cert_file, config.client_key_file or config.client_cert_file)
    try:
        ssl.create_default_context().load_cert_chain(*files)
        chain, key = (Path(file).read_bytes() for file in files)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or error
        names = " and ".join(dict.fromkeys(files))
        raise ConfigError(f"cannot use the client certificate of {names}: {reason}") from error
    return chain, key


def _authorities(file: str) -> bytes | None:
    if not file:
        return None  # those that gRPC brings along, or GRPC_DEFAULT_SSL_ROOTS_FILE_PATH
    try:
        pem = Path(file).read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the CA file {file}: {error.strerror or error}") from error
    try:
        ssl.create_default_context(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError(f"the CA file {file} holds no PEM certificate") from error
    return pem


def _shown_certificate(config: Config) -> tuple[bytes, str]:
    """Fetch the certificate that the server shows, to trust just that one, and a name in it.

    gRPC cannot be told to skip verification; pinning what is shown comes to the same.
    """
    host, _, port = config.endpoint.rpartition(":")
    address = (host.strip("[]"), int(port))
    try:
        anybody = _context(config)
        anybody.verify_mode = ssl.CERT_NONE
        with _shaken(address, anybody) as secured:
            pem = ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"")
        # Only a certificate that was verified is read for us, so it vouches for itself.
        this_one = _context(config)
        this_one.load_verify_locations(cadata=pem)
        this_one.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        with _shaken(address, this_one) as secured:
            certificate: dict[str, Any] = secured.getpeercert() or {}
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreachableError(
            f"cannot reach Flyte Admin at {config.endpoint}: {reason}"
        ) from error
    return pem.encode(), _name_in(certificate)


def _context(config: Config) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if config.client_cert_file:
        context.load_cert_chain(config.client_cert_file, config.client_key_file or None)
    return context


@contextmanager
def _shaken(address: tuple[str, int], context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    import socket

    with (
        socket.create_connection(address, timeout=CONNECT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=address[0]) as secured,
    ):
        yield secured


def _name_in(certificate: dict[str, Any]) -> str:
    names = [name for _, name in certificate.get("subjectAltName", ())]
    names += [
        value
        for part in certificate.get("subject", ())
        for key, value in part
        if key == "commonName"
    ]
    return names[0].replace("*", "any") if names else ""
