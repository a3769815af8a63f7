"""Whole lists: what filters find, in which order, and what the database objects to."""

import grpc
import pytest

from reconciler.sandbox import Refusal
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.store import Store
from tests.sandbox.calls import PD, Client

ASCENDING = {"direction": "ASCENDING"}


@pytest.fixture(autouse=True)
def projects(call: Client) -> None:
    """Three projects beside the first one."""
    for name in ("Zoe", "anna", "élan"):
        project = {"id": name.lower().replace("é", "e"), "name": name, "description": f"of {name}"}
        call("RegisterProject", {"project": project})


def found(call: Client, filters: str, **more: object) -> list[str]:
    """The ids that a filter finds, in order of their insertion unless told otherwise."""
    sort = {"sort_by": {"key": "id", **ASCENDING}, **more}
    return [p.id for p in call("ListProjects", {"filters": filters, **sort}).projects]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ("eq(name,anna)", ["anna"]),
        ("ne(name,anna)", ["flytesnacks", "zoe", "elan"]),
        ("gt(name,Z)", ["flytesnacks", "zoe", "anna", "elan"]),
        ("gt(name,a)", ["flytesnacks", "anna", "elan"]),
        ("lte(name,anna)", ["zoe", "anna"]),
        ("contains(name,N)", []),
        ("contains(name,nn)", ["anna"]),
        ("contains(name,a_n)", ["anna"]),
        ("contains(name,n%a)", ["flytesnacks", "anna"]),
        ("contains(name,n\\%a)", []),
        ("not_like(name,%n%)", ["zoe"]),
        ("not_like(name,_lan)", ["flytesnacks", "zoe", "anna"]),
        ("value_in(name,anna;Zoe;nobody)", ["zoe", "anna"]),
        ("value_not_in(name,anna;Zoe)", ["flytesnacks", "elan"]),
        ("contains(name,a;n)", []),
        ("eq(state,0)+contains(description,of )", ["zoe", "anna", "elan"]),
        ("gt(id,1)+lt(id,4)", ["zoe", "anna"]),
        ("eq(deleted_at,2020-01-01)", []),
        ("gt(created_at,yesterday)", ["flytesnacks", "zoe", "anna", "elan"]),
        ("lt(created_at,-infinity)", []),
        ("contains(labels,x)", []),
        ("eq(name,a'nna)", []),
    ],
)
def test_finds(call: Client, filters: str, ids: list[str]) -> None:
    """Texts compare byte by byte, LIKE knows its wildcards, lists are any of."""
    assert found(call, filters) == ids


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ("eq(name,a;b)", "operator does not exist: text = record"),
        ("gte(state,1;2)", "operator does not exist: integer >= record"),
        ("not_like(name,a;b)", "operator does not exist: text !~~ record"),
        ("eq(description,a;b)", "operator does not exist: character varying = record"),
        ("contains(labels,\\x)", "invalid input syntax for type bytea"),
        ("contains(id,1)", "operator does not exist: bigint ~~ unknown"),
        ("not_like(state,1)", "operator does not exist: integer !~~ unknown"),
        ("contains(created_at,1)", "operator does not exist: timestamp with time zone ~~ unknown"),
        ("eq(state,x)+eq(name,a;b)", "operator does not exist: text = record"),
        ("value_in(id,1;x)", 'invalid input syntax for type bigint: "x"'),
        ("eq(name,a\0)", 'invalid byte sequence for encoding "UTF8": 0x00'),
        ("not_like(name,an\\)", "LIKE pattern must not end with escape character"),
    ],
)
def test_what_the_database_objects_to(call: Client, filters: str, message: str) -> None:
    """In PostgreSQL's words: first operators, then values."""
    with pytest.raises(Refusal) as refused:
        found(call, filters)

    assert refused.value.code is grpc.StatusCode.UNKNOWN
    assert refused.value.message == f"failed database operation with {message}"


def test_a_pattern_s_lone_backslash_hurts_only_rows_that_reach_it(call: Client) -> None:
    """No row begins with `q`, so nobody notices."""
    assert len(found(call, "not_like(name,q\\)")) == 4


@pytest.mark.parametrize(
    ("key", "direction", "ids"),
    [
        ("name", "ASCENDING", ["zoe", "anna", "flytesnacks", "elan"]),
        ("name", "DESCENDING", ["elan", "flytesnacks", "anna", "zoe"]),
        ("created_at", "DESCENDING", ["elan", "anna", "zoe", "flytesnacks"]),
        ("identifier", "ASCENDING", ["anna", "elan", "flytesnacks", "zoe"]),
    ],
)
def test_sorts(call: Client, key: str, direction: str, ids: list[str]) -> None:
    """By code point, capitals first."""
    assert found(call, "ne(name,_)", sort_by={"key": key, "direction": direction}) == ids


@pytest.mark.parametrize(
    ("sort", "message"),
    [
        ({}, "invalid sort key ''"),
        ({"key": "nope", "direction": 7}, "invalid sort key 'nope'"),
        ({"key": "name", "direction": 7}, 'invalid sort order specified: key:"name"  direction:7'),
    ],
)
def test_refuses_to_sort(call: Client, sort: dict[str, object], message: str) -> None:
    """Key before direction; an empty Sort is one without a key."""
    with pytest.raises(Refusal) as refused:
        found(call, "", sort_by=sort)

    assert refused.value.message == message


def test_nulls_come_last_upwards_and_first_downwards(call: Client) -> None:
    """As in PostgreSQL, and not as in SQLite."""
    call.task("t")
    call.workflow("w")
    call.launch_plan("plain")
    call.scheduled("cron")
    request = {"id": PD, "limit": 10}
    up = call(
        "ListLaunchPlans", {**request, "sort_by": {"key": "launch_condition_type", **ASCENDING}}
    )
    down = call("ListLaunchPlans", {**request, "sort_by": {"key": "launch_condition_type"}})

    assert [lp.id.name for lp in up.launch_plans] == ["cron", "plain"]
    assert [lp.id.name for lp in down.launch_plans] == ["plain", "cron"]


def test_checks_come_in_admin_s_order(call: Client) -> None:
    """Filters, sort, token; the database has its say only then."""
    bad = {"filters": "bad", "sort_by": {"key": "bad"}, "token": "bad"}
    messages = []
    for mended in ({}, {"filters": "eq(state,x)"}, {"sort_by": {"key": "id"}}, {"token": "1"}):
        bad |= mended
        with pytest.raises(Refusal) as refused:
            call("ListProjects", bad)
        messages.append(refused.value.message.split(" for ")[0])

    assert messages == [
        "invalid value",
        "invalid sort key 'bad'",
        "invalid pagination token bad",
        "failed database operation with invalid input syntax",
    ]


def test_a_listing_of_one_s_own() -> None:
    """What an RPC needs to say: the entity, its name for tokens, and what must be equal."""

    class Request:
        limit, token, filters, sort_by = 10, "", "", None

        def HasField(self, name: str, /) -> bool:
            return False

    store = Store.open()
    with store.write() as session:
        for name in "ab":
            session.insert("projects", created_at=1, updated_at=1, identifier=name, name=name)
        page = list_rows(
            session,
            Listing(ENTITIES["project"], "Mine"),
            Request(),
            equal={"projects.name": "b", "projects.description": ""},
            now=1,
        )

    assert [row["identifier"] for row in page.rows] == ["b"]
    store.close()
