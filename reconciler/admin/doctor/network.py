"""From a name to a connection: DNS, TCP, and the certificate that a server shows."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from reconciler.admin.auth.http import tls
from reconciler.admin.doctor.certificate import Certificate, read_certificate
from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.config import Config

SECONDS = 5.0
_SOON = 14  # days in which a certificate's end is worth a word


def look_at_network(
    host: str,
    port: int,
    config: Config,
    *,
    secure: bool,
    environ: Mapping[str, str],
    now: datetime,
    prefix: str = "",
) -> Iterator[Finding]:
    """Look a host up, connect to it, and look at its certificate; stops where it cannot go on.

    Args:
        secure: Whether it should speak TLS.
        prefix: Before the names of the checks, for a host that is not Admin.
    """
    proxy = _proxy(host, environ)
    # Behind a proxy this machine need not reach the host itself.
    bad = Verdict.NOTE if proxy else Verdict.ERROR
    beside = (
        f"; calls go through the proxy {proxy} and may get there all the same" if proxy else ""
    )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        yield Finding(
            check=f"{prefix}dns",
            verdict=bad,
            text=f"the name {host} is not known here: {error.strerror or error}{beside}",
            fix="check its spelling, and whether this machine is in the right network or VPN",
        )
        return
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    yield Finding(
        check=f"{prefix}dns",
        verdict=Verdict.OK,
        text=f"{host} is {', '.join(addresses[:4])}",
        facts={"addresses": addresses},
    )
    began = time.monotonic()
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
    except OSError as error:
        reason = "no answer" if isinstance(error, TimeoutError) else error.strerror or error
        yield Finding(
            check=f"{prefix}tcp",
            verdict=bad,
            text=f"nobody can be reached at {host}:{port}: {reason}{beside}",
            fix="check the port, firewalls, and whether the server runs",
        )
        return
    took = (time.monotonic() - began) * 1000
    yield Finding(
        check=f"{prefix}tcp",
        verdict=Verdict.OK,
        text=f"{host}:{port} answers in {took:.0f} ms",
        facts={"milliseconds": round(took, 1)},
    )
    if secure:
        # gRPC takes no connection that did not agree on HTTP/2; the store speaks what it likes.
        speaks = ("h2",) if not prefix else ("h2", "http/1.1")
        yield _look_at_tls(host, port, config, check=f"{prefix}tls", now=now, speaks=speaks)


def _look_at_tls(
    host: str, port: int, config: Config, *, check: str, now: datetime, speaks: tuple[str, ...]
) -> Finding:
    shown = read_certificate(host, port, seconds=SECONDS)
    if shown is None:
        return Finding(
            check=check,
            verdict=Verdict.ERROR,
            text=f"{host}:{port} does not speak TLS",
            fix="set admin.insecure: true (or FLYTE_PLATFORM_INSECURE=true) if it is to be "
            "reached in plain text; else check the port",
        )
    facts = _facts(shown, now)
    days = shown.days_left(now)
    try:
        agreed = _agreed(host, port, config, speaks)
    except (ssl.SSLError, OSError) as error:
        return Finding(
            check=check,
            verdict=Verdict.WARNING if config.insecure_skip_verify else Verdict.ERROR,
            text=f"the certificate of {host}:{port} is not accepted: {_reason(error)}; it is "
            f"for {shown.listed_names()}, from {shown.issuer}, until {shown.until:%Y-%m-%d}",
            fix=_fix(error, shown, now),
            facts=facts,
        )
    if agreed is None and speaks == ("h2",):
        return Finding(
            check=check,
            verdict=Verdict.ERROR,
            text=f"{host}:{port} does not offer HTTP/2 (ALPN h2), which gRPC needs",
            fix="switch HTTP/2 on at the load balancer or ingress, or name Admin's gRPC port",
            facts=facts,
        )
    if days < _SOON:
        return Finding(
            check=check,
            verdict=Verdict.WARNING,
            text=f"the certificate of {host} ends in {days} days, on {shown.until:%Y-%m-%d}",
            fix="have it renewed",
            facts=facts,
        )
    return Finding(
        check=check,
        verdict=Verdict.OK,
        text=f"the certificate is for {shown.listed_names()}, from {shown.issuer}, good for "
        f"{days} days",
        facts=facts,
    )


def _facts(shown: Certificate, now: datetime) -> dict[str, object]:
    return {
        "names": list(shown.names),
        "issuer": shown.issuer,
        "until": shown.until.isoformat(),
        "days_left": shown.days_left(now),
    }


def _agreed(host: str, port: int, config: Config, speaks: tuple[str, ...]) -> str | None:
    """Verify the certificate, and return what of `speaks` the server agreed to, if anything."""
    context = tls(replace(config, insecure_skip_verify=False))
    context.set_alpn_protocols(list(speaks))
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return secured.selected_alpn_protocol()


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return getattr(error, "strerror", None) or str(error)


def _fix(error: Exception, shown: Certificate, now: datetime) -> str:
    if shown.days_left(now) < 0:
        return "have the certificate renewed"
    text = _reason(error).lower()
    if "hostname" in text or "ip address" in text:
        return f"use one of its names: {shown.listed_names()}"
    if "not yet valid" in text:
        return "set this machine's clock"
    return (
        "name the file of its authority by admin.caCertFilePath "
        "(or FLYTE_PLATFORM_CA_CERT_FILE_PATH)"
    )


def _proxy(host: str, environ: Mapping[str, str]) -> str:
    """The proxy that gRPC's core takes from the environment; without a password; "" for none."""
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        if written := environ.get(name, ""):
            break
    else:
        return ""
    excepted = environ.get("no_grpc_proxy") or environ.get("no_proxy") or ""
    for part in (one.strip().lstrip(".") for one in excepted.split(",")):
        if part == "*" or (part and (host == part or host.endswith(f".{part}"))):
            return ""
    try:
        parts = urlsplit(written)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:
        return "of a broken URL"
