"""Tokens that are worn out in the middle of a run, and clients that get new ones."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flytekit.configuration import AuthType, Config, PlatformConfig
from flytekit.remote import FlyteRemote

from reconciler.sandbox import Faults, Options, Refusal, Sandbox
from tests.sandbox.calls import PD, Client


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An Admin that wants tokens; each is good for three calls."""
    with Options(auth=True, chaos="expire_tokens=3").sandbox() as sandbox:
        yield sandbox


def token(sandbox: Sandbox) -> str:
    """Log in, as a client does that has a secret."""
    form = {
        "grant_type": "client_credentials",
        "client_id": "flytepropeller",
        "client_secret": "foobar",
        "scope": "all",
    }
    url = f"http://{sandbox.http_endpoint}/oauth2/token"
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
        return str(json.load(answer)["access_token"])


def bearing(sandbox: Sandbox, access_token: str) -> Client:
    """A client with a token."""
    metadata = (("flyte-authorization", f"Bearer {access_token}"),)
    return Client(lambda method, payload: sandbox.admin.call(method, payload, metadata))


def test_a_token_is_good_for_so_many_calls(sandbox: Sandbox) -> None:
    """Then it has expired, for good; another one is as good as the first was."""
    first, second = token(sandbox), token(sandbox)

    for _ in range(3):
        bearing(sandbox, first)("GetVersion")
    for _ in range(2):
        with pytest.raises(Refusal, match=r"UNAUTHENTICATED.*token is expired"):
            bearing(sandbox, first)("GetVersion")
    bearing(sandbox, second)("GetVersion")


def test_without_authentication_nothing_expires() -> None:
    """There is no token to wear out."""
    sandbox = Options(chaos="expire_tokens=1").sandbox()

    for _ in range(3):
        bearing(sandbox, "anything")("GetVersion")
    sandbox.stop()


def test_flytekit_logs_in_again(sandbox: Sandbox) -> None:
    """A run that outlives its tokens ends well, with an unmodified client."""
    platform = PlatformConfig(
        endpoint=sandbox.endpoint,
        insecure=True,
        auth_mode=AuthType.CLIENTSECRET,
        client_id="flytepropeller",
        client_credentials_secret="foobar",
        scopes=["all"],
    )
    remote = FlyteRemote(Config(platform=platform), "flytesnacks", "development")

    for _ in range(10):
        projects, _ = remote.client.list_projects_paginated(limit=5)

    assert [project.id for project in projects] == ["flytesnacks"]
    faults = sandbox.admin.faults
    assert isinstance(faults, Faults)
    assert len(faults.happened) >= 2


def test_the_sandbox_itself_needs_no_token() -> None:
    """Its scheduler fires, with authentication as without."""
    with Options(auth=True, scheduler=True, clock="2026-03-01T00:00:00Z").sandbox() as sandbox:
        call = Client(sandbox.admin.within)
        call.workflow()
        call.scheduled()
        call.activate()
        sandbox.advance(timedelta(days=2))

        executions = call("ListExecutions", {"id": PD, "limit": 9})

    assert len(executions.executions) == 2
