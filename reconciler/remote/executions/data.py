"""The inputs and outputs of executions, nodes and attempts: whole maps, or by signed URL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flyteidl.core.literals_pb2 import Literal, LiteralMap
from google.protobuf.message import DecodeError

from reconciler.errors import ExecutionError


@dataclass(frozen=True, slots=True)
class Data:
    """What one `Get…Data` call said; `answer` is all of it.

    Attributes: `inputs`, `outputs` the maps, fetched from the store where Admin gave a signed URL
    instead of them.
    """

    answer: Any
    inputs: LiteralMap
    outputs: LiteralMap


def data_of(answer: Any, fetch: Callable[[str], bytes]) -> Data:
    """Read the answer of GetExecutionData, GetNodeExecutionData or GetTaskExecutionData.

    Args:
        fetch: Gives the bytes behind a URL.

    Raises: ExecutionError for bytes that are no map.
    """
    return Data(
        answer,
        _map(answer.full_inputs, answer.inputs, fetch),
        _map(answer.full_outputs, answer.outputs, fetch),
    )


def _map(full: LiteralMap, blob: Any, fetch: Callable[[str], bytes]) -> LiteralMap:
    # Admin answers with an empty map for what it would not read, and so did older ones always.
    if full.literals or not blob.url:
        return full
    try:
        return LiteralMap.FromString(fetch(blob.url))
    except DecodeError:
        shown = blob.url.partition("?")[0]  # the rest is a credential
        raise ExecutionError(f"{shown}: holds no map of literals") from None


def offloaded(content: bytes, uri: str) -> Literal:
    """A literal that was too large to be sent along.

    Raises: ExecutionError for bytes that are none.
    """
    try:
        return Literal.FromString(content)
    except DecodeError:
        raise ExecutionError(f"{uri}: holds no literal") from None
