"""Everything that is wrong with the input, or was refused: one line each, or one document."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reconciler.model import DesiredState, Diagnostic, Kind, Severity, Spot
from reconciler.report import documents
from reconciler.report.style import Style, one_line, printable
from reconciler.report.words import counted

# So many of what was not checked are named, the others counted.
_NAMED = 3

FORMAT_VERSION = "1.0"
"""Of every JSON document: minor is additive (ignore what you do not know), major is not."""


def diagnostics_as_text(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    """Render problems as compilers do: `file:line:column: error: message (hint) [code]`.

    Shape: sorted by place; more than one error are counted on a last line.
    """
    style = Style(color)
    lines = [_line(diagnostic, style) for diagnostic in sorted(diagnostics, key=_place)]
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    if errors > 1:
        files = {d.origin.file for d in diagnostics if d.origin and d.severity is Severity.ERROR}
        where = f" in {len(files)} files" if len(files) > 1 else ""
        lines.append(f"{errors} errors{where}.")
    return "".join(f"{line}\n" for line in lines)


def error_as_text(message: str, *, color: bool = False) -> str:
    """Render one error of no particular place: `Error: message`, further lines indented."""
    style = Style(color)
    first, *others = printable(message).splitlines() or [""]
    lines = [f"{style.bold(style.red('Error:'))} {first}", *(f"  {line}" for line in others)]
    return "".join(f"{line}\n" for line in lines)


def warning_lines(warnings: Iterable[Diagnostic], style: Style) -> Iterator[str]:
    """Render warnings, sorted by place, without newlines."""
    return (_line(warning, style) for warning in sorted(warnings, key=_place))


def validated_as_text(desired: DesiredState, *, color: bool = False) -> str:
    """Render a set without errors.

    Shape: its warnings; what it declares, counted by kind (a launch plan and its switch are one);
        and what could not be checked without Admin, if there is any.
    """
    style = Style(color)
    launched = {one.id.activation for one in desired if one.id.kind is Kind.LAUNCH_PLAN}
    kinds: Counter[Kind] = Counter(one.id.kind for one in desired if one.id not in launched)
    kinds.update(one.id.kind for one in desired.backfills)
    found = ", ".join(counted(kinds[kind], kind) for kind in Kind if kinds[kind])
    if not found:
        found = "Nothing else is declared" if desired.unchecked else "Nothing is declared"
    lines = [
        *warning_lines(desired.warnings, style),
        f"{style.bold(style.green('Valid.'))} {found}.",
    ]
    if desired.unchecked:
        lines.append(one_line(_unchecked(desired.unchecked)))
    return "".join(f"{line}\n" for line in lines)


def _unchecked(spots: Sequence[Spot]) -> str:
    names = [f"{one.kind.word} {one.place}/{one.name}" for one in spots[:_NAMED]]
    more = f" and {len(spots) - _NAMED} more" if len(spots) > _NAMED else ""
    return (
        f"Not checked: {', '.join(names)}{more}, for only Flyte Admin knows what they refer to; "
        "--online asks it."
    )


def diagnostics_as_json(
    diagnostics: Sequence[Diagnostic], *, unchecked: Sequence[Spot] = ()
) -> str:
    """Render what `validate` found as one document.

    Shape: `format_version`, `type` "validation", `valid`, `error_count`, `warning_count`,
        `diagnostics` as `diagnostic_as_data` gives them, sorted by place; `unchecked`: kind,
        project, domain and name of what could not be checked without Admin.
    """
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "validation",
            "valid": not errors,
            "error_count": errors,
            "warning_count": len(diagnostics) - errors,
            "diagnostics": [diagnostic_as_data(d) for d in sorted(diagnostics, key=_place)],
            "unchecked": [
                {
                    "kind": one.kind.slug,
                    "project": one.project,
                    "domain": one.domain,
                    "name": one.name,
                }
                for one in unchecked
            ],
        }
    )


def errors_as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Render why a command gave no result: what `--json` prints in the place of one."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "error",
            "diagnostics": [diagnostic_as_data(d) for d in sorted(diagnostics, key=_place)],
        }
    )


def diagnostic_as_data(diagnostic: Diagnostic) -> documents.Problem:
    """One problem as plain JSON: code, severity, message, hint, origin (null if of no place)."""
    origin = diagnostic.origin
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "hint": diagnostic.hint or None,
        "origin": origin_as_data(origin.file, origin.line, origin.column) if origin else None,
    }


def origin_as_data(file: str, line: int, column: int) -> documents.Origin:
    """A place in a file; line and column are null where only the file is known."""
    return {"file": file, "line": line or None, "column": column or None}


def to_json(document: dict[str, Any]) -> str:
    """Every document's spelling: indented, keys in the order of the schema, UTF-8 as it is."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _line(diagnostic: Diagnostic, style: Style) -> str:
    place = f"{style.bold(one_line(str(diagnostic.origin)))}: " if diagnostic.origin else ""
    paint = style.red if diagnostic.severity is Severity.ERROR else style.yellow
    severity = style.bold(paint(str(diagnostic.severity)))
    hint = f" ({one_line(diagnostic.hint)})" if diagnostic.hint else ""
    code = style.dim(f"[{diagnostic.code}]")
    return f"{place}{severity}: {one_line(diagnostic.message)}{hint} {code}"


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    origin = diagnostic.origin
    return (origin.file, origin.line, origin.column) if origin else ("", 0, 0)
