"""Workflows that are known need not be read again."""

from collections.abc import Collection, Mapping
from typing import Any

from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure

from reconciler.model import Kind, Resource, ResourceId
from reconciler.remote.register.known import KnowingReader, Known
from tests.builders import an_id
from tests.fakes import MemoryReader


def a_workflow(name: str, size: int = 0) -> Resource:
    closure = CompiledWorkflowClosure()
    closure.primary.template.id.name = name + "x" * size
    return Resource(an_id(Kind.WORKFLOW, name), spec=closure)


class Asked(MemoryReader):
    """Remembers which workflows it was asked for."""

    asked: list[ResourceId]

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        self.asked = sorted(ids)
        return {id: a_workflow(id.name) for id in ids}


def test_what_was_read_is_known() -> None:
    """And the rest is still asked for."""
    reader: Any = Asked.__new__(Asked)
    knowing = KnowingReader(reader, Known())
    one, two = a_workflow("one").id, a_workflow("two").id

    knowing.workflows([one])
    found = knowing.workflows([one, two])

    assert reader.asked == [two]
    assert sorted(found) == [one, two]


def test_what_is_not_whole_is_not_known() -> None:
    """Nor what is no workflow: lists answer for those."""
    known = Known()
    bare = Resource(an_id(Kind.WORKFLOW, "bare"), complete=False)

    known.add([bare, Resource(an_id(Kind.TASK, "task"), spec=CompiledWorkflowClosure())])

    assert known.of([bare.id, an_id(Kind.TASK, "task")]) == {}


def test_the_oldest_are_let_go() -> None:
    """So that a long session does not fill the memory."""
    known = Known(most=1_000)
    some = [a_workflow(f"wf-{number}", size=300) for number in range(5)]

    known.add(some)
    known.add([some[-1]])

    assert list(known.of([one.id for one in some])) == [one.id for one in some[-3:]]
