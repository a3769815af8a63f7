"""Drawings as Mermaid, DOT and SVG."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Drawing, Kind, Spot, spot
from reconciler.report import drawing_as_dot, drawing_as_mermaid, drawing_as_svg
from reconciler.report.graph.layout import columns


def one(kind: Kind, name: str, domain: str = "development") -> Spot:
    return spot(kind, project="p", domain=domain, name=name)


TASK, OTHER = one(Kind.TASK, "extract"), one(Kind.TASK, "load")
FLOW = one(Kind.WORKFLOW, 'a "quoted" <flow>')
PLAN, IDLE = one(Kind.LAUNCH_PLAN, "daily"), one(Kind.LAUNCH_PLAN, "idle", "staging")
DRAWING = Drawing(
    tuple(sorted([TASK, OTHER, FLOW, PLAN, IDLE])),
    tuple(sorted([(PLAN, FLOW), (IDLE, FLOW), (FLOW, TASK), (FLOW, OTHER)])),
    frozenset([OTHER]),
    {PLAN: "active", IDLE: "inactive"},
)


def test_mermaid_reads_as_reviewed() -> None:
    """Shapes by kind, a box a place, classes for what is active or somewhere else."""
    assert drawing_as_mermaid(DRAWING).splitlines() == [
        "flowchart LR",
        '  subgraph p0["p/development"]',
        '    n0["extract"]',
        '    n1["load"]',
        '    n2[["a #quot;quoted#quot; #lt;flow#gt;"]]',
        '    n3(["daily (active)"])',
        "  end",
        '  subgraph p1["p/staging"]',
        '    n4(["idle (inactive)"])',
        "  end",
        "  n2 --> n0",
        "  n2 --> n1",
        "  n3 --> n2",
        "  n4 --> n2",
        "  classDef foreign stroke-dasharray: 4 3",
        "  classDef active stroke-width: 3px",
        "  class n1 foreign",
        "  class n3 active",
    ]


def test_dot_reads_as_reviewed() -> None:
    """Nodes are named as plans name them."""
    lines = drawing_as_dot(DRAWING).splitlines()

    assert '    "task:p/development/load" [label="load", shape=box, style=dashed];' in lines
    assert (
        '    "launch_plan:p/development/daily" [label="daily (active)", shape=oval, style=bold];'
        in lines
    )
    assert (
        '  "launch_plan:p/staging/idle" -> "workflow:p/development/a \\"quoted\\" <flow>";'
        in lines
    )
    assert lines[0] == "digraph reconciler {"
    assert lines[-1] == "}"


def test_svg_is_a_picture_without_overlaps() -> None:
    """Well-formed, every name in a box of its own, arrows from left to right."""
    root = ElementTree.fromstring(drawing_as_svg(DRAWING))
    space = "{http://www.w3.org/2000/svg}"

    boxes = [
        tuple(float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{space}rect")
    ]
    titles = [title.text for title in root.iter(f"{space}title")]

    assert len(boxes) == 5
    assert "task p/development/load" in titles
    assert 'workflow p/development/a "quoted" <flow>' in titles
    for number, (x, y, width, height) in enumerate(boxes):
        assert x + width <= float(root.get("width", "0"))
        assert y + height <= float(root.get("height", "0"))
        for left, top, _, tall in boxes[:number]:
            assert (x, y) != (left, top)
            assert x != left or y >= top + tall or top >= y + height


def test_columns_go_from_who_needs_to_what_is_needed() -> None:
    """As far right as the longest way there, in an order without needless crossings."""
    launch_plans, flows, tasks = columns(DRAWING)

    assert set(launch_plans) == {PLAN, IDLE}
    assert list(flows) == [FLOW]
    assert set(tasks) == {TASK, OTHER}


def test_crossings_are_taken_out() -> None:
    """Two chains stay two chains, whatever their names."""
    chains = [(one(Kind.WORKFLOW, a), one(Kind.TASK, b)) for a, b in (("a", "z"), ("b", "y"))]
    left, right = columns(Drawing(tuple(sorted(sum(chains, ()))), tuple(chains)))

    assert [dict(chains)[flow] for flow in left] == list(right)


@pytest.mark.parametrize("render", [drawing_as_dot, drawing_as_mermaid, drawing_as_svg])
def test_a_circle_can_be_looked_at(render: object) -> None:
    """It is no valid set, which is why someone looks; and an empty set is an empty picture."""
    first, second = one(Kind.WORKFLOW, "a"), one(Kind.WORKFLOW, "b")
    assert callable(render)

    assert "a" in render(Drawing((first, second), ((first, second), (second, first))))
    assert render(Drawing((), ()))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
@settings(derandomize=True, max_examples=60)
def test_the_same_set_gives_the_same_picture(pairs: list[tuple[int, int]]) -> None:
    """However its arrows are listed; and every arrow goes to the right."""
    arrows = {
        (one(Kind.WORKFLOW, f"w{min(pair)}"), one(Kind.WORKFLOW, f"w{max(pair)}"))
        for pair in pairs
        if pair[0] != pair[1]
    }
    spots = {end for arrow in arrows for end in arrow}
    drawing = Drawing(tuple(sorted(spots)), tuple(sorted(arrows)))
    shuffled = Drawing(tuple(sorted(spots, reverse=True)), tuple(sorted(arrows, reverse=True)))

    column = {name: at for at, names in enumerate(columns(drawing)) for name in names}

    assert all(column[start] < column[end] for start, end in arrows)
    assert columns(drawing) == columns(shuffled)
