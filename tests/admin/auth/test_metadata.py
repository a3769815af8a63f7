"""What Admin says about logins: asked with patience and an end, and once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from flyteidl.service.auth_pb2 import OAuth2MetadataResponse, PublicClientAuthConfigResponse
from google.protobuf.message import Message

from reconciler.admin.auth import metadata as subject
from reconciler.admin.auth.metadata import Metadata
from reconciler.config import Config
from reconciler.errors import LoginError


class Describing:
    """An Admin that tells of logins, after the troubles that a test plants."""

    def __init__(self) -> None:
        self.troubles: list[grpc.StatusCode | threading.Event] = []
        self.calls: Counter[str] = Counter()
        self._server = grpc.server(ThreadPoolExecutor(4))
        answers = {
            "GetOAuth2Metadata": OAuth2MetadataResponse(token_endpoint="http://t"),
            "GetPublicClientConfig": PublicClientAuthConfigResponse(client_id="c", scopes=["all"]),
        }
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(self._answer(name, answer))
            for name, answer in answers.items()
        }
        service = "flyteidl.service.AuthMetadataService"
        self._server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(service, handlers)]
        )
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def _answer(
        self, name: str, answer: Message
    ) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        def call(payload: bytes, context: grpc.ServicerContext) -> bytes:
            self.calls[name] += 1
            trouble = self.troubles.pop(0) if self.troubles else None
            if isinstance(trouble, grpc.StatusCode):
                context.abort(trouble, "trouble")
            if isinstance(trouble, threading.Event):
                context.add_callback(trouble.set)
                trouble.wait(10)
            return bytes(answer.SerializeToString())

        return call

    def __enter__(self) -> "Describing":
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()


@pytest.fixture
def describing() -> Iterator[Describing]:
    with Describing() as describing:
        yield describing


@pytest.fixture
def metadata(describing: Describing) -> Iterator[Metadata]:
    config = Config(endpoint=describing.endpoint, source="the test")
    with grpc.insecure_channel(describing.endpoint) as channel:
        yield Metadata(channel, config, lambda seconds: None)


def test_each_question_is_asked_once(describing: Describing, metadata: Metadata) -> None:
    """However many tokens are got for the answers."""
    for _ in range(3):
        server = metadata.server()
        assert metadata.header() == "authorization"
    assert server is not None
    assert (server.token_url, server.client_id, server.scopes) == ("http://t", "c", ("all",))
    assert describing.calls == {"GetOAuth2Metadata": 1, "GetPublicClientConfig": 1}


def test_a_server_that_is_away_is_asked_again(describing: Describing, metadata: Metadata) -> None:
    """As any other read."""
    describing.troubles = [grpc.StatusCode.UNAVAILABLE] * 2
    assert metadata.server() is not None


def test_one_that_stays_away_is_told(describing: Describing, metadata: Metadata) -> None:
    """After three tries."""
    describing.troubles = [grpc.StatusCode.UNAVAILABLE] * 9
    with pytest.raises(LoginError, match="does not say how to log in: UNAVAILABLE: trouble"):
        metadata.server()
    assert describing.calls["GetOAuth2Metadata"] == 3


def test_silence_has_an_end(
    describing: Describing, metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a client without deadlines would hang."""
    monkeypatch.setattr(subject, "_SECONDS", 0.1)
    describing.troubles = [threading.Event() for _ in range(9)]
    with pytest.raises(LoginError, match="DEADLINE_EXCEEDED"):
        metadata.server()


@pytest.mark.parametrize("code", [grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND])
def test_a_server_that_tells_nothing_needs_no_login(
    describing: Describing, metadata: Metadata, code: grpc.StatusCode
) -> None:
    """Admin with authentication off knows no such service."""
    describing.troubles = [code]
    assert metadata.server() is None


def test_unknown_is_no_such_answer(describing: Describing, metadata: Metadata) -> None:
    """Nor is any other failure: who cannot be asked is not taken for open."""
    describing.troubles = [grpc.StatusCode.UNKNOWN]
    with pytest.raises(LoginError, match="UNKNOWN: trouble"):
        metadata.server()
