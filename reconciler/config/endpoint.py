"""What people write for an endpoint, brought to what gRPC takes."""

import ipaddress
import re
from dataclasses import dataclass

from reconciler.config.config import SANDBOX_PREFIX
from reconciler.errors import ConfigError

_FORMS = "host:port, dns:///host:port, http(s)://host:port or sandbox:PATH"
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")
# A name, an IPv4 address, or an IPv6 address in brackets; then, perhaps, a port.
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]@?#]+)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as written.

    Attributes: `target` is `host:port` or `sandbox:PATH`; `insecure` is what the scheme says, or
    None if there is none; `loopback` is True if it cannot leave this machine.
    """

    target: str
    insecure: bool | None = None
    loopback: bool = False


def parse_endpoint(text: str, *, source: str) -> Endpoint:
    """Read an endpoint.

    Shape:  `dns:///` is dropped; `http://` and `https://` decide about TLS; a missing port is 443,
            or 80 for `http://`.
    Raises: ConfigError for anything else; never with the text of a password in it.
    """
    text = text.strip()
    if not text:
        raise ConfigError(f"the endpoint of {source} is empty; give {_FORMS}")
    if text.startswith(SANDBOX_PREFIX):
        if text == SANDBOX_PREFIX:
            raise ConfigError(
                f"{source} says sandbox: without a path; give sandbox:PATH or sandbox::memory:"
            )
        return Endpoint(text, insecure=True, loopback=True)
    scheme, rest = "", text
    if found := _SCHEME.match(text):
        scheme, rest = found["scheme"].lower(), text[found.end() :]
    if "@" in rest:
        raise ConfigError(
            f"{source} holds a user name or password; an endpoint is {_FORMS}, "
            "and credentials belong elsewhere"
        )
    match scheme:
        case "":
            insecure = None
        case "dns":
            insecure, rest = None, rest.removeprefix("/")
        case "http" | "https":
            insecure, rest = scheme == "http", rest.removesuffix("/")
        case _:
            raise ConfigError(f"{source}: {text} has scheme {scheme}; an endpoint is {_FORMS}")
    address = _ADDRESS.fullmatch(rest)
    if address is None or (address["port"] and not 0 < int(address["port"]) < 65536):
        raise ConfigError(f"{source}: {text} is no endpoint; give {_FORMS}")
    port = address["port"] or ("80" if insecure else "443")
    host = address["host"]
    return Endpoint(f"{host}:{int(port)}", insecure=insecure, loopback=_is_loopback(host))


def is_on_this_machine(address: str) -> bool:
    """Whether what is sent to `host`, `host:port` or `host:port/path` stays on this machine."""
    found = _ADDRESS.match(address)
    return found is not None and _is_loopback(found["host"])


def _is_loopback(host: str) -> bool:
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
