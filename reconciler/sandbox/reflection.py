"""gRPC reflection, v1 and v1alpha, as Admin serves both.

grpcio ships v1alpha only; v1 has the same messages under another package name, so one servicer
answers under both.
"""

from collections.abc import Iterable
from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

REFLECTION = tuple(f"grpc.reflection.{version}.ServerReflection" for version in ("v1", "v1alpha"))


def add_reflection(server: grpc.Server, services: Iterable[str]) -> None:
    """Let clients ask `server` for these services, and for reflection itself."""
    servicer: Any = reflection.ReflectionServicer(service_names=sorted({*services, *REFLECTION}))
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for name in REFLECTION:
        generic = grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": handler})
        server.add_generic_rpc_handlers((generic,))
