"""Whether Admin would read a create at all, told before it is sent."""

from reconciler.admin.codec import CODECS
from reconciler.errors import OversizedError
from reconciler.model import Resource

# What a grpc-go server reads of one request unless configured otherwise.
REQUEST_LIMIT = 4 << 20


def oversized(resource: Resource, *, limit: int = REQUEST_LIMIT) -> OversizedError | None:
    """Return the error that creating this resource would meet for its size alone, if any.

    Args:
        resource: One with a `request`; of others nothing is sent, so they are never too large.
        limit: In bytes of the encoded request.

    Source: admin-contract 2.7 (`server.grpc.maxMessageSizeBytes`).
    """
    if resource.request is None:
        return None
    size = CODECS[resource.id.kind].create(resource).ByteSize()
    return OversizedError(resource.id, size=size, limit=limit) if size > limit else None
