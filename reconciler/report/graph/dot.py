"""A drawing in Graphviz's language: `reconciler graph --format dot | dot -Tpdf`."""

from collections.abc import Iterator
from itertools import groupby

from reconciler.model import Drawing, Kind, Spot
from reconciler.report.style import one_line

_SHAPES = {
    Kind.TASK: "box",
    Kind.WORKFLOW: "component",
    Kind.LAUNCH_PLAN: "oval",
}


def drawing_as_dot(drawing: Drawing) -> str:
    """Render a directed graph from left to right, a cluster a project and domain.

    Shape: a node's id is its kind and path, so that other tools can find it; active launch plans
        are bold, and what only Flyte Admin holds is dashed.
    """
    return "".join(f"{line}\n" for line in _lines(drawing))


def _lines(drawing: Drawing) -> Iterator[str]:
    yield "digraph reconciler {"
    yield '  graph [rankdir=LR, fontname="sans-serif"];'
    yield '  node [fontname="sans-serif"];'
    by_place = sorted(drawing.spots, key=lambda one: (one.place, one))
    for number, (place, spots) in enumerate(groupby(by_place, key=lambda one: one.place)):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_quoted(place)};"
        for one in spots:
            yield f"    {_id(one)} [{', '.join(_attributes(one, drawing))}];"
        yield "  }"
    for start, end in drawing.arrows:
        yield f"  {_id(start)} -> {_id(end)};"
    yield "}"


def _attributes(one: Spot, drawing: Drawing) -> Iterator[str]:
    state = drawing.state(one)
    yield f"label={_quoted(f'{one.name} ({state})' if state else one.name)}"
    yield f"shape={_SHAPES.get(one.kind, 'box')}"
    if one in drawing.foreign:
        yield "style=dashed"
    elif state == "active":
        yield "style=bold"


def _id(one: Spot) -> str:
    return _quoted(f"{one.kind.slug}:{one.place}/{one.name}")


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
