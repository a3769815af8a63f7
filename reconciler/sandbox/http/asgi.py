"""The bridge between an ASGI server and plain functions that run in threads.

Bodies stream in both directions: a handler pulls chunks as it wants them, and what it yields is
pulled when the client takes it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from reconciler.sandbox.http.exchange import Answer, HTTPError, Request, StalledError, plain

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_BODILESS = (204, 304)
_PATIENCE = 20.0  # seconds for the next part of a body; S3 waits as long


class Application:
    """An ASGI application that hands every request to `handle`.

    Args:
        handle: Answers a request; runs in one of `threads`. Whatever it raises is a 500.
        failed: Told of every such exception.
    """

    def __init__(
        self,
        handle: Callable[[Request], Answer],
        failed: Callable[[BaseException], None],
        *,
        threads: int,
    ) -> None:
        self._handle, self._failed = handle, failed
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sandbox-http")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        loop = asyncio.get_running_loop()
        request = _request(scope, _chunks(receive, loop))
        answer = await loop.run_in_executor(self._pool, self._answer, request)
        await self._send(answer, request.method, send, loop)

    def _answer(self, request: Request) -> Answer:
        try:
            return self._handle(request)
        except HTTPError as error:
            return plain(error.status, error.text)
        except Exception as exc:
            self._failed(exc)
            return plain(500, "internal error")

    async def _send(
        self, answer: Answer, method: str, send: Send, loop: asyncio.AbstractEventLoop
    ) -> None:
        whole = answer.body if isinstance(answer.body, bytes) else None
        length = answer.length if whole is None else len(whole)
        if whole is not None and answer.length is not None:
            length = answer.length
        headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers]
        if length is not None and answer.status not in _BODILESS:
            headers.append((b"Content-Length", str(length).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        parts = iter(()) if whole is not None else iter(answer.body)
        try:
            while method != "HEAD" and whole is None:
                part = await loop.run_in_executor(self._pool, next, parts, None)
                if part is None:
                    break
                await send({"type": "http.response.body", "body": part, "more_body": True})
            body = whole if whole is not None and method != "HEAD" else b""
            await send({"type": "http.response.body", "body": body})
        finally:
            close = getattr(answer.body, "close", None)
            if close is not None:
                close()


def _request(scope: Scope, chunks: Callable[[], Iterator[bytes]]) -> Request:
    raw: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    target = raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    headers = tuple(
        (k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in scope["headers"]
    )
    client = scope.get("client")
    return Request(
        method=scope["method"],
        target=target,
        headers=headers,
        peer=client[0] if client else "",
        chunks=chunks,
    )


def _chunks(receive: Receive, loop: asyncio.AbstractEventLoop) -> Callable[[], Iterator[bytes]]:
    more = True  # whether there is a rest to wait for

    def read() -> Iterator[bytes]:
        nonlocal more
        while more:
            event = _next(receive, loop)
            if event["type"] == "http.disconnect":
                raise HTTPError(400, "the client went away")
            more = bool(event.get("more_body"))
            if event.get("body"):
                yield event["body"]

    return read


def _next(receive: Receive, loop: asyncio.AbstractEventLoop) -> dict[str, Any]:
    waiting = asyncio.run_coroutine_threadsafe(_awaited(receive), loop)
    try:
        return waiting.result(_PATIENCE)
    except TimeoutError:
        waiting.cancel()
        raise StalledError from None


async def _awaited(receive: Receive) -> dict[str, Any]:
    return await receive()
