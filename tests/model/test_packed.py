"""Messages at rest read as they were given, and take what they say."""

from dataclasses import replace

from flyteidl.core.types_pb2 import LiteralType, SimpleType, StructuredDatasetType
from google.protobuf.message import Message

from reconciler.model import Kind, Resource, ResourceId

ID = ResourceId(Kind.TASK, "flytesnacks", "development", "etl.load", "1")


def nested(levels: int) -> LiteralType:
    """A list of lists, so many levels deep."""
    found = LiteralType(simple=SimpleType.INTEGER)
    for _ in range(levels):
        outer = LiteralType()
        outer.collection_type.CopyFrom(found)
        found = outer
    return found


def test_a_resource_gives_the_message_it_was_given() -> None:
    """An equal one of the same type, and nothing where nothing was given."""
    resource = Resource(ID, spec=nested(3))
    assert resource.spec == nested(3)
    assert isinstance(resource.spec, LiteralType)
    assert resource.request is None


def test_what_happens_to_a_message_later_is_not_in_the_resource() -> None:
    """It was read when it was given, so its digest cannot change under a plan."""
    given = nested(3)
    resource = Resource(ID, spec=given)
    given.simple = SimpleType.STRING
    assert resource.spec == nested(3)
    assert resource.digest == Resource(ID, spec=nested(3)).digest


def test_a_resource_can_be_replaced_in_part() -> None:
    """Both messages go along."""
    resource = Resource(ID, spec=nested(1), request=nested(2))
    copy = replace(resource, complete=False)
    assert (copy.spec, copy.request) == (nested(1), nested(2))


def test_messages_too_deep_to_be_read_again_are_kept_as_they_are() -> None:
    """protobuf writes what it would not read; such a message may still be compared and told."""
    deep: Message = nested(150)
    assert Resource(ID, spec=deep).spec == deep


def test_what_is_alike_need_not_be_read() -> None:
    """Equal bytes of one type are equal messages; of two types they say nothing."""
    one, same, other = (Resource(ID, spec=nested(levels)) for levels in (2, 2, 3))
    assert one.is_alike(same)
    assert not one.is_alike(other)
    assert not Resource(ID, spec=LiteralType()).is_alike(
        Resource(ID, spec=StructuredDatasetType())
    )
    assert not Resource(ID).is_alike(Resource(ID))
