"""What all kinds share on their way out."""

from typing import Any

from flyteidl.admin.common_pb2 import ObjectGetRequest
from google.protobuf.message import Message

from reconciler.model import Resource, ResourceId


def request_of(resource: Resource, expected: type[Message]) -> Any:
    """Return `resource.request`; ValueError if it is not there or of another type."""
    if not isinstance(resource.request, expected):
        found = type(resource.request).__name__
        raise ValueError(f"{resource.id} needs a request of {expected.__name__}, not {found}")
    return resource.request


def to_get(id: ResourceId) -> ObjectGetRequest:
    """The request for one version."""
    return ObjectGetRequest(id=id.to_identifier())
