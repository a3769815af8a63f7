"""Every RPC of the five services has its method, and what that sends and gets is right."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2
from google.protobuf import message_factory

from reconciler.admin import Connection, rpc
from reconciler.admin.calls import AdminCalls
from reconciler.admin.interceptors import is_read
from reconciler.admin.rpc import Rpc
from tests.admin.conftest import Connect

METHODS = [
    method
    for module in (admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
OURS = {found.name: found for found in vars(rpc).values() if isinstance(found, Rpc)}


class Echo(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Answers every RPC with an empty message; remembers the last one."""

    def service(self, details: Any) -> Any:
        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            self.path, self.request = details.method, request
            self.metadata = {key: str(value) for key, value in context.invocation_metadata()}
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[Echo, str]]:
    handler = Echo()
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((handler,))
    endpoint = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield handler, endpoint
    server.stop(None).wait()


@pytest.fixture
def admin(echo: tuple[Echo, str], to_admin: Connect) -> Connection:
    return to_admin(echo[1])


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.replace("OAuth2", "Oauth2")).lower()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_an_rpc_has_its_method(method: Any, echo: tuple[Echo, str], admin: Connection) -> None:
    """It goes to the right place, with the request as given, and the answer is of its type."""
    request = message_factory.GetMessageClass(method.input_type)()
    for field in ("project", "id"):
        found = method.input_type.fields_by_name.get(field)
        if found is not None and found.message_type is None:
            setattr(request, field, "somewhere")

    answer = getattr(admin.calls, snake(method.name))(request)

    assert echo[0].path == f"/{method.containing_service.full_name}/{method.name}"
    assert echo[0].request == request.SerializeToString()
    assert answer.DESCRIPTOR is method.output_type
    assert re.fullmatch("[0-9a-f]{32}", echo[0].metadata["x-request-id"])


def test_there_are_no_others() -> None:
    """As many as Flyte has, none misspelt, and each reads exactly if its channel says so."""
    names = {method.name for method in METHODS}
    assert set(OURS) == names
    public = {name for name in vars(AdminCalls) if not name.startswith("_")}
    for base in AdminCalls.__mro__:
        public |= {name for name in vars(base) if not name.startswith("_")}
    assert public == {snake(name) for name in names} | {"counts", "endpoint"}
    for found in OURS.values():
        signs = found.name in ("CreateUploadLocation", "CreateDownloadLocation")
        signs = signs or found.name == "CreateDownloadLink"
        assert found.effect.reads is (is_read(found.path) or signs), found.name
