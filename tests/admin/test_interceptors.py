"""A reader's channel lets reads through and nothing else."""

import grpc
import pytest
from flyteidl.admin.task_pb2 import TaskCreateRequest
from flyteidl.admin.version_pb2 import GetVersionRequest
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2

from reconciler.admin import Connection
from reconciler.admin.interceptors import Deadline, MutationRefusedError, ReadOnly, is_read
from reconciler.admin.retry import RetryPolicy
from reconciler.errors import DeadlineExceededError
from tests.admin.conftest import Connect
from tests.admin.server import Hang, ScriptedAdmin

RPCS = [
    f"/{service.full_name}/{method.name}"
    for module in (admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
# What Flyte's services can do to the world; whatever else they have must be a read.
WRITING = (
    *("Create", "Update", "Delete", "Register", "Relaunch", "Recover", "Terminate", "Set"),
    "GetOrCreate",
)


def identity(payload: bytes) -> bytes:
    return payload


@pytest.mark.parametrize("method", RPCS)
def test_every_rpc_is_a_read_or_refused(method: str) -> None:
    """Walks all RPCs that Flyte has, so that a new one cannot slip through unseen."""
    assert is_read(method) is not method.rpartition("/")[2].startswith(WRITING)


@pytest.mark.parametrize(
    ("method", "reads"),
    [
        ("/grpc.health.v1.Health/Check", True),
        ("/grpc.health.v1.Health/Watch", True),
        ("/elsewhere.Service/GetEverything", False),
        ("/flyteidl.service.AdminService/Fetch", False),
        ("", False),
    ],
)
def test_the_unknown_counts_as_writing(method: str, reads: bool) -> None:
    """Health may be asked; other services and other names may not."""
    assert is_read(method) is reads


def test_a_readers_write_never_leaves(server: ScriptedAdmin, admin: Connection) -> None:
    """The refusal comes from this process, as a bug of ours; the server sees no call."""
    reads = admin.reader._calls  # type: ignore[attr-defined]
    request = TaskCreateRequest()
    request.id.project = request.id.domain = request.id.name = request.id.version = "x"
    request.id.resource_type = 1
    with pytest.raises(MutationRefusedError, match="CreateTask may change Admin"):
        reads.create_task(request)
    assert not server.calls
    assert not admin.calls.counts


@pytest.mark.parametrize("shape", ["unary_stream", "stream_unary", "stream_stream"])
def test_streams_are_refused_alike(shape: str) -> None:
    """No shape of call is a way around."""
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        call = getattr(grpc.intercept_channel(channel, ReadOnly()), shape)("/s.S/Put", None, None)
        with pytest.raises(MutationRefusedError):
            list(call(iter([]) if shape.startswith("stream") else b""))


def test_every_call_has_a_deadline(server: ScriptedAdmin) -> None:
    """Whoever uses the channel past the client cannot hang for good either."""
    server.fail("GetDomains", Hang())
    with grpc.insecure_channel(server.endpoint) as channel:
        call = grpc.intercept_channel(channel, Deadline(0.05)).unary_unary(
            "/flyteidl.service.AdminService/GetDomains", identity, identity
        )
        with pytest.raises(grpc.RpcError) as caught:
            call(b"")
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert call(b"", timeout=10) == b""


def test_counts_each_attempt(server: ScriptedAdmin, to_admin: Connect) -> None:
    """Reader and writer of a connection are counted together, by RPC."""
    server.fail("GetDomains", Hang(), Hang())
    connection = to_admin(server.endpoint, policy=RetryPolicy(attempts=2, deadline=0.3))
    with pytest.raises(DeadlineExceededError):
        connection.reader.domains()
    connection.calls.get_version(GetVersionRequest())
    assert connection.calls.counts == {"GetDomains": 2, "GetVersion": 1} == server.calls
