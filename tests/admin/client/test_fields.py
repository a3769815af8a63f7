"""The tables of what can be filtered and sorted by are those that Admin has."""

from typing import Any

import pytest

from reconciler.admin.client import Sort, asc, desc, fields
from reconciler.admin.client.fields import Holds, Listing
from reconciler.admin.client.sorts import sorted_by
from reconciler.errors import FilterError
from reconciler.sandbox.listing.columns import ENTITIES, Kind

LISTINGS = [one for one in vars(fields).values() if isinstance(one, Listing)]
KINDS = {
    Kind.TEXT: {Holds.TEXT},
    Kind.VARCHAR: {Holds.TEXT},
    Kind.INTEGER: {Holds.NUMBER},
    Kind.BIGINT: {Holds.NUMBER, Holds.DURATION},
    Kind.TIMESTAMP: {Holds.TIME},
    Kind.BYTES: {Holds.BYTES},
}
# What Admin lets pass and the database then refuses, or what the list itself is told.
LEFT_OUT = {
    "entities": {"resource_type"},
    "named_entity_metadata": {"resource_type"},
    "project": set(),
}


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.what)
def test_columns_are_admins(listing: Listing) -> None:
    """None too many, none too few, and each holds what it holds there."""
    for prefix, columns in listing.filters.items():
        if prefix == "description":
            continue
        theirs = ENTITIES[prefix].columns
        assert set(columns) == set(theirs) - LEFT_OUT.get(prefix, set()), prefix
        for name, column in columns.items():
            assert column.holds in KINDS[theirs[name].kind], f"{prefix}.{name}"


@pytest.mark.parametrize(
    ("given", "key", "direction"),
    [
        (None, "id", 1),
        (asc("name"), "name", 1),
        (desc("created_at"), "created_at", 0),
        ("asc(name)", "name", 1),
        (" desc( name )", "name", 0),
        (Sort("version", descending=True).to_message(), "version", 0),
    ],
    ids=str,
)
def test_an_order_may_be_written_in_many_ways(given: Any, key: str, direction: int) -> None:
    """As a value, a text, Admin's message; none is the order of creation."""
    message = sorted_by(given, fields.TASKS, asc("id"))
    assert (message.key, message.direction) == (key, direction)


def test_flytekits_order_is_one() -> None:
    """Its users need not change it."""
    from flytekit.models.admin.common import Sort as Theirs

    theirs = Theirs("created_at", Theirs.Direction.DESCENDING)
    assert sorted_by(theirs, fields.TASKS, asc("id")) == desc("created_at").to_message()
    assert str(desc("created_at")) == "desc(created_at)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("name", "'name' is no order; write asc(KEY) or desc(KEY)"),
        (5, "5 is no order"),
        (asc("nmae"), "did you mean 'name'"),
    ],
)
def test_what_is_no_order_is_refused(given: Any, said: str) -> None:
    """Before Admin sees it."""
    with pytest.raises(FilterError) as caught:
        sorted_by(given, fields.TASKS, asc("id"))
    assert said in str(caught.value)
