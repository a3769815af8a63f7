"""Signed URLs for uploads and downloads, and data behind `flyte://` URLs.

Source: `flyteadmin/dataproxy/service.go`.
"""

import base64
import re
import secrets
from datetime import timedelta
from typing import Any

import grpc
from flyteidl.admin import node_execution_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2
from flyteidl.service import dataproxy_pb2
from google.protobuf import duration_pb2, timestamp_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import Refusal, internal, invalid, not_found
from reconciler.sandbox.expiry import download_expiry, upload_expiry
from reconciler.sandbox.objects import BadReferenceError, StorageError
from reconciler.sandbox.objects.builtin import MD5_METADATA
from reconciler.sandbox.services import node_executions, task_executions

dataproxy = Table("flyteidl.service.DataProxyService", transformed=False)
TABLES = (dataproxy,)

_NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # Kubernetes' for names: no vowels, no look-alikes
_DECK = dataproxy_pb2.ARTIFACT_TYPE_DECK
_PART = "([a-zA-Z0-9_-]+)"
_NODE_URL = f"flyte://v1/{_PART}/{_PART}/{_PART}/{_PART}(?:/([0-9]+))?"
_WHOLE_URL = re.compile(rf"{_NODE_URL}/([iod])\Z")
_NAMED_URL = re.compile(rf"{_NODE_URL}/([io])/{_PART}\Z")
_SECOND = 10**9  # in nanoseconds


@dataproxy.handles("CreateUploadLocation")
def create_upload_location(call: Call, request: Any) -> Any:
    """Sign a PUT to a place named by the client, or by the content's digest."""
    if not request.project or not request.domain:
        raise invalid("project and domain are required parameters")
    if not request.filename_root and not request.content_md5:
        raise invalid("content_md5 or filename_root is a required parameter")
    if request.filename and request.filename_root:
        _check_rewrite(call, request)
    limit = call.config.server.data_proxy.upload_max_expires_in
    expires = upload_expiry(request, limit)
    letters = call.config.server.data_proxy.default_file_name_length
    filename = request.filename or "".join(secrets.choice(_NAME_LETTERS) for _ in range(letters))
    root = request.filename_root or base64.b32encode(request.content_md5).decode()
    try:
        native_url = _location(call, request, root, filename)
    except BadReferenceError as exc:
        raise internal(
            f"failed to create shardedStorageLocation, Error: {_reference(exc)}"
        ) from exc
    try:
        signed = call.objects.sign_put(
            native_url,
            expires=expires / _SECOND,
            content_md5=base64.b64encode(request.content_md5).decode(),
            add_md5_metadata=request.add_content_md5_metadata,
        )
    except StorageError as exc:
        raise _unsigned(exc) from exc
    return dataproxy_pb2.CreateUploadLocationResponse(
        signed_url=signed.url,
        native_url=native_url,
        expires_at=_after(call, expires),
        headers=signed.headers,
    )


@dataproxy.handles("CreateDownloadLocation")
def create_download_location(call: Call, request: Any) -> Any:
    """Sign a GET of any native URL; there need be no such object."""
    try:
        expires = download_expiry(request, _most(call))
    except ValueError as exc:
        text = f"error while validating request: expiresIn is invalid. Error: {exc}"
        raise invalid(text) from exc
    if not call.objects.can_parse(request.native_url):
        raise invalid(
            f"error while validating request: failed to parse native_url [{request.native_url}]"
        )
    try:
        signed = call.objects.sign_get(request.native_url, expires=expires / _SECOND)
    except StorageError as exc:
        raise _unsigned(exc) from exc
    return dataproxy_pb2.CreateDownloadLocationResponse(
        signed_url=signed.url, expires_at=_after(call, expires)
    )


@dataproxy.handles("CreateDownloadLink")
def create_download_link(call: Call, request: Any) -> Any:
    """Sign a GET of a node's deck."""
    filled = dataproxy_pb2.CreateDownloadLinkRequest()
    filled.CopyFrom(request)
    try:
        expires = _check_link(call, filled)
    except ValueError as exc:
        raise invalid(f"error while validating request. Error: {exc}") from exc
    deck = _deck_of(call, filled)
    try:
        found = call.objects.info(deck)
    except StorageError as exc:
        raise internal(f"failed to head object before signing url. Error: {exc}") from exc
    if found is None:
        raise not_found("object not found")
    try:
        signed = call.objects.sign_get(deck, expires=expires / _SECOND)
    except StorageError as exc:
        raise _unsigned(exc) from exc
    until = _after(call, expires)
    return dataproxy_pb2.CreateDownloadLinkResponse(
        signed_url=[signed.url],
        expires_at=until,
        pre_signed_urls=dataproxy_pb2.PreSignedURLs(signed_url=[signed.url], expires_at=until),
    )


@dataproxy.handles("GetData")
def get_data(call: Call, request: Any) -> Any:
    """Resolve a `flyte://v1/…` URL to literals, or to a signed URL of a deck."""
    url = request.flyte_url
    if not url.startswith("flyte://"):
        problem = "request does not start with the correct prefix"
        problem = problem if url else "source is required. Provided empty string"
        raise invalid(f"failed to validate resolve artifact request. Error: {problem}")
    # What stands before the URL proper is not looked at, here as in Admin.
    found = _WHOLE_URL.search(url) or _NAMED_URL.search(url)
    if found is None:
        raise invalid(f"failed to parse artifact url Error: failed to parse [{url}]")
    project, domain, execution, node, attempt, kind, *named = found.groups()
    node_id = identifier_pb2.NodeExecutionIdentifier(
        node_id=node,
        execution_id=identifier_pb2.WorkflowExecutionIdentifier(
            project=project, domain=domain, name=execution
        ),
    )
    name = named[0] if named else ""
    if attempt is None:
        return _node_data(call, node_id, kind, name)
    if int(attempt) >= 2**63:
        problem = f'strconv.Atoi: parsing "{attempt}": value out of range'
        text = (
            f"failed to parse artifact url Error: failed to parse attempt [{attempt}], {problem}"
        )
        raise invalid(text)
    return _attempt_data(call, node_id, int(attempt) % 2**32, kind, name)


def _node_data(call: Call, node_id: Any, kind: str, name: str) -> Any:
    wanted = node_execution_pb2.NodeExecutionGetDataRequest(id=node_id)
    data: Any = node_executions.get_node_execution_data(call, wanted)
    if kind == "d":
        link = dataproxy_pb2.CreateDownloadLinkRequest(
            artifact_type=_DECK, node_execution_id=node_id
        )
        urls = create_download_link(call, link).pre_signed_urls  # type: ignore[attr-defined]
        return dataproxy_pb2.GetDataResponse(pre_signed_urls=urls)
    literals = data.full_inputs if kind == "i" else data.full_outputs
    return _literals(literals, name, f"node execution [{go_text(node_id)}]")


def _attempt_data(call: Call, node_id: Any, attempt: int, kind: str, name: str) -> Any:
    partial = identifier_pb2.TaskExecutionIdentifier(
        node_execution_id=node_id, retry_attempt=attempt
    )
    wanted = task_execution_pb2.TaskExecutionListRequest(
        node_execution_id=node_id, limit=1, filters=f"eq(retry_attempt,{attempt})"
    )
    try:
        listed: Any = task_executions.list_task_executions(call, wanted)
    except Refusal as exc:
        text = f"failed to list task executions [{go_text(partial)}]. Error: {exc.message}"
        raise invalid(text) from exc
    if not listed.task_executions:
        raise invalid(f"no task executions were listed [{go_text(partial)}]. Error: <nil>")
    task_id = listed.task_executions[0].id
    asked = task_execution_pb2.TaskExecutionGetDataRequest(id=task_id)
    data: Any = task_executions.get_task_execution_data(call, asked)
    if kind == "d":
        raise invalid(
            "deck type cannot be specified with a retry attempt, just use the node instead"
        )
    literals = data.full_inputs if kind == "i" else data.full_outputs
    return _literals(literals, name, f"task execution [{go_text(task_id)}]")


def _literals(literals: Any, name: str, where: str) -> Any:
    if not name:
        return dataproxy_pb2.GetDataResponse(literal_map=literals)
    if name not in literals.literals:
        raise invalid(f"name [{name}] not found in {where}")
    return dataproxy_pb2.GetDataResponse(literal=literals.literals[name])


def _check_rewrite(call: Call, request: Any) -> None:
    """Refuse to write over an object, unless with what it holds already."""
    try:
        url = _location(call, request, request.filename_root, request.filename)
    except BadReferenceError as exc:
        raise internal(f"failed to create storage location, Error: {_reference(exc)}") from exc
    try:
        found = call.objects.info(url)
    except StorageError as exc:
        text = f"failed to check if file exists at location [{url}], Error: {exc}"
        raise internal(text) from exc
    if found is None:
        return
    md5 = request.content_md5
    base64_digest = base64.b64encode(md5).decode()
    stored = found.metadata.get(MD5_METADATA.lower(), "")
    if stored:
        same = stored == base64_digest
    else:
        same = found.md5 in (md5.hex(), base64.b32encode(md5).decode(), base64_digest)
    if not md5 or not same:
        text = f"file already exists at location [{url}], "
        text += "specify a matching hash if you wish to rewrite"
        raise Refusal(grpc.StatusCode.ALREADY_EXISTS, text)


def _location(call: Call, request: Any, root: str, filename: str) -> str:
    parts = [call.config.server.data_proxy.storage_prefix]
    if request.org:
        parts.append(request.org)
    return call.objects.reference(*parts, request.project, request.domain, root, filename)


def _deck_of(call: Call, request: Any) -> str:
    node_id = request.node_execution_id
    wanted = node_execution_pb2.NodeExecutionGetRequest(id=node_id)
    try:
        node: Any = node_executions.get_node_execution(call, wanted)
    except Refusal as exc:
        text = f"failed to find node execution [{go_text(node_id)}]. Error: {exc.message}"
        raise invalid(text) from exc
    deck = str(node.closure.deck_uri) if request.artifact_type == _DECK else ""
    if not deck:
        raise not_found(f"no deckUrl found for request [{go_text(request)}]")
    return deck


def _check_link(call: Call, request: Any) -> int:
    """Check a request for a link and fill in its expiry; return that in nanoseconds.

    Raises:
        ValueError: In Admin's words.
    """
    try:
        expires = download_expiry(request, _most(call))
    except ValueError as exc:
        raise ValueError(f"expiresIn is invalid. Error: {exc}") from exc
    if not request.HasField("expires_in"):
        seconds, nanos = divmod(expires, _SECOND)
        request.expires_in.CopyFrom(duration_pb2.Duration(seconds=seconds, nanos=nanos))
    if request.artifact_type == dataproxy_pb2.ARTIFACT_TYPE_UNDEFINED:
        raise ValueError("invalid artifact type [ARTIFACT_TYPE_UNDEFINED]")
    if request.WhichOneof("source") is None:
        raise ValueError("source is required. Provided nil")
    return expires


def _most(call: Call) -> timedelta:
    return call.config.server.data_proxy.download_max_expires_in


def _after(call: Call, nanoseconds: int) -> Any:
    seconds, nanos = divmod(call.nanos() + nanoseconds, _SECOND)
    return timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos)


def _reference(exc: BadReferenceError) -> str:
    return f"failed to construct datastore reference. Error: {exc}"


def _unsigned(exc: StorageError) -> Refusal:
    return internal(f"failed to create a signed url. Error: {exc}")
