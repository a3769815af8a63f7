"""A drawing as a Mermaid flowchart, which GitHub, GitLab and wikis show in place."""

from collections.abc import Iterator
from itertools import groupby

from reconciler.model import Drawing, Kind, Spot
from reconciler.report.style import one_line

# Opening and closing brackets are the shape.
_SHAPES = {
    Kind.TASK: ("[", "]"),
    Kind.WORKFLOW: ("[[", "]]"),
    Kind.LAUNCH_PLAN: ("([", "])"),
}


def drawing_as_mermaid(drawing: Drawing) -> str:
    """Render a flowchart from left to right, a box a project and domain.

    Shape: tasks are rectangles, workflows have double sides, launch plans are round; active ones
        are bold, and what only Flyte Admin holds is dashed.
    """
    return "".join(f"{line}\n" for line in _lines(drawing))


def _lines(drawing: Drawing) -> Iterator[str]:
    keys = {one: f"n{number}" for number, one in enumerate(drawing.spots)}
    yield "flowchart LR"
    by_place = sorted(drawing.spots, key=lambda one: (one.place, one))
    for number, (place, spots) in enumerate(groupby(by_place, key=lambda one: one.place)):
        yield f'  subgraph p{number}["{_escaped(place)}"]'
        for one in spots:
            opening, closing = _SHAPES.get(one.kind, ("[", "]"))
            yield f'    {keys[one]}{opening}"{_escaped(_label(one, drawing))}"{closing}'
        yield "  end"
    for start, end in drawing.arrows:
        yield f"  {keys[start]} --> {keys[end]}"
    yield "  classDef foreign stroke-dasharray: 4 3"
    yield "  classDef active stroke-width: 3px"
    for name, chosen in (
        ("foreign", [keys[one] for one in drawing.spots if one in drawing.foreign]),
        ("active", [keys[one] for one in drawing.spots if drawing.state(one) == "active"]),
    ):
        if chosen:
            yield f"  class {','.join(chosen)} {name}"


def _label(one: Spot, drawing: Drawing) -> str:
    state = drawing.state(one)
    return f"{one.name} ({state})" if state else one.name


def _escaped(text: str) -> str:
    """Mermaid reads entities without their `&` as `#quot;`, and HTML where it finds some."""
    escapes = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    return "".join(escapes.get(letter, letter) for letter in one_line(text))
