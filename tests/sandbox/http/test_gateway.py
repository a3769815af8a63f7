"""The gateway's own rules, apart from what any RPC answers.

What a recorded server answered is replayed in `tests/conformance`; here are the rules behind it
that need a stranger client, or no Admin at all.
"""

import base64
import json
import threading
from collections.abc import Iterator, Sequence

import grpc
import pytest
from flyteidl.admin import project_pb2
from google.protobuf.message import Message

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.http.exchange import Answer, Request
from reconciler.sandbox.http.gateway import Gateway

Seen = list[tuple[str, bytes, Sequence[tuple[str, str]]]]


def ask(
    gateway: Gateway, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[Answer, dict[str, object]]:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    answer = gateway.answer(Request(method, target, named, "10.0.0.9", lambda: iter([body])))
    assert isinstance(answer.body, bytes)
    return answer, json.loads(answer.body)


@pytest.fixture
def seen() -> Seen:
    return []


@pytest.fixture
def gateway(seen: Seen) -> Iterator[Gateway]:
    def call(method: str, payload: bytes, metadata: Sequence[tuple[str, str]]) -> bytes:
        seen.append((method, payload, metadata))
        return b""

    found = Gateway(call)
    yield found
    found.close()


def refusing(code: grpc.StatusCode, message: str, *details: Message) -> Gateway:
    def call(method: str, payload: bytes, metadata: Sequence[tuple[str, str]]) -> bytes:
        raise Refusal(code, message, details)

    return Gateway(call)


def test_body_then_path_then_call(gateway: Gateway, seen: Seen) -> None:
    """What the path says wins over the body; the query counts for nothing there."""
    ask(gateway, "PUT", "/api/v1/projects/p%20q?id=x", b'{"id": "y", "name": "n"}')

    method, payload, _ = seen[0]
    assert method == "/flyteidl.service.AdminService/UpdateProject"
    assert project_pb2.Project.FromString(payload) == project_pb2.Project(id="p q", name="n")


def test_headers_that_are_passed_on(gateway: Gateway, seen: Seen) -> None:
    """Authorization twice, metadata without its prefix, who asked and whom; no other."""
    ask(
        gateway, "GET", "/api/v1/domains",
        authorization="Bearer t", flyte_authorization="Bearer u", grpc_metadata_foo="bar",
        x_other="no", host="here:1", x_forwarded_for="1.2.3.4", grpc_metadata_x_bin="aGk=",
    )  # fmt: skip

    passed = seen[0][2]
    assert ("authorization", "Bearer t") in passed
    assert ("flyte-authorization", "Bearer u") in passed
    assert ("foo", "bar") in passed
    assert ("x-forwarded-host", "here:1") in passed
    assert ("x-forwarded-for", "1.2.3.4, 10.0.0.9") in passed
    assert "x-other" not in dict(passed)


@pytest.mark.parametrize("value", ["!!", "a", "a=b", "aGk=="])
def test_broken_binary_metadata_is_refused(gateway: Gateway, value: str) -> None:
    """Before the call is made."""
    answer, body = ask(gateway, "GET", "/api/v1/domains", grpc_metadata_foo_bin=value)

    assert (answer.status, body["code"]) == (400, 3)
    assert str(body["message"]).startswith("invalid binary header Grpc-Metadata-Foo-Bin: illegal")


def test_a_deadline_ends_the_wait() -> None:
    """The call goes on, but nobody waits for it."""

    done = threading.Event()

    def call(method: str, payload: bytes, metadata: Sequence[tuple[str, str]]) -> bytes:
        done.wait()
        return b""

    gateway = Gateway(call)
    answer, body = ask(gateway, "GET", "/api/v1/domains", grpc_timeout="10m")
    done.set()
    gateway.close()

    assert (answer.status, body["message"]) == (504, "context deadline exceeded")


@pytest.mark.parametrize(("text", "status"), [("1n", 504), ("-5S", 504), ("0S", 200), ("5S", 200),
                                              ("5", 400), ("S", 400), ("1x", 400)])  # fmt: skip
def test_deadlines_have_a_unit(gateway: Gateway, text: str, status: int) -> None:
    """Nought is none at all, and less has passed already."""
    assert ask(gateway, "GET", "/api/v1/domains", grpc_timeout=text)[0].status == status


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, 400), (grpc.StatusCode.FAILED_PRECONDITION, 400),
        (grpc.StatusCode.OUT_OF_RANGE, 400), (grpc.StatusCode.UNAUTHENTICATED, 401),
        (grpc.StatusCode.PERMISSION_DENIED, 403), (grpc.StatusCode.NOT_FOUND, 404),
        (grpc.StatusCode.ALREADY_EXISTS, 409), (grpc.StatusCode.ABORTED, 409),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 429), (grpc.StatusCode.CANCELLED, 499),
        (grpc.StatusCode.UNKNOWN, 500), (grpc.StatusCode.INTERNAL, 500),
        (grpc.StatusCode.DATA_LOSS, 500), (grpc.StatusCode.UNIMPLEMENTED, 501),
        (grpc.StatusCode.UNAVAILABLE, 503), (grpc.StatusCode.DEADLINE_EXCEEDED, 504),
    ],
)  # fmt: skip
def test_every_code_has_its_status(code: grpc.StatusCode, status: int) -> None:
    """And the body says the code."""
    answer, body = ask(refusing(code, "m"), "GET", "/api/v1/domains")

    assert (answer.status, body) == (
        status, {"code": code.value[0], "message": "m", "details": []},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("message", "fits"),
    [("x" * 31810, True), ("x" * 31811, False), ("é" * 5301, True), ("é" * 5302, False)],
)
def test_an_error_too_long_for_headers_is_lost(message: str, fits: bool) -> None:
    """Percent-encoded, the message must fit with the rest into 32,000 bytes."""
    answer, body = ask(refusing(grpc.StatusCode.NOT_FOUND, message), "GET", "/api/v1/domains")

    if fits:
        assert (answer.status, body["message"]) == (404, message)
    else:
        assert body["message"] == (
            "stream terminated by RST_STREAM with error code: INTERNAL_ERROR"
        )


def test_details_make_an_error_longer() -> None:
    """They carry the message once more."""
    detail = project_pb2.Project(id="p")
    gateway = refusing(grpc.StatusCode.NOT_FOUND, "x" * 20000, detail)

    assert ask(gateway, "GET", "/api/v1/domains")[1]["code"] == 13


def test_an_answer_over_four_mebibytes_does_not_come_through() -> None:
    """The gateway is a client with the default limit."""
    large = project_pb2.Project(id="x" * (4 << 20)).SerializeToString()
    answer, body = ask(Gateway(lambda *_: large), "GET", "/api/v1/projects/x")

    assert answer.status == 429
    assert body["message"] == (
        f"grpc: received message larger than max ({len(large)} vs. 4194304)"
    )


def test_a_refused_caller_is_told_in_a_header_too() -> None:
    """As RFC 7235 asks, whatever the message holds."""
    gateway = refusing(grpc.StatusCode.UNAUTHENTICATED, "no\ntoken é")

    headers = dict(ask(gateway, "GET", "/api/v1/domains")[0].headers)

    assert headers["WWW-Authenticate"] == "no token é".encode().decode("latin-1")


def test_a_form_that_overrides_its_method_is_used_up(gateway: Gateway, seen: Seen) -> None:
    """It was read as a form; the call gets an empty body."""
    ask(
        gateway, "POST", "/api/v1/projects/p", b"name=n",
        content_type="application/x-www-form-urlencoded", x_http_method_override="put",
    )  # fmt: skip

    assert project_pb2.Project.FromString(seen[0][1]) == project_pb2.Project(id="p")


@pytest.mark.parametrize(
    ("headers", "content_type", "snake"),
    [
        ({"accept": "application/json"}, "application/json", True),
        ({"accept": "application/json, */*"}, "application/json", False),
        ({"content_type": "application/json; charset=utf-8"}, "application/json", True),
        ({"content_type": "APPLICATION/JSON"}, "application/json", True),
        ({"content_type": "application/json; charset"}, "application/json", False),
        ({"accept": "application/json", "content_type": "application/octet-stream"},
         "application/json", True),
    ],
)  # fmt: skip
def test_accept_to_the_letter_then_content_type(
    gateway: Gateway, headers: dict[str, str], content_type: str, snake: bool
) -> None:
    """Whatever is left gets camelCase."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    target = "/api/v1/launch_plans/p/d?limit=1"

    answer = gateway.answer(Request("GET", target, named, "", lambda: iter([])))

    assert dict(answer.headers)["Content-Type"] == content_type
    assert answer.body == (
        b'{"launch_plans":[],"token":""}' if snake else b'{"launchPlans":[],"token":""}'
    )


def test_binary_in_binary_out(gateway: Gateway, seen: Seen) -> None:
    """The bytes go through."""
    payload = base64.b64decode("CgoKA2JpbhIDQmlu")
    request = Request(
        "POST", "/api/v1/projects", (("content-type", "application/octet-stream"),), "",
        lambda: iter([payload]),
    )  # fmt: skip

    assert gateway.answer(request).body == b""
    assert seen[0][1] == payload
