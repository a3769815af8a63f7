"""Signed URLs that work, errors that are told apart, and services that may not be there."""

import base64
import hashlib
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flyteidl.admin.event_pb2 import (
    NodeExecutionEventRequest,
    TaskExecutionEventRequest,
    WorkflowExecutionEventRequest,
)
from flyteidl.service.dataproxy_pb2 import (
    CreateDownloadLinkRequest,
    CreateDownloadLocationRequest,
    CreateUploadLocationRequest,
)
from google.protobuf import json_format

from reconciler.admin import AdminClient
from reconciler.errors import (
    AlreadyExistsError,
    InvalidArgumentError,
    NotFoundError,
    UnimplementedError,
)
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.admin.client.conftest import PLACE, counts
from tests.sandbox.calls import PD, Client

CONTENT = b"some bytes"
MD5 = hashlib.md5(CONTENT).digest()
WHEN = "2025-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as admin:
        short = Client.of(admin._sandbox)
        short.workflow("w", inputs={"x": {"simple": "INTEGER"}})
        short.launch_plan("lp")
        inputs = {"literals": {"x": {"scalar": {"primitive": {"integer": 7}}}}}
        short.launch("lp", "e1", inputs=inputs)
        yield admin


def put(url: str, headers: dict[str, str]) -> None:
    headers = {**headers, "Content-Length": str(len(CONTENT))}
    request = urllib.request.Request(url, CONTENT, headers, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_up_and_down(client: AdminClient) -> None:
    """What is put at the one URL is got at the other."""
    up = client.get_upload_signed_url(*PLACE, MD5, "f.txt", timedelta(minutes=5))
    digest = base64.b64encode(MD5).decode()
    put(up.signed_url, {**up.headers, "Content-MD5": digest})
    down = client.get_download_signed_url(up.native_url, timedelta(minutes=5))
    with urllib.request.urlopen(down.signed_url, timeout=10) as answer:
        assert answer.read() == CONTENT
    assert counts(client) == {"CreateUploadLocation": 1, "CreateDownloadLocation": 1}


def test_what_is_there_already_is_told_apart(client: AdminClient) -> None:
    """From what is no request at all; neither is asked twice."""
    up = client.get_upload_signed_url(*PLACE, MD5, "f", filename_root="folder")
    put(up.signed_url, {**up.headers, "Content-MD5": base64.b64encode(MD5).decode()})
    other = hashlib.md5(b"other").digest()
    with pytest.raises(AlreadyExistsError, match="already exists at location"):
        client.get_upload_signed_url(*PLACE, other, "f", filename_root="folder")
    with pytest.raises(InvalidArgumentError, match="cannot exceed max") as caught:
        client.get_upload_signed_url(*PLACE, MD5, "f", timedelta(hours=2))
    assert caught.value.subject == "file f in flytesnacks/development"
    assert counts(client) == {"CreateUploadLocation": 3}


def test_a_deck(client: AdminClient, short: Client) -> None:
    """None, and not that nothing is there."""
    node = {"node_id": "n0", "execution_id": {**PD, "name": "e1"}}
    event = json_format.ParseDict(
        {"event": {"id": node, "phase": "RUNNING", "occurred_at": WHEN}},
        NodeExecutionEventRequest(),
    )
    client.create_node_event(event)
    with pytest.raises(NotFoundError, match="no deckUrl found"):
        client.get_download_artifact_signed_url("n0", *PLACE, "e1")
    with pytest.raises(ValueError, match="lacks a name"):
        client.get_download_artifact_signed_url("n0", *PLACE, "")


def test_data_by_its_url(client: AdminClient) -> None:
    """Errors of whoever asks are raised, not swallowed."""
    assert client.get_data("flyte://v1/flytesnacks/development/e1/n0/i").HasField("literal_map")
    with pytest.raises(InvalidArgumentError, match="failed to parse"):
        client.get_data("flyte://v1/nonsense")
    with pytest.raises(NotFoundError):
        client.get_data("flyte://v1/flytesnacks/development/e1/n9/i")


def test_admins_own_messages_are_taken(client: AdminClient) -> None:
    """As flytekit's raw client does."""
    up = CreateUploadLocationRequest(**PD, filename="f", content_md5=MD5)
    native = client.create_upload_location(up).native_url
    assert client.create_download_location(CreateDownloadLocationRequest(native_url=native))
    with pytest.raises(InvalidArgumentError):
        client.create_download_link(CreateDownloadLinkRequest())


def test_events_are_the_engines(client: AdminClient) -> None:
    """Each goes to its own RPC."""
    for call, request in (
        (client.create_workflow_event, WorkflowExecutionEventRequest()),
        (client.create_task_event, TaskExecutionEventRequest()),
    ):
        with pytest.raises(InvalidArgumentError):
            call(request)
    assert counts(client) == {"CreateWorkflowEvent": 1, "CreateTaskEvent": 1}


def test_an_admin_without_logins_says_so(client: AdminClient) -> None:
    """There is an Admin; it only has no such service."""
    for call in (client.user_info, client.get_oauth2_metadata, client.get_public_client_config):
        with pytest.raises(UnimplementedError):
            call()
