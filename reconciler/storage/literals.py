"""Literals as files: which are files by themselves, and what the others look like as JSON."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgpack
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import BlobType
from google.protobuf import json_format
from google.protobuf.message import DecodeError

from reconciler.errors import UnsuitableError

_MSGPACK = "msgpack"


def resolved(literal: Literal, read: Callable[[str], bytes]) -> Literal:
    """A literal with what was offloaded to the store put in its place, however deep.

    Args:
        read: Gives the bytes at a native URL.

    Raises: UnsuitableError if they are no literal; what `read` raises.
    """
    which = literal.WhichOneof("value")
    if which == "offloaded_metadata":
        uri = literal.offloaded_metadata.uri
        try:
            return resolved(Literal.FromString(read(uri)), read)
        except DecodeError:
            raise UnsuitableError([f"{uri}: an offloaded value that is no literal"]) from None
    if which == "collection":
        parts = [resolved(one, read) for one in literal.collection.literals]
        whole = Literal()
        whole.collection.literals.extend(parts)
        return whole
    if which == "map":
        whole = Literal()
        whole.map.SetInParent()
        for key, value in literal.map.literals.items():
            whole.map.literals[key].CopyFrom(resolved(value, read))
        return whole
    if which == "scalar" and literal.scalar.WhichOneof("value") == "union":
        return resolved(literal.scalar.union.value, read)
    return literal


def uri_of(literal: Literal) -> tuple[str, bool] | None:
    """The native URL that a literal stands for, and whether a folder may be there; or None."""
    if literal.WhichOneof("value") != "scalar":
        return None
    scalar = literal.scalar
    which = scalar.WhichOneof("value")
    if which == "blob":
        dimensionality = scalar.blob.metadata.type.dimensionality
        return scalar.blob.uri, dimensionality == BlobType.MULTIPART
    if which == "structured_dataset":
        return scalar.structured_dataset.uri, True
    if which == "schema":
        return scalar.schema.uri, True
    return None


def children(literal: Literal) -> Iterator[tuple[str, Literal]]:
    """The members of a collection by their numbers, those of a map by their keys."""
    which = literal.WhichOneof("value")
    if which == "collection":
        yield from ((str(n), one) for n, one in enumerate(literal.collection.literals))
    elif which == "map":
        yield from sorted(literal.map.literals.items())


def is_plain(literal: Literal) -> bool:
    """Whether a literal, resolved, is no file and has none in it."""
    if uri_of(literal) is not None or raw_bytes(literal) is not None:
        return False
    return all(is_plain(one) for _, one in children(literal))


def raw_bytes(literal: Literal) -> bytes | None:
    """Bytes that are no structure; None for everything else."""
    if literal.WhichOneof("value") != "scalar" or not literal.scalar.HasField("binary"):
        return None
    binary = literal.scalar.binary
    return None if binary.tag == _MSGPACK else binary.value


def as_json(literal: Literal) -> bytes:
    """A plain literal as JSON, for people: times as RFC 3339, durations in seconds with an `s`.

    Bytes within structures are base64; None is null.
    """
    text = json.dumps(_plain(literal), indent=2, ensure_ascii=False, default=_odd)
    return f"{text}\n".encode("utf-8", "surrogatepass")


def _plain(literal: Literal) -> Any:
    which = literal.WhichOneof("value")
    if which == "collection":
        return [_plain(one) for one in literal.collection.literals]
    if which == "map":
        return {key: _plain(one) for key, one in children(literal)}
    return _scalar(literal.scalar) if which == "scalar" else None


def _scalar(scalar: Any) -> Any:
    which = scalar.WhichOneof("value")
    if which == "primitive":
        return _primitive(scalar.primitive)
    if which == "union":
        return _plain(scalar.union.value)
    if which == "generic":
        return json_format.MessageToDict(scalar.generic)
    if which == "binary":
        return msgpack.unpackb(scalar.binary.value, strict_map_key=False, timestamp=3)
    if which == "error":
        return json_format.MessageToDict(scalar.error)
    return None


def _primitive(primitive: Any) -> Any:
    which = primitive.WhichOneof("value")
    if which is None:
        return None
    value = getattr(primitive, which)
    return value.ToJsonString() if which in ("datetime", "duration") else value


def _odd(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
