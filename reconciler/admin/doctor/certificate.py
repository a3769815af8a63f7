"""The certificate that a server shows, believed or not."""

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """What it says: the names that it is for, who signed it, and until when (UTC)."""

    names: tuple[str, ...]
    issuer: str
    until: datetime

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; negative if it has."""
        return (self.until - now).days

    def listed_names(self) -> str:
        """Some of its names."""
        more = f" and {len(self.names) - 4} more" if len(self.names) > 4 else ""
        return (", ".join(self.names[:4]) or "no name") + more


def read_certificate(host: str, port: int, *, seconds: float) -> Certificate | None:
    """Fetch and read it; None if whoever answers speaks no TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=seconds) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            content = secured.getpeercert(binary_form=True)
    except OSError:
        return None
    return _parsed(content) if content else None


def _parsed(content: bytes) -> Certificate:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    found = x509.load_der_x509_certificate(content)
    names: list[str] = []
    try:
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names += alternatives.get_values_for_type(x509.DNSName)
        names += map(str, alternatives.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        names += [
            str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        ]
    signers = [
        str(one.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for one in found.issuer.get_attributes_for_oid(oid)
    ]
    return Certificate(
        tuple(names), signers[0] if signers else "nobody", found.not_valid_after_utc
    )
