"""A sandbox as a process: it says when it is ready, and ends when it is told to."""

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TextIO

from reconciler.sandbox.options import Options
from reconciler.sandbox.server import Sandbox

_LOOK_SECONDS = 0.2


def serve(
    options: Options,
    *,
    out: TextIO = sys.stdout,
    err: TextIO = sys.stderr,
    ready_fd: int | None = None,
) -> None:
    """Run a sandbox in the foreground until SIGTERM or SIGINT.

    Prints the notes of the configuration on `err` and, when both ports accept, two lines on
    `out`: where it listens, and the variables that point flytekit at it.

    Args:
        ready_fd: A file descriptor that gets the same as a line of JSON, and is closed.

    Raises:
        ConfigError: An option means nothing.
        StoreError: The store cannot be opened.
        OSError: A port cannot be had.
    """
    with _until_signalled() as done, options.sandbox() as sandbox:
        for note in sandbox.admin.config.notes:
            print(f"note: {note}", file=err)
        if options.chaos:
            print(f"note: bad days: {options.chaos}", file=err, flush=True)
        _say_ready(sandbox, options, out)
        if ready_fd is not None:
            with os.fdopen(ready_fd, "w") as pipe:
                json.dump({"grpc": sandbox.endpoint, "http": sandbox.http_endpoint}, pipe)
        # A signal may land in another thread, and its handler runs here: look now and then.
        while not done.wait(timeout=_LOOK_SECONDS):
            pass


def flytekit_environment(endpoint: str) -> dict[str, str]:
    """Return the variables that point flytekit, flytectl's users and ourselves at an endpoint."""
    return {"FLYTE_PLATFORM_URL": endpoint, "FLYTE_PLATFORM_INSECURE": "true"}


def _say_ready(sandbox: Sandbox, options: Options, out: TextIO) -> None:
    where = f"gRPC {sandbox.endpoint}, HTTP {sandbox.http_endpoint}, data {options.data}"
    variables = flytekit_environment(sandbox.endpoint).items()
    print(f"ready: {where}", file=out)
    print("export", *(f"{name}={value}" for name, value in variables), file=out, flush=True)


@contextlib.contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """Catch SIGTERM and SIGINT; the event is set by either."""
    done = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        done.set()

    former = {s: signal.signal(s, on_signal) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield done
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
