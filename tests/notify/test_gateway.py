"""What was pushed is there, in a group of its own, and can be read again."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import unquote

import httpx
import pytest

from reconciler.errors import MetricsError
from reconciler.notify import push_metrics, read_metrics
from reconciler.report import drifts_as_prometheus, told_in
from tests.report.test_drift import QUIET, REPORT

GATEWAY = shutil.which("prometheus-pushgateway")
needs_gateway = pytest.mark.skipif(
    GATEWAY is None, reason="no Pushgateway is installed (Debian: prometheus-pushgateway)"
)


@pytest.fixture
def gateway() -> Iterator[str]:
    """A real Pushgateway."""
    assert GATEWAY is not None
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{one.getsockname()[1]}"
    with subprocess.Popen(
        [GATEWAY, f"--web.listen-address={address}"], stderr=subprocess.DEVNULL
    ) as process:
        while not _answers(f"http://{address}/-/ready"):
            assert process.poll() is None
        yield f"http://{address}"
        process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


@needs_gateway
def test_each_environment_has_a_group_of_its_own(gateway: str) -> None:
    """A run about one leaves what another pushed; what is no path, too, is taken."""
    for place, report in ((("shop", ""), REPORT), (("a/b c", "prod"), QUIET)):
        workspace, environment = place
        group = {"workspace": workspace, "environment": environment}
        told = {place: {"chat": "abcd"}} if report is REPORT else None
        text = drifts_as_prometheus([(workspace, environment, report)], told=told)
        push_metrics(gateway, text, group=group)

    text = read_metrics(gateway)
    assert told_in(text) == {("shop", ""): {"chat": "abcd"}}
    lines = [line for line in text.splitlines() if line.startswith("reconciler_drift{")]
    assert sum('workspace="shop"' in line for line in lines) == 10
    assert sum('workspace="a/b c"' in line for line in lines) == 10

    push_metrics(
        gateway,
        drifts_as_prometheus([("shop", "", QUIET)]),
        group={"workspace": "shop", "environment": ""},
    )
    assert told_in(read_metrics(gateway)) == {}


@needs_gateway
def test_what_a_gateway_refuses_is_told(gateway: str) -> None:
    """By its status; credentials in the URL are in no message."""
    url = gateway.replace("://", "://bot:hush@")
    with pytest.raises(MetricsError, match="says 400") as caught:
        push_metrics(url, "no metrics\n", group={"workspace": "shop"})
    assert "hush" not in unquote(str(caught.value))


@pytest.mark.parametrize("url", ["http://bot:hush@127.0.0.1:1", "http://[", "nonsense"])
def test_a_gateway_that_is_not_there_is_told(url: str) -> None:
    """Whatever is written."""
    with pytest.raises(MetricsError, match="could not be pushed") as caught:
        push_metrics(url, "", group={})
    assert "hush" not in str(caught.value)
    with pytest.raises(MetricsError, match="could not be read"):
        read_metrics(url)
