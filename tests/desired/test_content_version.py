"""Versions of messages: two that differ anywhere have two, two that are equal have one.

`test_versions` says the same of manifests; here it is said of everything that could be sent, valid
or not, so that no field of flyteidl is passed over.
"""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.entity import AUTO, Entity, Place
from reconciler.desired.member import Member
from reconciler.desired.versions import Spoken, content_version
from reconciler.model import Kind, Origin
from tests.desired.test_versions_stay import shuffled

Way = list[Any]
KINDS: list[tuple[Kind, type[Message]]] = [
    (Kind.TASK, TaskSpec),
    (Kind.WORKFLOW, WorkflowSpec),
    (Kind.LAUNCH_PLAN, LaunchPlanSpec),
]


def ways(root: Any) -> Iterator[Way]:
    """The shortest way to each field inside; but not the id, which holds the version itself."""
    waiting: deque[tuple[Any, Way]] = deque([(root.DESCRIPTOR, [])])
    seen: set[str] = set()
    while waiting:
        descriptor, way = waiting.popleft()
        if descriptor.full_name in seen or descriptor.full_name.startswith("google.protobuf."):
            continue
        seen.add(descriptor.full_name)
        for field in descriptor.fields:
            if [one.name for one in way] == ["template"] and field.name == "id":
                continue
            yield [*way, field]
            inside = field.message_type
            if inside is not None and inside.GetOptions().map_entry:
                inside = inside.fields_by_name["value"].message_type
            if inside is not None:
                waiting.append((inside, [*way, field]))


WAYS: list[tuple[Kind, type[Message], Way]] = [
    (kind, root, way) for kind, root in KINDS for way in ways(root)
]


def empty(root: type[Message]) -> Any:
    """A message that says nothing; what a request always has is there."""
    message: Any = root()
    if "template" in message.DESCRIPTOR.fields_by_name:
        message.template.SetInParent()
    return message


def version(kind: Kind, spec: Message) -> str:
    place = Place(kind, "own-project", "own-domain", "name")
    entity = Entity(place, AUTO, True, Member("name", kind, spec), Origin("here"), ())
    return content_version(entity, spec, (), Spoken([entity]))


def scalars(field: Any) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from([one.number for one in field.enum_type.values])
    match field.cpp_type:
        case field.CPPTYPE_BOOL:
            return st.booleans()
        case field.CPPTYPE_STRING:
            text = st.text(st.characters(codec="utf-8"), max_size=4)
            return text if field.type == field.TYPE_STRING else text.map(str.encode)
        case field.CPPTYPE_FLOAT | field.CPPTYPE_DOUBLE:
            return st.integers(-8, 8).map(lambda number: number / 4)
        case field.CPPTYPE_UINT32 | field.CPPTYPE_UINT64:
            return st.integers(0, 2**32 - 1)
    return st.integers(-(2**31), 2**31 - 1)


def values(field: Any) -> st.SearchStrategy[Any]:
    """What may stand in a field: for messages a way to fill one in place."""
    inside = field.message_type
    if inside is None:
        return scalars(field)
    match inside.full_name:
        case "google.protobuf.Struct":
            return st.dictionaries(st.text(max_size=2), st.integers(0, 3), max_size=3)
        case "google.protobuf.Duration" | "google.protobuf.Timestamp":
            return st.integers(0, 2**20)
        case "google.protobuf.BoolValue":
            return st.booleans()
    return st.none()


def put(message: Any, way: Way, value: Any, key: str) -> None:
    """Set the last field of `way`, and all that leads to it."""
    field, *rest = way
    inside = field.message_type
    if inside is not None and inside.GetOptions().map_entry:
        inside = inside.fields_by_name["value"].message_type
        entries = getattr(message, field.name)
        if inside is None:
            entries[key] = str(value)
            return
        here = entries[key]
    elif field.is_repeated:
        items = getattr(message, field.name)
        if inside is None:
            items.append(value)
            return
        here = items.add() if not items or not rest else items[-1]
    elif inside is None:
        setattr(message, field.name, value)
        return
    else:
        here = getattr(message, field.name)
        here.SetInParent()
    if rest:
        put(here, rest, value, key)
    elif inside.full_name == "google.protobuf.Struct":
        here.update(value)
    elif inside.full_name in ("google.protobuf.Duration", "google.protobuf.Timestamp"):
        here.seconds = value
    elif inside.full_name == "google.protobuf.BoolValue":
        here.value = value


@st.composite
def specs(draw: st.DrawFn, kind: Kind) -> Any:
    """A message with a few fields in it, at any depth."""
    spec = empty(dict(KINDS)[kind])
    for _, _, way in draw(
        st.lists(st.sampled_from([w for w in WAYS if w[0] is kind]), max_size=4)
    ):
        put(spec, way, draw(values(way[-1])), draw(st.sampled_from("ab")))
    return spec


def test_every_field_counts() -> None:
    """Each alone, in a message that has nothing else but the way to it."""
    for kind, root, way in WAYS:
        around, within = empty(root), empty(root)
        if len(way) > 1:
            put(around, way[:-1], _some(way[-2]), "a")
            within.CopyFrom(around)
        put(within, way, _some(way[-1]), "a")
        if within != around:
            assert version(kind, within) != version(kind, around), way[-1].full_name


def _some(field: Any) -> Any:
    """Some value that is not the field's default."""
    inside = field.message_type
    if inside is not None and inside.full_name == "google.protobuf.Struct":
        return {"a": 1}
    if field.enum_type is not None:
        return field.enum_type.values[-1].number
    if field.cpp_type == field.CPPTYPE_STRING:
        return "text" if field.type == field.TYPE_STRING else b"text"
    return 1


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.data())
def test_any_difference_counts(data: st.DataObject) -> None:
    """One field of any message changed to any value: equal messages, and only those, share one."""
    kind, _, way = data.draw(st.sampled_from(WAYS))
    before = data.draw(specs(kind))
    after = type(before)()
    after.CopyFrom(before)
    put(after, way, data.draw(values(way[-1])), data.draw(st.sampled_from("ab")))

    assert (version(kind, before) == version(kind, after)) == (before == after)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_the_order_in_which_it_was_written_does_not_count(
    data: st.DataObject, rand: random.Random
) -> None:
    """Of fields and of the keys of maps; the order of lists does."""
    kind = data.draw(st.sampled_from([kind for kind, _ in KINDS]))
    spec = data.draw(specs(kind))
    again = ParseDict(shuffled(MessageToDict(spec), rand), type(spec)())

    assert version(kind, again) == version(kind, spec)


def test_kind_and_name_count() -> None:
    """Things of two names never share a version, though they say the same."""
    spec = TaskSpec()
    place = Place(Kind.TASK, "p", "d", "name")
    found: Sequence[str] = [
        content_version(
            Entity(one, AUTO, True, Member("name", one.kind, spec), Origin("here"), ()),
            spec,
            (),
            Spoken([]),
        )
        for one in (place, Place(Kind.TASK, "p", "d", "other"), Place(Kind.TASK, "q", "e", "name"))
    ]

    assert found[0] != found[1]
    assert found[0] == found[2]
