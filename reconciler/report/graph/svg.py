"""A drawing as SVG, laid out here: nothing needs to be installed to look at it."""

from collections.abc import Iterator, Sequence
from html import escape

from reconciler.model import Drawing, Kind, Spot
from reconciler.report.graph.layout import columns
from reconciler.report.style import one_line

_CHARACTER = 7.2  # pixels of a letter of the font, as wide as most are
_HEIGHT, _ROW, _GAP, _MARGIN = 36, 52, 72, 20
_LONGEST = 44  # characters of a name in its box; the whole one is in its tooltip
_RADII = {Kind.TASK: 3, Kind.WORKFLOW: 9, Kind.LAUNCH_PLAN: 18}
_STYLE = """\
  <style>
    text { font: 12px ui-monospace, monospace; fill: #1f2328 }
    .place { font-size: 9px; fill: #656d76 }
    rect { fill: #f6f8fa; stroke: #8c959f }
    .workflow rect { fill: #ddf4ff; stroke: #54aeff }
    .launch_plan rect { fill: #dafbe1; stroke: #4ac26b }
    .active rect { stroke-width: 3 }
    .foreign rect { fill: #ffffff; stroke-dasharray: 4 3 }
    path { fill: none; stroke: #8c959f }
  </style>"""


def drawing_as_svg(drawing: Drawing) -> str:
    """Render a picture of its own size, columns from left to right in the order of need.

    Shape: launch plans are round, workflows rounded, tasks have corners; active launch plans have
        a thick border, and what only Flyte Admin holds a dashed one. The same drawing gives the
        same bytes.
    """
    return "".join(f"{line}\n" for line in _lines(drawing, columns(drawing)))


def _lines(drawing: Drawing, grid: Sequence[Sequence[Spot]]) -> Iterator[str]:
    widths = [max(_width(one, drawing) for one in column) for column in grid]
    tallest = max(map(len, grid), default=0)
    height = max(1, tallest) * _ROW - (_ROW - _HEIGHT) + 2 * _MARGIN
    width = sum(widths) + _GAP * max(0, len(widths) - 1) + 2 * _MARGIN
    boxes: dict[Spot, tuple[float, float, float]] = {}
    left = float(_MARGIN)
    for column, column_width in zip(grid, widths, strict=True):
        top = _MARGIN + (tallest - len(column)) * _ROW / 2
        for row, one in enumerate(column):
            boxes[one] = (left, top + row * _ROW, column_width)
        left += column_width + _GAP
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">'
    )
    yield _STYLE
    yield '  <defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
    yield '    markerHeight="8" orient="auto"><path d="M 0 0 L 8 4 L 0 8"/></marker></defs>'
    for start, end in drawing.arrows:
        yield _arrow(boxes[start], boxes[end])
    for one, box in boxes.items():
        yield from _box(one, box, drawing)
    yield "</svg>"


def _arrow(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    x1, y1 = start[0] + start[2], start[1] + _HEIGHT / 2
    x2, y2 = end[0], end[1] + _HEIGHT / 2
    bend = max(_GAP / 2, abs(x2 - x1) / 2)
    return (
        f'  <path d="M {x1:g} {y1:g} C {x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}" '
        'marker-end="url(#end)"/>'
    )


def _box(one: Spot, box: tuple[float, float, float], drawing: Drawing) -> Iterator[str]:
    left, top, width = box
    state = drawing.state(one)
    classes = [one.kind.slug, *(["active"] if state == "active" else [])]
    classes += ["foreign"] if one in drawing.foreign else []
    whole = f"{one.kind} {one.place}/{one.name}" + (f" ({state})" if state else "")
    yield f'  <g class="{" ".join(classes)}"><title>{escape(one_line(whole))}</title>'
    yield (
        f'    <rect x="{left:g}" y="{top:g}" width="{width:g}" height="{_HEIGHT}" '
        f'rx="{_RADII.get(one.kind, 3)}"/>'
    )
    yield f'    <text x="{left + 12:g}" y="{top + 16:g}">{escape(_name(one))}</text>'
    small = f"{one.place}, {state}" if state else one.place
    yield f'    <text class="place" x="{left + 12:g}" y="{top + 28:g}">{escape(small)}</text>'
    yield "  </g>"


def _width(one: Spot, drawing: Drawing) -> float:
    small = len(f"{one.place}, {drawing.state(one)}") * 0.76
    return float(round(max(len(_name(one)), small) * _CHARACTER + 24))


def _name(one: Spot) -> str:
    name = one_line(one.name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
