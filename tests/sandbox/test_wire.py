"""Bytes that Go's decoder takes, and what it says of those it does not."""

import pytest
from flyteidl.admin import project_pb2
from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.wire import decode, parse


def nested(depth: int) -> bytes:
    """Encode literals within literals, `depth` messages in all."""
    content = b""
    for level in range(depth - 1):
        # LiteralCollection.literals is 1, Literal.collection is 2.
        tag = b"\x12" if (depth - level) % 2 == 0 else b"\x0a"
        size = len(content)
        length = bytearray()
        while True:
            length.append(size & 0x7F | (0x80 if size > 0x7F else 0))
            size >>= 7
            if not size:
                break
        content = tag + bytes(length) + content
    return content


def test_ten_thousand_messages_deep_is_not_too_deep() -> None:
    """One more is."""
    assert parse(literals_pb2.Literal, nested(9_999)).WhichOneof("value") == "collection"
    with pytest.raises(DecodeError, match="exceeded maximum recursion depth"):
        parse(literals_pb2.Literal, nested(10_001))


@pytest.mark.parametrize("payload", [b"\xff", b"\x0a\x05ab", b"\x0b", b"\x00\x00", b"\x0a"])
def test_what_is_no_message(payload: bytes) -> None:
    """Cut off, endless, or of no kind."""
    with pytest.raises(DecodeError, match="cannot parse invalid wire-format data"):
        parse(project_pb2.Project, payload)


def test_texts_must_be_utf_8() -> None:
    """Which is told if it is the first thing that is wrong, however deep."""
    bad = "string field contains invalid UTF-8"
    with pytest.raises(DecodeError, match=bad):
        parse(project_pb2.Project, b"\x0a\x01\xff")
    with pytest.raises(DecodeError, match=bad):
        parse(project_pb2.Project, b"\x1a\x03\x0a\x01\xff")  # a domain's id
    with pytest.raises(DecodeError, match="cannot parse"):
        parse(project_pb2.Project, b"\x0b\x0a\x01\xff")


def test_clients_are_told_in_the_words_of_gos_grpc() -> None:
    """With its unbreakable space."""
    with pytest.raises(Refusal) as refused:
        decode(project_pb2.Project, b"\xff")

    assert refused.value.message == (
        "grpc: error unmarshalling request: proto:\N{NO-BREAK SPACE}"
        "cannot parse invalid wire-format data"
    )
