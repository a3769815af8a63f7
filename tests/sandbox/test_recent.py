"""What is remembered of the last calls."""

import pytest
from flyteidl.admin import task_pb2

from reconciler.sandbox.errors import not_found
from reconciler.sandbox.recent import RecentCalls


def recent(kept: int = 200) -> RecentCalls:
    return RecentCalls(lambda: 5, kept=kept)


def test_the_newest_come_first_and_the_oldest_go() -> None:
    """A fixed number is kept."""
    calls = recent(kept=2)
    for name in ("/a", "/b", "/c"):
        with calls.watch(name, b"", ()):
            pass

    assert [call.method for call in calls.latest()] == ["/c", "/b"]


def test_refusals_are_remembered_and_raised_on() -> None:
    """With their message, as much of it as is worth it."""
    calls = recent()

    with pytest.raises(Exception, match="NOT_FOUND"), calls.watch("/a", b"", ()):
        raise not_found("x" * 10_000)

    (call,) = calls.latest()
    assert (call.code, call.message, call.at) == ("NOT_FOUND", "x" * 300, 5)


def test_of_large_requests_the_small_fields_are_kept() -> None:
    """The id of a task, not its template."""
    request = task_pb2.TaskCreateRequest()
    request.id.name = "t"
    request.spec.description.long_description.value = "x" * 5000
    calls = recent()

    with calls.watch("/a", request.SerializeToString(), ()):
        pass

    request.ClearField("spec")
    assert calls.latest()[0].gist == request.SerializeToString()


@pytest.mark.parametrize(
    "payload", [b"\xff" * 5000, b"\x0a\xff\xff\xff\x7f" * 1000, b"\x09" * 5000]
)
def test_nonsense_is_as_good_as_nothing(payload: bytes) -> None:
    """It is refused elsewhere."""
    calls = recent()

    with calls.watch("/a", payload, ()):
        pass

    assert calls.latest()[0].gist == b""


@pytest.mark.parametrize(
    ("metadata", "via"),
    [
        ((), "in process"),
        ((("user-agent", "grpc-go/1"),), "gRPC"),
        ((("user-agent", "curl"), ("from_http", "true")), "HTTP"),
    ],
)
def test_it_is_known_how_calls_came(metadata: tuple[tuple[str, str], ...], via: str) -> None:
    """By what only that way brings with it."""
    calls = recent()

    with calls.watch("/a", b"", metadata):
        pass

    assert calls.latest()[0].via == via
