"""A channel to an Admin in this very process: no socket, no threads, the same messages.

For tests of very many calls, where what is on the wire is not in question.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from reconciler.admin import channel as channel_room
from reconciler.sandbox import Admin, Refusal


class Direct(grpc.Channel):
    """Hands each unary call to the Admin."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def unary_unary(self, method: Any, *serializers: Any, **more: Any) -> Any:
        encode, decode = (*serializers, None, None)[:2]
        encode = more.get("request_serializer", encode)
        decode = more.get("response_deserializer", decode)
        return _Call(self._admin, method, encode, decode)

    def unary_stream(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    stream_unary = stream_stream = unary_stream

    def subscribe(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    unsubscribe = subscribe

    def close(self) -> None:
        pass

    def __enter__(self) -> "Direct":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Call(grpc.UnaryUnaryMultiCallable):  # type: ignore[type-arg]
    def __init__(
        self,
        admin: Admin,
        method: str,
        encode: Callable[[Any], bytes],
        decode: Callable[[bytes], Any],
    ) -> None:
        self._admin = admin
        self._method = method
        self._encode = encode
        self._decode = decode

    def __call__(self, request: Any, *args: Any, metadata: Any = None, **kwargs: Any) -> Any:
        try:
            answer = self._admin.call(self._method, self._encode(request), metadata or ())
        except Refusal as refusal:
            raise Refused(refusal) from None
        return self._decode(answer)

    def with_call(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self(request, *args, **kwargs), _Done()

    def future(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


class _Done:
    """What is known of a call that went well."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.OK

    def details(self) -> str:
        return ""

    def initial_metadata(self) -> tuple[()]:
        return ()

    trailing_metadata = initial_metadata


class Refused(grpc.RpcError):
    """What a client gets that was refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self._refusal = refusal

    def result(self, timeout: float | None = None) -> Any:
        raise self

    def code(self) -> grpc.StatusCode:
        return self._refusal.code

    def details(self) -> str:
        return self._refusal.message

    def initial_metadata(self) -> tuple[()]:
        return ()

    def trailing_metadata(self) -> Any:
        return (("grpc-status-details-bin", self._refusal.status().SerializeToString()),)


@contextmanager
def reached_directly(admin: Admin) -> Iterator[None]:
    """Let everything that connects inside reach this Admin, whatever endpoint it names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel_room, "open_channel", lambda config: Direct(admin))
        yield
