"""A running HTTP port, and a client that sends exactly what it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import pytest

from reconciler.sandbox import Sandbox, SandboxConfig, parse_config

S3 = {"type": "stow", "container": "my-s3-bucket", "stow": {"kind": "s3"}}


@dataclass(frozen=True)
class Reply:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Makes requests, each on a connection of its own; follows nothing, cleans nothing."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes | str | None = None,
        **headers: str,
    ) -> Reply:
        """Send one request; underscores in header names are hyphens."""
        connection = HTTPConnection(self.endpoint, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        target = target.removeprefix(f"http://{self.endpoint}")
        try:
            connection.request(method, target, body, named)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def config() -> SandboxConfig:
    """The configuration of the module's sandbox; modules replace it."""
    document: dict[str, Any] = {"storage": S3}
    return parse_config(document)


@pytest.fixture(scope="module")
def sandbox(config: SandboxConfig) -> Iterator[Sandbox]:
    """One for the module: tests keep out of each other's way by name."""
    with Sandbox(config=config) as running:
        yield running


@pytest.fixture
def http(sandbox: Sandbox) -> Client:
    """A client of the HTTP port."""
    return Client(sandbox.http_endpoint)
