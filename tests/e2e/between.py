"""An embedded Admin with somebody in between, who sees every call and may refuse or hold it."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import grpc

from reconciler.sandbox import Admin, Refusal, Store
from reconciler.sandbox.grpc_server import start_grpc

WRITES = ("Create", "Update", "Register", "Delete")


class Between(Admin):
    """Answers as any embedded Admin, unless told otherwise; calls are named by their method."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.calls: Counter[str] = Counter()
        self.refused: dict[str, grpc.StatusCode] = {}
        self.held: dict[str, threading.Event] = {}
        self.reached = threading.Event()
        self.endpoint = ""

    @property
    def writes(self) -> int:
        """How many calls came that change anything."""
        return sum(count for name, count in self.calls.items() if name.startswith(WRITES))

    def refuse(self, *methods: str, code: grpc.StatusCode) -> None:
        """Refuse these methods from now on; all of them, if none is named."""
        self.refused |= dict.fromkeys(methods or ("",), code)

    def hold(self, method: str) -> threading.Event:
        """Let calls of a method wait until the returned event is set; `reached` tells of one."""
        self.held[method] = threading.Event()
        return self.held[method]

    def call(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        method = full_method.rpartition("/")[2]
        self.calls[method] += 1
        if method in self.held:
            self.reached.set()
            self.held[method].wait(timeout=60)
        code = self.refused.get(method, self.refused.get(""))
        if code is not None:
            raise Refusal(code, "not today")
        return super().call(full_method, payload, metadata)


@contextmanager
def between() -> Iterator[Between]:
    """Serve an empty Admin with somebody in between, as long as the context lasts."""
    store = Store.open(":memory:")
    admin = Between(store)
    server, port = start_grpc(admin, "127.0.0.1", 0)
    admin.endpoint = f"127.0.0.1:{port}"
    try:
        yield admin
    finally:
        for event in admin.held.values():
            event.set()
        server.stop(None).wait()
        store.close()
