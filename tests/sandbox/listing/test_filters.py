"""The filter grammar, and what Admin says of what does not fit it."""

import pytest

from reconciler.sandbox import Refusal
from reconciler.sandbox.listing import ENTITIES, parse_filters

WORKFLOW = ENTITIES["workflow"]
LAUNCH_PLAN = ENTITIES["launch_plan"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("eq(name,a)", [("eq", "name", ("a",))]),
        ("eq(name, a)", [("eq", "name", ("a",))]),
        ("eq(name,  a)", [("eq", "name", (" a",))]),
        ("value_in(version,a;b;)", [("value_in", "version", ("a", "b", ""))]),
        ("eq(name,a)b)", [("eq", "name", ("a)b",))]),
        ("eq(name,a) ignored", [("eq", "name", ("a",))]),
        ("eq(launch_plan.state,1)", [("eq", "state", ("1",))]),
        ("eq(workflow.name,w)", [("eq", "name", ("w",))]),
        ("eq(name,a)+ne(version,b)", [("eq", "name", ("a",)), ("ne", "version", ("b",))]),
        ("", []),
    ],
)
def test_reads(text: str, parts: list[tuple[str, str, tuple[str, ...]]]) -> None:
    """Function, column and values of each expression."""
    filters = parse_filters(text, primary=LAUNCH_PLAN, others=[WORKFLOW])

    assert [(f.function, f.column.name, f.values) for f in filters] == parts


def test_the_last_comma_with_something_after_it_separates() -> None:
    """There is no way to have a comma in a value, but at its end."""
    with pytest.raises(Refusal, match=r"'l\.name,a' is invalid filter"):
        parse_filters("eq(name,a,b)", primary=LAUNCH_PLAN)

    [item] = parse_filters("eq(name,a,)", primary=LAUNCH_PLAN)
    assert item.values == ("a,",)


@pytest.mark.parametrize(
    "text",
    [
        "bad",
        "eq(name)",
        "eq(name,)",
        "eq(,a)",
        "(name,a)",
        "eq(name,a",
        "+eq(name,a)",
        "eq(name,a)+",
        "eq(name,a)++eq(name,b)",
        "eq(name,a\nb)",
    ],
)
def test_refuses_what_has_another_shape(text: str) -> None:
    """All of them with one text."""
    with pytest.raises(Refusal) as refused:
        parse_filters(text, primary=LAUNCH_PLAN)

    assert refused.value.message == "invalid value for filters"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("eq(nope,1)", "'l.nope' is invalid filter"),
        ("eq(Name,1)", "'l.Name' is invalid filter"),
        ("eq( name,1)", "'l. name' is invalid filter"),
        ("eq(task.type,1)", "'t' entity is not allowed in filters"),
        ("eq(admin_tag.key,1)", "'at' entity is not allowed in filters"),
        ("eq(workflow.state,1)", "'w.state' is invalid filter"),
        ("eq(foo.name,1)", "'l.foo.name' is invalid filter"),
        ("eq(workflow.a.b,1)", "'w.a.b' is invalid filter"),
        ("like(name,1)", "unrecognized filter function: like"),
        ("EQ(name,1)", "unrecognized filter function: EQ"),
        (" eq(name,1)", "unrecognized filter function:  eq"),
        ("nope(nope,1)", "'l.nope' is invalid filter"),
        ("eq(name,a)eq(name,b)", "unrecognized filter function: eq(name,a)eq"),
        ("bad+eq(nope,1)", "invalid value for filters"),
        ("eq(nope,1)+bad", "'l.nope' is invalid filter"),
    ],
)
def test_refuses_what_it_does_not_know(text: str, message: str) -> None:
    """Left to right, and in each expression shape, entity, column, function."""
    with pytest.raises(Refusal) as refused:
        parse_filters(text, primary=LAUNCH_PLAN, others=[WORKFLOW])

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1", 10**9),
        ("1.5", 15 * 10**8),
        ("-2", -2 * 10**9),
        ("90s", 90 * 10**9),
        ("1h30m", 5400 * 10**9),
        ("1.5ms", 1_500_000),
        ("2µs", 2000),
        ("0", 0),
        ("1e-3", 10**6),
    ],
)
def test_durations_are_seconds_or_go_s(text: str, nanoseconds: int) -> None:
    """Executions store nanoseconds."""
    [item] = parse_filters(f"gt(duration,{text})", primary=ENTITIES["execution"])

    assert item.values == (str(nanoseconds),)


@pytest.mark.parametrize("text", ["abc", "1x", "h", ".s", "1h 30m"])
def test_other_durations_are_refused(text: str) -> None:
    """Before the function is looked at."""
    with pytest.raises(Refusal) as refused:
        parse_filters(f"nope(duration,{text})", primary=ENTITIES["execution"])

    assert refused.value.message == f"Failed to parse duration [{text}]"
