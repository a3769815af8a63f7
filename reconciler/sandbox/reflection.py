"""gRPC reflection, v1 and v1alpha, as Admin serves both.

grpcio ships v1alpha only; v1 has the same messages under another package name, so the same
servicer answers under both names.
"""

from typing import TYPE_CHECKING, Any

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

if TYPE_CHECKING:
    from reconciler.sandbox.admin import Admin

_VERSIONS = ("v1", "v1alpha")


def add_reflection(server: grpc.Server, admin: "Admin") -> None:
    """Let clients ask `server` which services it has."""
    names = [
        *admin.services(),
        "grpc.health.v1.Health",
        *(f"grpc.reflection.{version}.ServerReflection" for version in _VERSIONS),
    ]
    servicer: Any = reflection.ReflectionServicer(service_names=sorted(names))
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for version in _VERSIONS:
        generic = grpc.method_handlers_generic_handler(
            f"grpc.reflection.{version}.ServerReflection", {"ServerReflectionInfo": handler}
        )
        server.add_generic_rpc_handlers((generic,))
