"""Validation errors, in words of the manifest and with the place they are about.

pydantic tells a type of error, a path and an input; its own sentences speak of Python's types and
never reach a user.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.manifest.layers import is_sensitive
from reconciler.manifest.models.base import API_VERSION, Part, Path, Positions
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import Diagnostic, describe_value

# What was expected, by pydantic's name of the error; those not here are told below.
_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
}
# Of one document: nobody reads more.
_MOST_TOLD = 1_000


def explain(
    error: ValidationError, document: Positions, model: type[Part]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for everything that one failed validation found wrong."""
    details = error.errors(include_url=False)
    for detail in details[:_MOST_TOLD]:
        # pydantic counts only the items that are right.
        if detail["type"] == "too_short" and _wrong_inside(detail["loc"], details):
            continue
        yield from _diagnostics(detail, document, model)
    if len(details) > _MOST_TOLD:
        message = f"{len(details) - _MOST_TOLD:,} more problems in this document"
        yield Diagnostic("too-many", message, document.origin(()))


def _diagnostics(
    detail: ErrorDetails, document: Positions, model: type[Part]
) -> Iterator[Diagnostic]:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    path: Path = tuple(step for step in detail["loc"] if step != "[key]")
    at_key = len(path) < len(detail["loc"])
    field = dotted(path)
    if kind not in ("missing", "extra_forbidden") and is_sensitive(document, path):
        # Even a part of it, or what is wrong with it, would tell too much.
        message = f"{field}: cannot be what this sensitive value is"
        yield Diagnostic("invalid-value", message, document.value_origin(path))
        return
    match kind:
        case "problems":
            for problem in context["problems"]:
                inside = (*path, *problem.path)
                yield Diagnostic(
                    problem.code,
                    f"{dotted(inside)}: {problem.message}",
                    document.value_origin(inside),
                    problem.hint,
                )
        case "missing":
            yield Diagnostic(
                "missing-field",
                f"{dotted(path[:-1]) or 'the document'} lacks {path[-1]}",
                document.origin(path[:-1]),
                f"write apiVersion: {API_VERSION}" if path == ("apiVersion",) else "",
            )
        case "extra_forbidden":
            known = _fields_at(model, path[:-1])
            yield Diagnostic(
                "unknown-field",
                f"unknown field {path[-1]} in {dotted(path[:-1]) or 'the document'}",
                document.origin(path),
                did_you_mean(str(path[-1]), known),
            )
        case "literal_error":
            yield _literal(field, path, value, context, document)
        case "value_error":
            place = document.origin(path) if at_key else document.value_origin(path)
            yield Diagnostic("invalid-value", f"{field}: {context['error']}", place)
        case _:
            wrong_type = kind in _EXPECTED
            yield Diagnostic(
                "wrong-type" if wrong_type else "invalid-value",
                _sentence(kind, field, value, context, document.source(path)),
                document.origin(path) if at_key else document.value_origin(path),
                _quoting_hint(kind, value, document.source(path)),
            )


def _wrong_inside(path: Path, details: list[ErrorDetails]) -> bool:
    return any(len(one["loc"]) > len(path) and one["loc"][: len(path)] == path for one in details)


def _literal(
    field: str, path: Path, value: Any, context: Mapping[str, Any], document: Positions
) -> Diagnostic:
    # pydantic lists them as 'a', 'b' or 'c'.
    choices = [
        choice.strip(" '") for choice in context["expected"].replace(" or ", ", ").split(",")
    ]
    hint = did_you_mean(value, choices) if isinstance(value, str) else ""
    found = _found(value, document.source(path))
    message = f"{field}: expected {_either(choices)}, found {found}"
    nearest = hint if hint.startswith("did") else ""
    return Diagnostic("invalid-value", message, document.value_origin(path), nearest)


def _sentence(kind: str, field: str, value: Any, context: Mapping[str, Any], source: str) -> str:
    if kind in _EXPECTED:
        return f"{field}: expected {_EXPECTED[kind]}, found {_found(value, source)}"
    match kind:
        case "string_too_short":
            return f"{field}: must not be empty"
        case "too_short":
            return f"{field}: must not be empty"
        case "greater_than_equal":
            return f"{field}: must be {context['ge']} or more, found {_found(value, source)}"
        case "less_than_equal":
            return f"{field}: must be {context['le']} or less, found {_found(value, source)}"
    return f"{field}: cannot be {_found(value, source)}"


def _quoting_hint(kind: str, value: Any, source: str) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'a text that looks like this needs quotes: "{source or value}"'
    return ""


def _found(value: Any, source: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and source:
        return f"the number {source}"
    return describe_value(value)


def _fields_at(model: type[Part], path: Path) -> list[str]:
    """The keys that the mapping at `path` may have."""
    annotation: Any = model
    for step in path:
        part = _part(annotation)
        if part is not None:
            annotation = next(
                (f.annotation for f in part.model_fields.values() if f.alias == step), None
            )
        else:
            # A dict's values or a list's items.
            arguments = [one for one in get_args(_bare(annotation)) if one is not Ellipsis]
            annotation = arguments[-1] if arguments else None
    part = _part(annotation)
    if part is None:
        return []
    return [field.alias or name for name, field in part.model_fields.items()]


def _part(annotation: Any) -> type[Part] | None:
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, Part) else None


def _bare(annotation: Any) -> Any:
    """An annotation without Annotated and without `| None`."""
    while True:
        arguments = get_args(annotation)
        if hasattr(annotation, "__metadata__"):
            annotation = arguments[0]
        elif type(None) in arguments and get_origin(annotation) not in (dict, tuple):
            annotation = next(one for one in arguments if one is not type(None))
        else:
            return annotation


def dotted(path: Path) -> str:
    """`spec.nodes.extract.after[0]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif "." in step or not step:
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


def _either(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
