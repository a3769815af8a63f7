"""Which types may stand in for which, held against flyte's own validators."""

import time
from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compiler import CompilerPanicError, castable, go_text, literal_type
from tests.compiler.recorded import read, rows

ROWS = list(rows("types.jsonl.gz"))
NONE = types_pb2.LiteralType(simple=types_pb2.NONE)
INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
STRING = types_pb2.LiteralType(simple=types_pb2.STRING)


@pytest.mark.parametrize("part", range(20))
def test_types_and_literals_go_where_admin_lets_them(part: int) -> None:
    """Each pair of the recording: yes, no, a panic, or a literal of no known type."""
    for row in ROWS[part::20]:
        _check(row)


def _check(row: dict[str, Any]) -> None:
    downstream = read(row["downstream"], types_pb2.LiteralType)
    if "literal" in row:
        upstream = literal_type(read(row["literal"], literals_pb2.Literal))
    else:
        upstream = read(row["upstream"], types_pb2.LiteralType)
    if row["castable"] is None:
        assert upstream is None, row
        return
    if row["castable"] == "panic":
        with pytest.raises(CompilerPanicError):
            castable(upstream, downstream)
        return
    assert " ".join(go_text(upstream).split()) == " ".join(row["type"].split()), row
    assert castable(upstream, downstream) is row["castable"], row


def test_an_enum_and_a_string_go_both_ways() -> None:
    """Another enum only if it has the same values in the same order."""
    colours = types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=["red", "blue"]))
    others = types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=["blue", "red"]))

    assert castable(colours, STRING)
    assert castable(STRING, colours)
    assert castable(colours, colours)
    assert not castable(colours, others)


def test_a_union_takes_what_exactly_one_of_its_variants_takes() -> None:
    """Two that fit are as bad as none."""
    twice = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[STRING, STRING]))
    once = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[STRING, INTEGER]))

    assert castable(STRING, once)
    assert not castable(STRING, twice)
    assert not castable(NONE, once)


def test_a_tag_must_be_met_only_if_the_giver_has_one() -> None:
    """A type without tag goes anywhere."""
    tagged = types_pb2.LiteralType(
        simple=types_pb2.INTEGER, structure=types_pb2.TypeStructure(tag="int")
    )

    assert castable(INTEGER, tagged)
    assert not castable(tagged, INTEGER)


def _types() -> st.SearchStrategy[Any]:
    simple = st.sampled_from(
        [types_pb2.LiteralType(simple=number) for number in range(10)]
        + [types_pb2.LiteralType(blob=types_pb2.BlobType(format="csv"))]
    )
    return st.recursive(
        simple,
        lambda inner: st.one_of(
            inner.map(lambda each: types_pb2.LiteralType(collection_type=each)),
            inner.map(lambda each: types_pb2.LiteralType(map_value_type=each)),
            st.lists(inner, max_size=3).map(
                lambda variants: types_pb2.LiteralType(
                    union_type=types_pb2.UnionType(variants=variants)
                )
            ),
        ),
        max_leaves=6,
    )


@settings(max_examples=150, derandomize=True, deadline=None)
@given(offered=_types(), wanted=_types())
def test_containers_follow_their_elements(offered: Any, wanted: Any) -> None:
    """A list goes where its elements go; a list of nothing goes where any list goes.

    Only the shortcut for unions of one variant is not taken inside containers.
    """
    offered_list = types_pb2.LiteralType(collection_type=offered)
    wanted_list = types_pb2.LiteralType(collection_type=wanted)

    if castable(offered_list, wanted_list) and offered.WhichOneof("type") != "simple":
        assert castable(offered, wanted)
    assert castable(types_pb2.LiteralType(collection_type=NONE), wanted_list)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(wanted=_types())
def test_a_type_without_ambiguous_unions_goes_to_itself(wanted: Any) -> None:
    """Unions are compared variant by variant, so they do too."""
    assert castable(wanted, wanted)


def test_deeply_nested_unions_do_not_take_for_ever() -> None:
    """Each level is tried in two ways; tried afresh it would be 2 to the power of 40."""
    offered, wanted = INTEGER, STRING
    for _ in range(40):
        offered = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[offered]))
        wanted = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[wanted]))
    started = time.process_time()

    assert not castable(offered, wanted)

    assert time.process_time() - started < 1
