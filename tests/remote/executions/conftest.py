"""An Admin with something to launch, a client of it, and what it was asked."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import pytest

from reconciler.config import Config
from reconciler.remote import Remote
from tests.sandbox.executions.conftest import INT, World

Json = Any

FLOAT = {"simple": "FLOAT"}


class Running:
    """A world whose Admin is served, and a Remote that talks to it.

    Attributes:
        calls: What was asked of it by the client since `asked` was last looked at.
        on_answer: Called with method and answer before the answer goes out; it may raise.
    """

    def __init__(self, world: World, endpoint: str) -> None:
        self.world = world
        self.calls: Counter[str] = Counter()
        self.on_answer: Callable[[str, bytes], bytes] = lambda method, answer: answer
        self._call = world.admin.call
        world.admin.call = self._served  # type: ignore[method-assign]
        self.remote = Remote(Config.for_endpoint(endpoint, insecure=True, environ={}))

    def _served(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        if not metadata:  # the world's own words
            return self._call(full_method, payload, metadata)
        name = full_method.rpartition("/")[2]
        self.calls[name] += 1
        return self.on_answer(name, self._call(full_method, payload, metadata))

    def asked(self) -> dict[str, int]:
        """How often each RPC was called since this was last asked."""
        found = dict(self.calls)
        self.calls.clear()
        return found


class Watch:
    """A clock that runs only when somebody sleeps, and remembers how long."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def parameter(kind: Json, default: Json = None) -> Json:
    """A launch plan's parameter: required, or with a default."""
    said = {"required": True} if default is None else {"default": default}
    return {"var": {"type": kind}, **said}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """An Admin that holds the task `t`, and the workflow `w` that takes `x` and `rate`."""
    world = World()
    with world.sandbox as sandbox:
        world.task()
        world.workflow(
            "w",
            inputs={"x": INT, "rate": FLOAT, "place": {"simple": "STRING"}},
            default_inputs={
                "parameters": {
                    "x": parameter(INT),
                    "rate": parameter(FLOAT, {"scalar": {"primitive": {"float_value": 1.5}}}),
                }
            },
            fixed_inputs={
                "literals": {"place": {"scalar": {"primitive": {"string_value": "here"}}}}
            },
        )
        found = Running(world, sandbox.endpoint)
        with found.remote:
            yield found


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> None:
    """Every test counts from nothing, and hears answers as they are."""
    if "running" in request.fixturenames:
        found = request.getfixturevalue("running")
        found.calls.clear()
        found.on_answer = lambda method, answer: answer


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name for an execution that no other test of the module has."""
    text = request.node.name.lower()
    safe = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text)
    return f"e-{crc32(request.node.nodeid.encode()):x}-{safe}"[:50].rstrip("-")
