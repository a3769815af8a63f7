"""Where values came from, a line each, or as a document."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.model import Explanation, Ingredient, Layer, Provenance
from reconciler.report import documents
from reconciler.report.diagnostics import FORMAT_VERSION, origin_as_data, to_json
from reconciler.report.style import Style, one_line
from reconciler.report.values import MASK, is_masked

_COLUMN = 60  # a longer value stands on a line of its own


def explanations_as_text(explanations: Sequence[Explanation], *, color: bool = False) -> str:
    """Render explanations: of each value its path, itself, where it was said and by whom.

    Shape: a heading a document; values in its own order, columns aligned.
    """
    style = Style(color)
    lines: list[str] = []
    for explanation in explanations:
        lines += [style.bold(one_line(explanation.label)), *_values(explanation.values, style), ""]
    return "\n".join(lines)


def explanations_as_json(explanations: Sequence[Explanation]) -> str:
    """Render explanations as one document.

    Shape: `documents`, each with `label`, `origin` and `values`: `path`, `value` (masked where
        `sensitive`), `layer`, `origin` (null where nobody said it), `spelled` (null where that is
        the value itself), `ingredients` of {name, origin}.
    """
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "explanation",
            "documents": [_document(explanation) for explanation in explanations],
        }
    )


def _values(values: Sequence[Provenance], style: Style) -> Iterator[str]:
    said = [(one.path, _shown(one), _source(one)) for one in values]
    paths = max((len(path) for path, _, _ in said), default=0)
    widths = [len(value) for _, value, _ in said if len(value) <= _COLUMN]
    width = max(widths, default=0)
    for path, value, source in said:
        yield f"  {path:{paths}}  {value:{width}}  {style.dim(source)}".rstrip()


def _shown(one: Provenance) -> str:
    if one.sensitive:
        return one.value if is_masked(one.value) else MASK
    return one_line(json.dumps(one.value, ensure_ascii=False, default=str))


def _source(one: Provenance) -> str:
    words = {
        Layer.LANGUAGE: "nobody says it: the manifest language's own default",
        Layer.DEFAULT: f"{one.origin} (default)",
        Layer.MANIFEST: f"{one.origin}",
        Layer.OVERRIDE: f"{one.origin} (override)",
        Layer.ENVIRONMENT: f"{one.origin} (the environment's name for {one.spelled})",
    }[one.layer]
    told = [_told(ingredient) for ingredient in one.ingredients]
    if one.spelled and one.layer is not Layer.ENVIRONMENT:
        told.insert(0, f"written {one.spelled}")
    return one_line("; ".join([words, *told]))


def _told(ingredient: Ingredient) -> str:
    return f"{ingredient.name} from {ingredient.origin}" if ingredient.origin else ingredient.name


def _document(explanation: Explanation) -> dict[str, Any]:
    origin = explanation.origin
    return {
        "label": explanation.label,
        "origin": origin_as_data(origin.file, origin.line, origin.column),
        "values": [_value(one) for one in explanation.values],
    }


def _value(one: Provenance) -> dict[str, Any]:
    return {
        "path": one.path,
        "value": (one.value if one.value.startswith("(sensitive") else MASK)
        if one.sensitive
        else json.loads(json.dumps(one.value, default=str)),
        "layer": str(one.layer),
        "origin": _origin(one.origin),
        "spelled": one.spelled or None,
        "ingredients": [
            {"name": ingredient.name, "origin": _origin(ingredient.origin)}
            for ingredient in one.ingredients
        ],
        "sensitive": one.sensitive,
    }


def _origin(origin: Any) -> documents.Origin | None:
    return origin_as_data(origin.file, origin.line, origin.column) if origin else None
