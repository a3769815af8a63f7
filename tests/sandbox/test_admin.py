"""What every call meets before and after its handler."""

import grpc
import pytest
from flyteidl.admin import task_pb2

from reconciler.sandbox import Admin, Refusal, SandboxConfig, Store
from reconciler.sandbox.config import Server
from tests.sandbox.calls import PD, Client, versioned

GET = "/flyteidl.service.AdminService/GetProject"


def refusal_of(admin: Admin, method: str, payload: bytes = b"") -> Refusal:
    """What a call is refused with."""
    with pytest.raises(Refusal) as refused:
        admin.call(method, payload)
    return refused.value


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("/nope/Get", "unknown service nope"),
        ("/flyteidl.service.AdminService/getproject", "unknown method getproject for service "
         "flyteidl.service.AdminService"),
        ("/flyteidl.service.IdentityService/UserInfo", "unknown service "
         "flyteidl.service.IdentityService"),
    ],
)  # fmt: skip
def test_what_there_is_not(admin: Admin, method: str, text: str) -> None:
    """UNIMPLEMENTED, before a byte of the request is looked at."""
    refusal = refusal_of(admin, method, b"\xff" * 5_000_000)

    assert refusal.code is grpc.StatusCode.UNIMPLEMENTED
    assert refusal.message == text


def test_a_request_beyond_the_limit(admin: Admin) -> None:
    """In the words of Go's gRPC; a byte less is decoded."""
    refusal = refusal_of(admin, GET, b"\0" * 4_194_305)
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refusal.message == "grpc: received message larger than max (4194305 vs. 4194304)"

    largest = b"\x0a\xfb\xff\xff\x01" + b"a" * 4_194_299
    assert refusal_of(admin, GET, largest).code is grpc.StatusCode.NOT_FOUND


def test_the_limit_is_configured() -> None:
    """`server.grpc.maxMessageSizeBytes`."""
    store = Store.open()
    admin = Admin(store, SandboxConfig(server=Server(max_message_bytes=10)))

    assert refusal_of(admin, GET, b"\0" * 11).message.endswith("(11 vs. 10)")
    store.close()


@pytest.mark.parametrize("payload", [b"\x0a\xff", b"\x0a\x02\xc3\x28"])
def test_bytes_that_do_not_decode(admin: Admin, payload: bytes) -> None:
    """INTERNAL, whatever the method would say."""
    refusal = refusal_of(admin, GET, payload)

    assert refusal.code is grpc.StatusCode.INTERNAL
    assert refusal.message.startswith("grpc: error unmarshalling request: ")


def test_a_new_store_has_its_first_project(admin: Admin, call: Client) -> None:
    """And no other Admin on the same store makes it again."""
    call("UpdateProject", {"id": "flytesnacks", "description": "mine"})
    Admin(admin.store)

    assert call("GetProject", {"id": "flytesnacks"}).description == "mine"


def test_times_of_rows_never_repeat(admin: Admin) -> None:
    """Even when the clock stands still."""
    frozen = Admin(admin.store, clock=lambda: 5_000)

    first = frozen.now()
    assert [frozen.now() for _ in range(2)] == [first + 1, first + 2]


@pytest.mark.parametrize("levels", [60, 300, 3000])
def test_types_may_nest_deep(call: Client, levels: int) -> None:
    """Deeper than Python's own recursion goes."""
    request = task_pb2.TaskCreateRequest()
    request.id.resource_type, request.id.project, request.id.domain = 1, *PD.values()
    request.id.name = request.id.version = "deep"
    template = request.spec.template
    template.type = "x"
    template.metadata.SetInParent()
    kind = template.interface.inputs.variables["x"].type
    for _ in range(levels):
        kind = kind.collection_type
    kind.simple = 1
    method = "/flyteidl.service.AdminService/CreateTask"

    call.carry(method, request.SerializeToString())
    with pytest.raises(Refusal, match="identical structure"):
        call.carry(method, request.SerializeToString())

    stored = call("GetTask", {"id": versioned("TASK", "deep", "deep")})
    assert stored.closure.compiled_task.template.interface == template.interface
