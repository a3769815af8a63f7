"""gRPC's errors as ours: a class a code, details decoded, lost servers told in one line."""

import http.server
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flytekit.exceptions.base as flytekit_base
import flytekit.exceptions.system as flytekit_system
import flytekit.exceptions.user as flytekit_user
import grpc
import pytest
from flyteidl.admin.project_pb2 import GetDomainRequest, InactiveProject
from flyteidl.admin.workflow_pb2 import CreateWorkflowFailureReason

from reconciler import errors
from reconciler.admin import Connection
from reconciler.admin.codec.request import to_get
from reconciler.admin.retry import RetryPolicy
from reconciler.admin.status import CLASSES, as_unreachable
from reconciler.config import Config, Flow, Login
from reconciler.errors import (
    AdminError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
    UnreachableError,
)
from reconciler.model import Kind, ResourceId
from tests.admin.conftest import Connect
from tests.admin.server import Refuse, ScriptedAdmin

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
TASK = ResourceId(Kind.TASK, "flytesnacks", "development", "a", "1")


def test_each_code_has_its_class() -> None:
    """As many classes as codes that are errors, each under its own code."""
    assert set(CLASSES) == {code.name for code in CODES}
    assert len(set(CLASSES.values())) == len(CODES) == 16


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_refusal_carries_everything(
    server: ScriptedAdmin, admin: Connection, code: grpc.StatusCode
) -> None:
    """Class, words, method and id, whatever the code."""
    server.fail("GetTask", *[Refuse(code, "no way")] * 20)
    with pytest.raises(AdminError) as caught:
        admin.calls.get_task(to_get(TASK))
    error = caught.value
    assert isinstance(error, CLASSES[code.name])
    assert error.text.startswith("no way")
    assert (error.method, error.subject) == ("GetTask", str(TASK))
    assert "GetTask" in str(error)
    assert TASK.path in str(error)


def test_details_are_decoded(server: ScriptedAdmin, admin: Connection) -> None:
    """Admin's own detail messages come out as themselves."""
    details = (
        InactiveProject(id="flytesnacks"),
        CreateWorkflowFailureReason(exists_different_structure={"id": TASK.to_identifier()}),
    )
    server.fail("GetDomains", Refuse(grpc.StatusCode.INVALID_ARGUMENT, "not active", details))
    with pytest.raises(InvalidArgumentError) as caught:
        admin.calls.get_domains(GetDomainRequest())
    assert caught.value.attached == details


def test_broken_details_are_none(server: ScriptedAdmin, admin: Connection) -> None:
    """The error itself must not get lost over what comes with it."""
    server.metadata = (("grpc-status-details-bin", b"\xff\xff\xff"),)
    server.fail("GetDomains", Refuse(grpc.StatusCode.NOT_FOUND, "gone"))
    with pytest.raises(AdminError, match="gone") as caught:
        admin.calls.get_domains(GetDomainRequest())
    assert caught.value.attached == ()


def test_a_hundred_kilobytes_of_error_arrive(server: ScriptedAdmin, admin: Connection) -> None:
    """The longest refusal Admin can send, percent-encoded and again with details, is read."""
    text = "ü" * 16000  # 32,000 bytes, 96,000 as a header
    detail = CreateWorkflowFailureReason(exists_different_structure={"id": TASK.to_identifier()})
    server.fail("GetDomains", Refuse(grpc.StatusCode.INVALID_ARGUMENT, text, (detail,)))
    with pytest.raises(InvalidArgumentError) as caught:
        admin.calls.get_domains(GetDomainRequest())
    assert caught.value.text == text
    assert caught.value.attached == (detail,)


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (Flow.NONE, "no login is configured"),
        (Flow.PKCE, "authType Pkce gave nothing"),
        (Flow.DEVICE, "authType DeviceFlow gave nothing"),
    ],
)
def test_a_missing_login_says_what_there_is(
    server: ScriptedAdmin, to_admin: Connect, flow: Flow, said: str
) -> None:
    """Admin's own words, what was configured, and what to do."""
    login = Login(flow=flow)
    config = Config(endpoint=server.endpoint, source="the test", insecure=True, login=login)
    server.fail("GetDomains", Refuse(grpc.StatusCode.UNAUTHENTICATED, "token is missing"))
    with pytest.raises(UnauthenticatedError, match=said) as caught:
        to_admin(server.endpoint, config=config).reader.domains()
    assert "token is missing" in str(caught.value)
    assert "RECONCILER_TOKEN" in str(caught.value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def web_server() -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def reason(to_admin: Connect, endpoint: str, *, insecure: bool = True) -> str:
    config = Config(endpoint=endpoint, source="the test", insecure=insecure)
    connection = to_admin(endpoint, config=config, policy=RetryPolicy(attempts=2))
    with pytest.raises(UnreachableError) as caught:
        connection.reader.domains()
    start, _, reason = str(caught.value).partition(f"{endpoint}: ")
    assert start == "cannot reach Flyte Admin at "
    assert "\n" not in reason
    return reason


def test_nobody_there_is_one_line(to_admin: Connect) -> None:
    """A closed port and an unknown name, in the words of the system and no more."""
    assert reason(to_admin, f"127.0.0.1:{free_port()}") == "Connection refused"
    assert reason(to_admin, "no-such-host.invalid:80") == "Domain name not found"


def test_somebody_else_there_is_one_line(to_admin: Connect) -> None:
    """A web server is no Admin, with TLS asked of it or not."""
    with web_server() as port:
        assert "does not speak gRPC" in reason(to_admin, f"127.0.0.1:{port}")
        assert "does not speak TLS" in reason(to_admin, f"localhost:{port}", insecure=False)


def test_an_admin_that_says_unavailable_was_reached(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """UNAVAILABLE from a server that answers is that server's word."""
    server.fail("GetDomains", *[Refuse(grpc.StatusCode.UNAVAILABLE, "no healthy upstream")] * 9)
    with pytest.raises(UnavailableError, match="no healthy upstream"):
        admin.reader.domains()


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (UnknownError("Received http2 header with status: 302"), True),
        (UnimplementedError("Received http2 header with status: 404"), True),
        (UnimplementedError("unknown service flyteidl.service.AdminService"), True),
        (UnimplementedError("unknown method GetTask for service x"), False),
        (UnknownError("failed database operation with x"), False),
        (UnavailableError("no healthy upstream"), False),
        (PermissionDeniedError("Received http2 header with status: 403"), False),
    ],
    ids=str,
)
def test_who_answers_is_told_by_its_words(error: AdminError, lost: bool) -> None:
    """A login page or another service is no Admin; a refusal, whoever it is from, is a refusal."""
    found = as_unreachable(error, endpoint="flyte.example.com:443", insecure=False)
    assert (found is not None) is lost
    if found:
        assert str(found) == (
            "cannot reach Flyte Admin at flyte.example.com:443: "
            "what answers there is no Flyte Admin, or not its gRPC port"
        )


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_an_error_is_grpcs_as_well(
    server: ScriptedAdmin, admin: Connection, code: grpc.StatusCode
) -> None:
    """Code that catches gRPC's errors goes on working, and reads the same from them."""
    server.metadata = (("said", b"so"),)
    server.fail("GetTask", *[Refuse(code, "no way")] * 20)
    with pytest.raises(grpc.RpcError) as caught:
        admin.calls.get_task(to_get(TASK))
    error: Any = caught.value
    assert type(error).__name__ == CLASSES[code.name].__name__
    assert error.code() is code
    assert error.details().startswith("no way")
    assert code is UNAUTHENTICATED or error.details() == error.text
    assert ("said", "so") in error.trailing_metadata()
    assert error.initial_metadata() == ()
    assert error.debug_error_string() == str(error)


def test_an_error_survives_a_pickle(server: ScriptedAdmin, admin: Connection) -> None:
    """From one process to another nothing of it is lost, attached messages and all."""
    detail = InactiveProject(id="flytesnacks")
    server.fail("GetTask", Refuse(grpc.StatusCode.NOT_FOUND, "gone", (detail,)))
    with pytest.raises(NotFoundError) as caught:
        admin.calls.get_task(to_get(TASK))
    before: Any = caught.value
    after = pickle.loads(pickle.dumps(before))
    assert type(after) is type(before)
    assert str(after) == str(before)
    assert after.__dict__ == before.__dict__
    assert (after.code(), after.attached) == (grpc.StatusCode.NOT_FOUND, (detail,))
    plain = pickle.loads(pickle.dumps(NotFoundError("gone", method="GetTask", subject="it")))
    assert (type(plain), str(plain)) == (NotFoundError, "GetTask for it: NOT_FOUND: gone")


def test_nobody_reached_is_unavailable_to_grpc(to_admin: Connect) -> None:
    """Whoever waits for UNAVAILABLE goes on waiting for it."""
    connection = to_admin(f"127.0.0.1:{free_port()}", policy=RetryPolicy(attempts=1))
    with pytest.raises(UnreachableError) as caught:
        connection.calls.get_domains(GetDomainRequest())
    error: Any = caught.value
    assert isinstance(error, grpc.RpcError)
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert error.details() == str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_names_of_flytekit_catch_the_same(server: ScriptedAdmin, admin: Connection) -> None:
    """What was caught by those names is caught by them still."""
    names: dict[str, grpc.StatusCode] = {
        "FlyteAuthenticationException": grpc.StatusCode.UNAUTHENTICATED,
        "FlyteEntityAlreadyExistsException": grpc.StatusCode.ALREADY_EXISTS,
        "FlyteEntityNotExistException": grpc.StatusCode.NOT_FOUND,
        "FlyteException": grpc.StatusCode.UNKNOWN,
        "FlyteInvalidInputException": grpc.StatusCode.INVALID_ARGUMENT,
        "FlyteSystemException": grpc.StatusCode.INTERNAL,
        "FlyteSystemUnavailableException": grpc.StatusCode.UNAVAILABLE,
        "FlyteTimeout": grpc.StatusCode.DEADLINE_EXCEEDED,
    }
    theirs = vars(flytekit_user) | vars(flytekit_system) | vars(flytekit_base)
    assert set(names) <= set(theirs)
    for name, code in names.items():
        server.fail("GetTask", *[Refuse(code, "no way")] * 6)
        with pytest.raises(getattr(errors, name)):
            admin.calls.get_task(to_get(TASK))
        server.reset()


def test_whoever_knows_no_grpc_loads_none() -> None:
    """The tree of errors is for everybody, and a plan of nothing has no use for a channel."""
    script = "import sys, reconciler.errors; sys.exit('grpc' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
