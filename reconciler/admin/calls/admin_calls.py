"""The five services of Admin in one object."""

from reconciler.admin.calls.entities import RegistryCalls
from reconciler.admin.calls.executions import ExecutionCalls
from reconciler.admin.calls.places import PlaceCalls
from reconciler.admin.calls.server import ServerCalls


class AdminCalls(RegistryCalls, ExecutionCalls, PlaceCalls, ServerCalls):
    """A method for every RPC, under its name in snake case. Safe to use from many threads.

    Each takes the RPC's request and returns its response, both as flyteidl's messages, with a
    deadline, the retry policy and one request id that all attempts of a call share.

    Raises: AdminError, of the class of its gRPC code, or UnreachableError, after the policy's
        retries; both are also a `grpc.RpcError`. The error of a write is `in_doubt` if any of its
        attempts may have acted.
    """
