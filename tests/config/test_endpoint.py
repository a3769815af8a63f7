"""Everything that people write for an endpoint, and everything that is none."""

import pytest

from reconciler.config.endpoint import Endpoint, parse_endpoint
from reconciler.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flyte.example.com:81", Endpoint("flyte.example.com:81")),
        ("flyte.example.com", Endpoint("flyte.example.com:443")),
        ("dns:///flyte.example.com:81", Endpoint("flyte.example.com:81")),
        ("dns:///flyte.example.com", Endpoint("flyte.example.com:443")),
        ("dns://flyte.example.com", Endpoint("flyte.example.com:443")),
        ("https://flyte.example.com", Endpoint("flyte.example.com:443", insecure=False)),
        ("https://flyte.example.com:8443/", Endpoint("flyte.example.com:8443", insecure=False)),
        ("http://flyteadmin.flyte:81", Endpoint("flyteadmin.flyte:81", insecure=True)),
        ("HTTP://flyteadmin.flyte", Endpoint("flyteadmin.flyte:80", insecure=True)),
        ("localhost:30080", Endpoint("localhost:30080", loopback=True)),
        ("admin.localhost:1", Endpoint("admin.localhost:1", loopback=True)),
        ("127.0.0.53:80", Endpoint("127.0.0.53:80", loopback=True)),
        ("[::1]:30080", Endpoint("[::1]:30080", loopback=True)),
        ("[2001:db8::7]:443", Endpoint("[2001:db8::7]:443")),
        ("10.0.0.1:80", Endpoint("10.0.0.1:80")),
        ("localhost.example.com:80", Endpoint("localhost.example.com:80")),
        ("  localhost:30080\n", Endpoint("localhost:30080", loopback=True)),
        ("sandbox:dev.db", Endpoint("sandbox:dev.db", insecure=True, loopback=True)),
        ("sandbox::memory:", Endpoint("sandbox::memory:", insecure=True, loopback=True)),
    ],
)
def test_reads_every_form(text: str, expected: Endpoint) -> None:
    """Schemes are understood and dropped, ports filled in, loopback recognised."""
    assert parse_endpoint(text, source="--admin") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "sandbox:",
        "https://flyte.example.com/console",
        "dns:///",
        "host:0",
        "host:65536",
        "host:port",
        "::1",
        "host name:80",
        "unix:/tmp/socket",
        "ftp://host",
        "host:80:81",
    ],
)
def test_refuses_what_is_no_endpoint(text: str) -> None:
    """The refusal names the place and shows what an endpoint looks like."""
    with pytest.raises(ConfigError, match=r"--admin.*sandbox:PATH"):
        parse_endpoint(text, source="--admin")


def test_never_repeats_a_password() -> None:
    """Credentials in an endpoint are refused without being printed."""
    with pytest.raises(ConfigError) as caught:
        parse_endpoint("https://me:hunter2@flyte.example.com", source="--admin")
    assert "hunter2" not in str(caught.value)
