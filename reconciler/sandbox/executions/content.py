"""Inputs and outputs in the object store: where Admin keeps them, and what it reads back."""

from typing import Any

import grpc
from flyteidl.admin import common_pb2
from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import Refusal, internal
from reconciler.sandbox.objects import BadReferenceError, ObjectError, StorageError
from reconciler.sandbox.wire import parse

INPUTS = "inputs"
USER_INPUTS = "user_inputs"
OFFLOADED_INPUTS = "offloaded_inputs"
OFFLOADED_OUTPUTS = "offloaded_outputs"

_STORE_INLINE = "StoreInline"


def offload(call: Call, literals: Any, *keys: str) -> str:
    """Write a LiteralMap below `metadata`, whatever prefix is configured; return its URL.

    Raises:
        Refusal: INTERNAL: the keys make no URL, or the store refuses.
    """
    parts = ("metadata", *keys)
    shown = f"[{' '.join(parts)}]"
    try:
        url = call.objects.reference(*parts)
    except BadReferenceError as exc:
        raise internal(f"Failed to construct data reference for {shown} with err: {exc}") from exc
    try:
        call.objects.put(url, literals.SerializeToString(deterministic=True))
    except (StorageError, ObjectError) as exc:
        raise internal(f"Failed to write protobuf for {shown} with err: {exc}") from exc
    return url


def keep_outputs(call: Call, event: Any, closure: Any, *keys: str, uri_field: str) -> None:
    """Move an event's inline outputs into the closure as configured: by URL, or as they are.

    Args:
        closure: Of a workflow, node or task; `output_data` is a field of each.
        keys: Where the outputs go.
        uri_field: The closure's field for the URL.
    """
    if call.config.remote_data.inline_event_data_policy == _STORE_INLINE:
        closure.output_data.CopyFrom(event.output_data)
        return
    url = offload(call, event.output_data, *keys, OFFLOADED_OUTPUTS)
    if uri_field == "outputs":
        closure.outputs.uri = url
    else:
        setattr(closure, uri_field, url)


def check_size(call: Call, event: Any) -> None:
    """Refuse inline outputs beyond what is configured; 0 means no limit.

    Raises:
        Refusal: RESOURCE_EXHAUSTED.
    """
    limit = call.config.remote_data.max_size_in_bytes
    size = event.output_data.ByteSize()
    if limit and size > limit:
        text = f"Output data size exceeds platform configured threshold ({size} > {limit})"
        raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, text)


def read_literals(call: Call, url: str) -> Any:
    """Return the LiteralMap at `url`; what cannot be read is an empty one."""
    if not url:
        return literals_pb2.LiteralMap()
    try:
        return parse(literals_pb2.LiteralMap, call.objects.get(url))
    except (StorageError, DecodeError):
        return literals_pb2.LiteralMap()


def inputs_of(call: Call, url: str) -> tuple[Any, Any]:
    """Return the inputs at `url` and the deprecated UrlBlob beside them."""
    return read_literals(call, url), _blob(call, url)


def outputs_of(call: Call, url: str, inline: Any | None) -> tuple[Any, Any]:
    """Return the outputs, inline or at `url`, and the deprecated UrlBlob beside them.

    Inline ones that are too large are dropped without a word.
    """
    if inline is None:
        return read_literals(call, url), _blob(call, url)
    fits = inline.ByteSize() < call.config.remote_data.max_size_in_bytes
    return (inline if fits else literals_pb2.LiteralMap()), _blob(call, url)


def _blob(call: Call, url: str) -> Any:
    """Return where an object is and how large, if the server is configured to say so.

    Raises:
        Refusal: INTERNAL: the store cannot tell.
    """
    if not url or not call.config.remote_data.signed_urls:
        return common_pb2.UrlBlob()
    try:
        found = call.objects.info(url)
    except StorageError as exc:
        raise internal(f"failed to get metadata for uri: {url} with err: {exc}") from exc
    return common_pb2.UrlBlob(url=url, bytes=found.size if found is not None else 0)
