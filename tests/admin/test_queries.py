"""Which calls answer for which ids: exactly those, and few."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.admin.queries import (
    FEW_DIGESTS,
    PAGE,
    STRAYS,
    VALUES,
    Listing,
    holding_queries,
    is_sayable,
    queries,
)
from reconciler.model import Kind, ResourceId, content_hash

VERSIONED = [kind for kind in Kind if kind.versioned]


def id_(name: str, version: str, kind: Kind = Kind.TASK) -> ResourceId:
    return ResourceId(kind, "flytesnacks", "development", name, version)


def values(listing: Listing, field: str) -> list[str]:
    found = re.search(rf"value_in\({field},([^)]*)\)", listing.filters)
    return found[1].split(";") if found else []


def product(listing: Listing) -> list[ResourceId]:
    """All that a list can match."""
    names = values(listing, "name") or [listing.name]
    place = (listing.kind, listing.project, listing.domain)
    return [
        ResourceId(*place, name, version)
        for name in names
        for version in values(listing, "version")
    ]


def test_one_version_of_many_names_is_one_list() -> None:
    """The usual package: hundreds of entities, one version."""
    (listing,) = queries([id_(f"n{i}", "v1") for i in range(VALUES)])
    assert isinstance(listing, Listing)
    assert len(values(listing, "name")) == VALUES
    assert values(listing, "version") == ["v1"]
    assert listing.limit == VALUES + 1


def test_content_hashes_share_lists_freely() -> None:
    """A hash is never found under another name, so 300 entities are two lists."""
    ids = [id_(f"n{i}", content_hash([str(i).encode()])) for i in range(300)]
    assert [len(values(one, "version")) for one in queries(ids)] == [250, 50]  # type: ignore[arg-type]


def test_many_versions_of_many_names_do_not_multiply() -> None:
    """500 names each with a version of its own: history may hold all 250,000 pairs."""
    ids = [id_(f"n{i}", f"v{i}") for i in range(500)]
    found = queries(ids)
    assert len(found) == 20
    for one in found:
        assert isinstance(one, Listing)
        assert len(product(one)) < one.limit <= STRAYS + 100


def test_all_versions_of_the_same_names_are_asked_together() -> None:
    """Where the whole product is wanted, nothing strays."""
    ids = [id_(f"n{n}", f"v{v}") for n in range(30) for v in range(30)]
    (listing,) = queries(ids)
    assert isinstance(listing, Listing)
    assert sorted(product(listing)) == sorted(ids)


def test_a_single_id_is_got() -> None:
    """It is one call either way; but a got workflow would bring its whole closure."""
    task, workflow = id_("a", "1"), id_("a", "1", Kind.WORKFLOW)
    assert queries([task]) == [task]
    assert queries([workflow]) == [
        Listing(
            Kind.WORKFLOW,
            "flytesnacks",
            "development",
            "",
            "value_in(name,a)+value_in(version,1)",
            2,
        )
    ]


@pytest.mark.parametrize("value", ["a+b", "a;b", "a,b", "f(x)", " a", "a ", "a\nb", "\t", "a\xa0"])
def test_what_a_filter_cannot_say_is_asked_otherwise(value: str) -> None:
    """An odd name goes beside the filter, an odd version into a get."""
    assert not is_sayable(value)
    odd_name, odd_version = id_(value, "1"), id_("a", value)
    listing, got = queries([odd_name, odd_version])
    assert isinstance(listing, Listing)
    assert (listing.name, listing.filters) == (value, "value_in(version,1)")
    assert got == odd_version


@pytest.mark.parametrize("value", ["a", "%", "a_b", "a\\b", "a b", "日本", "a.b-c/d:e", "*"])
def test_what_a_filter_can_say(value: str) -> None:
    """Nothing else is special: `value_in` compares, it does not match patterns."""
    assert is_sayable(value)


def test_what_no_database_holds_is_not_asked() -> None:
    """PostgreSQL has no NUL in its texts, and answers one with an error."""
    assert queries([id_("a\0b", "1"), id_("a", "\0")]) == []


NAMES = st.sampled_from(["a", "b", "c+d", "e;f", "g,h", "i(j)", " k", "l ", "日本", "m\n", "a;b"])
VERSIONS = st.one_of(
    st.sampled_from(["1", "2", "3+local", "4,5", " 6", "7;8"]),
    st.integers(0, 5).map(lambda n: content_hash([bytes([n])])),
)
IDS = st.builds(
    ResourceId,
    st.sampled_from(VERSIONED),
    st.sampled_from(["p", "q"]),
    st.just("development"),
    NAMES,
    VERSIONS,
)


@given(ids=st.lists(IDS, max_size=60))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_every_id_is_covered_once(ids: list[ResourceId]) -> None:
    """Each wanted id is matched by exactly one call, and the order of asking does not matter."""
    found = queries(ids)
    covered = Counter(
        id for one in found for id in (product(one) if isinstance(one, Listing) else [one])
    )
    assert set(ids) <= set(covered)
    assert all(covered[id] == 1 for id in set(ids))
    assert queries(ids[::-1]) == found
    assert queries([*ids, *ids]) == found


@given(
    pairs=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=400),
)
@settings(derandomize=True, max_examples=50, deadline=None)
def test_no_list_grows_beyond_its_bounds(pairs: list[tuple[int, int]]) -> None:
    """Filters stay short, and what could stray into an answer stays little."""
    ids = {id_(f"n{n}", f"v{v}") for n, v in pairs}
    for one in queries(ids):
        if isinstance(one, Listing):
            possible = product(one)
            assert max(len(values(one, "name")), len(values(one, "version"))) <= VALUES
            assert len(possible) <= PAGE
            assert len(set(possible) - ids) <= STRAYS


def test_digests_of_one_version_share_lists() -> None:
    """Names are in the filter as well, for by them the database finds a row."""
    wanted = {id_(f"wf{n}", "v1", Kind.WORKFLOW): bytes([n % 256]) * 32 for n in range(VALUES + 1)}

    first, second = holding_queries(wanted)

    assert (len(values(first, "name")), len(values(second, "name"))) == (VALUES, 1)
    assert values(first, "version") == ["v1"]
    (last,) = (id_(name, "v1", Kind.WORKFLOW) for name in values(second, "name"))
    assert values(second, "digest") == [rf"\x{wanted[last].hex()}"]


def test_few_digests_and_odd_names_are_not_asked_for() -> None:
    """To read those costs no more, or a filter cannot say them."""
    few = {id_(f"wf{n}", f"v{n}", Kind.WORKFLOW): b"" for n in range(FEW_DIGESTS * 2)}
    odd = {id_(f"wf+{n}", "v1", Kind.WORKFLOW): b"" for n in range(FEW_DIGESTS)}
    assert holding_queries(few | odd) == []
