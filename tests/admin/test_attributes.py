"""Attributes and names against a server that misbehaves, and how few calls they take."""

from collections import Counter

import grpc
import pytest
from flyteidl.admin.common_pb2 import NamedEntityMetadata
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.admin import Connection
from reconciler.admin.queries import FEW, NAMES, Names, names_queries
from reconciler.errors import AlreadyExistsError, DeadlineExceededError, PermissionDeniedError
from reconciler.model import ATTRIBUTE_NUMBERS, Kind, Resource, ResourceId
from tests.admin.server import Refuse, ScriptedAdmin
from tests.contracts.attributes import a_label

ROW = a_label("gpu", "p", "development")
RACE = Refuse(grpc.StatusCode.ALREADY_EXISTS, "value with matching already exists (…)")


def a_name(name: str = "etl", facet: str = "task") -> ResourceId:
    return ResourceId(Kind.NAMED_ENTITY, "p", "development", name, facet=facet)


def test_a_type_is_one_list_however_many_rows(server: ScriptedAdmin, admin: Connection) -> None:
    """And never a get, which would answer for another level."""
    for number in range(50):
        admin.writer.update(a_label("x", f"p{number}", "development"))
    server.calls.clear()

    assert len(admin.reader.attributes(["executionClusterLabel"])) == 50
    assert server.calls == Counter(ListMatchableAttributes=1)
    admin.reader.attributes(ATTRIBUTE_NUMBERS)
    assert server.calls == Counter(ListMatchableAttributes=1 + len(ATTRIBUTE_NUMBERS))


def test_rows_that_no_manifest_can_name_are_left_out(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """Of no project, which are everybody's, and of launch plans."""
    assert isinstance(ROW.spec, MatchingAttributes)
    server.attributes["", "development", ""] = ROW.spec
    server.attributes["p", "development", "a launch plan"] = ROW.spec
    admin.writer.update(ROW)
    assert set(admin.reader.attributes(["executionClusterLabel"])) == {ROW.id}


def test_the_first_of_two_writes_is_made_again(server: ScriptedAdmin, admin: Connection) -> None:
    """Two clients that make a row at once: Admin refuses one, although it would update it."""
    server.fail("UpdateProjectDomainAttributes", RACE)
    admin.writer.update(ROW)
    assert admin.reader.attributes(["executionClusterLabel"])[ROW.id].spec == ROW.spec

    name = Resource(a_name(), spec=NamedEntityMetadata(description="new"))
    server.fail("UpdateNamedEntity", RACE)
    admin.writer.update(name)
    assert admin.reader.named_entities([name.id])[name.id].spec == name.spec

    server.fail("UpdateNamedEntity", RACE, RACE)
    with pytest.raises(AlreadyExistsError):
        admin.writer.update(name)


@pytest.mark.parametrize("rpc", ["Update", "Delete"])
def test_a_write_without_an_answer_is_in_doubt(
    server: ScriptedAdmin, admin: Connection, rpc: str
) -> None:
    """It is not repeated, for in between somebody else may have written."""
    late = Refuse(grpc.StatusCode.DEADLINE_EXCEEDED, "late", after=True)
    server.fail(f"{rpc}ProjectDomainAttributes", late)
    writes = {
        "Update": lambda: admin.writer.update(ROW),
        "Delete": lambda: admin.writer.delete(ROW.id),
    }
    with pytest.raises(DeadlineExceededError) as caught:
        writes[rpc]()
    assert caught.value.in_doubt
    assert caught.value.subject == str(ROW.id)
    assert server.calls[f"{rpc}ProjectDomainAttributes"] == 1


def test_a_refused_list_is_an_error(server: ScriptedAdmin, admin: Connection) -> None:
    """And no empty answer."""
    server.fail("ListMatchableAttributes", Refuse(grpc.StatusCode.PERMISSION_DENIED, "no"))
    with pytest.raises(PermissionDeniedError):
        admin.reader.attributes(["executionClusterLabel"])


def test_many_names_are_one_list(server: ScriptedAdmin, admin: Connection) -> None:
    """Whose page is larger than all that Admin holds, for it filters page by page."""
    for number in range(3000):
        server.names[ResourceType.TASK, f"n{number:04}"] = NamedEntityMetadata()
    wanted = {a_name(f"n{number:04}") for number in range(0, 3000, 3)}

    assert set(admin.reader.named_entities(wanted)) == wanted
    assert server.calls == Counter(ListNamedEntities=1)


def test_few_names_are_asked_for_one_by_one(server: ScriptedAdmin, admin: Connection) -> None:
    """Which costs Admin less than to walk all names."""
    server.names[ResourceType.TASK, "etl"] = NamedEntityMetadata()
    assert set(admin.reader.named_entities([a_name(), a_name("no")])) == {a_name()}
    assert server.calls == Counter(GetNamedEntity=2)


def test_names_are_grouped_by_kind_and_place() -> None:
    """Lists hold what filters can say; the rest is asked for one by one."""
    plain = [a_name(f"n{number}") for number in range(NAMES + 1)]
    nasty = [a_name("a;b"), a_name("f(x)")]
    few = [a_name(f"n{number}", "workflow") for number in range(FEW)]
    found = names_queries([*plain, *nasty, *few, a_name("a\0b")])
    lists = [query for query in found if isinstance(query, Names)]
    assert [query.facet for query in lists] == ["task", "task"]
    assert [query.filters.count(";") + 1 for query in lists] == [NAMES, 1]
    assert {query for query in found if isinstance(query, ResourceId)} == {*nasty, *few}
    assert names_queries([]) == []
