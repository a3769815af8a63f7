"""Reading goes on where it is permitted, scope by scope."""

from collections.abc import Collection, Mapping

import pytest

from reconciler.errors import InternalError, PermissionDeniedError
from reconciler.model import Kind, ObservedState, Resource, ResourceId, Scope
from reconciler.observed import Covering
from tests.builders import a_task, an_id
from tests.fakes import MemoryAdmin, MemoryReader

PLACES = ("development", "staging", "production")
TASKS = {domain: a_task("etl", domain=domain) for domain in PLACES}


class Guarded(MemoryReader):
    """An Admin that lets nobody into some scopes, and counts its questions."""

    def __init__(self, *closed: Scope) -> None:
        admin = MemoryAdmin()
        admin.put(*TASKS.values())
        super().__init__(admin)
        self.closed = closed

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        found = super().versions(ids)
        if any(id.scope in self.closed for id in ids):
            raise PermissionDeniedError("not for you", method="ListTasks")
        return found


IDS = [task.id for task in TASKS.values()]


def test_open_scopes_are_one_question() -> None:
    """Nothing is asked twice as long as nothing is refused."""
    reader = Guarded()
    covering = Covering(reader)

    assert covering.versions(IDS).keys() == set(IDS)
    assert (covering.unread, reader.admin.calls["versions"]) == ({}, 1)


def test_a_closed_scope_is_noted_and_the_others_are_read() -> None:
    """And is not asked again."""
    reader = Guarded(("flytesnacks", "production"))
    covering = Covering(reader)

    found = covering.versions(IDS)
    asked = reader.admin.calls["versions"]

    assert {id.domain for id in found} == {"development", "staging"}
    assert list(covering.unread) == [("flytesnacks", "production")]
    assert "not for you" in covering.unread["flytesnacks", "production"]
    covering.check()
    covering.versions([TASKS["production"].id])
    assert reader.admin.calls["versions"] == asked


def test_nothing_readable_is_an_error() -> None:
    """Then there is no plan at all."""
    covering = Covering(Guarded(*(("flytesnacks", domain) for domain in PLACES)))

    assert covering.versions(IDS) == {}
    with pytest.raises(PermissionDeniedError, match="not for you"):
        covering.check()


def test_other_errors_are_not_swallowed() -> None:
    """What failed for another reason may be readable, so nobody knows."""
    reader = Guarded()
    reader.admin.fail("versions", InternalError("disk full"))

    with pytest.raises(InternalError):
        Covering(reader).versions(IDS)


def test_absence_means_nothing_in_a_closed_scope() -> None:
    """Whoever asks about it gets an error, not a `None`."""
    covering = Covering(Guarded(("flytesnacks", "production")))
    covering.versions(IDS)
    project = an_id(Kind.PROJECT)

    observed = covering.narrowed(ObservedState({}, frozenset({*IDS, project})))

    assert observed.find(project) is None
    with pytest.raises(LookupError):
        observed.find(TASKS["production"].id)
