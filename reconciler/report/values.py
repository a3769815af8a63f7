"""One changed field as people read it: short where it is short, a diff where it is long."""

import difflib
import json
import re
from collections.abc import Iterator
from typing import Any

from reconciler.model import Change
from reconciler.report.words import Symbol

MASK = "(sensitive value)"
INLINE = 72  # characters of one value on one line; longer ones lose their middle
WIDE = 2 * INLINE  # characters of one line of a diff
_MASKED = re.compile(r"\(sensitive( value)?( #\d+)?\)")
BLOCK = 24  # lines of one value; longer ones lose their end

# Fields that every spec of a kind is wrapped in, and that say nothing to a reader.
_WRAPPERS = ("template.", "primary.template.", "spec.")

Line = tuple[int, Symbol, str]
"""Depth of indentation, symbol, text."""


def change_lines(change: Change, *, verbose: bool = False) -> Iterator[Line]:
    """Render one change.

    Shape: one line `path: before → after`, or the path and below it the lines of a diff where a
        value has several lines. `verbose` shortens nothing.
    """
    symbol = _symbol(change)
    if change.sensitive and not (_is_veiled(change.before) and _is_veiled(change.after)):
        yield (
            0,
            symbol,
            f"{change.path}: {_sides(change, _mask(change.before), _mask(change.after))}",
        )
        return
    before, after = _block(change.before), _block(change.after)
    if before is None and after is None:
        short = (inline(value, verbose=verbose) for value in (change.before, change.after))
        yield 0, symbol, f"{change.path}: {_sides(change, *short)}"
        return
    yield 0, symbol, f"{change.path}:"
    lines = list(_diff(_as_lines(change.before), _as_lines(change.after)))
    hidden = 0 if verbose else max(0, len(lines) - BLOCK)
    if not verbose:
        lines = _readable(lines[: len(lines) - hidden])
    for line_symbol, text in lines:
        yield 1, line_symbol, text
    if hidden:
        yield 1, Symbol.NONE, f"… {hidden} more lines"


def inline(value: Any, *, verbose: bool = False) -> str:
    """Render a JSON value on one line, its middle left out if it is long."""
    if value is None:
        return "(none)"
    if is_masked(value):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if verbose else _shorten(text, INLINE)


def fields(canonical: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each field of a canonical spec that says something, with the path a change gives it.

    What the title of every section says already, the spec's own id, is left out.
    """
    for path, value in _leaves(canonical, ""):
        wrapper = next((wrapper for wrapper in _WRAPPERS if path.startswith(wrapper)), "")
        readable = path.removeprefix(wrapper)
        if not readable.startswith("id."):
            yield readable, value


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _leaves(item, f"{path}[{position}]")
    else:
        yield path, value


def _symbol(change: Change) -> Symbol:
    if change.before is None:
        return Symbol.ADD
    return Symbol.REMOVE if change.after is None else Symbol.CHANGE


def _sides(change: Change, before: str, after: str) -> str:
    if change.before is None:
        return after
    return before if change.after is None else f"{before} → {after}"


def is_masked(value: Any) -> bool:
    """Whether what is there to be shown stands in the place of a value already."""
    return isinstance(value, str) and _MASKED.fullmatch(value) is not None


def _is_veiled(value: Any) -> bool:
    """Whether everything in a value that must be masked is: then the rest can be read."""
    return value is None or _holds_masks(value)


def _holds_masks(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_masks, value.values()))
    if isinstance(value, list):
        return any(map(_holds_masks, value))
    return is_masked(value)


def _mask(value: Any) -> str:
    if value is None:
        return "(none)"
    return value if is_masked(value) else MASK


def _block(value: Any) -> list[str] | None:
    """The value's lines if it is better read that way, else None."""
    if isinstance(value, str) and ("\n" in value.strip("\n") or len(value) > INLINE):
        return _as_lines(value)
    if isinstance(value, dict | list) and len(json.dumps(value, ensure_ascii=False)) > INLINE:
        return _as_lines(value)
    return None


def _as_lines(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return value.splitlines()
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


def _diff(before: list[str], after: list[str]) -> Iterator[tuple[Symbol, str]]:
    """The lines that differ, with two lines around them."""
    if not before or not after:
        symbol = Symbol.ADD if after else Symbol.REMOVE
        yield from ((symbol, line) for line in after or before)
        return
    symbols = {"+": Symbol.ADD, "-": Symbol.REMOVE, " ": Symbol.NONE}
    for line in list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]:
        if line.startswith("@@"):
            # Lines are left out above this part, unless it is the very beginning.
            if not line.startswith(("@@ -1,", "@@ -1 ")):
                yield Symbol.NONE, "…"
        else:
            yield symbols[line[0]], line[1:]


def _readable(lines: list[tuple[Symbol, str]]) -> list[tuple[Symbol, str]]:
    """Cut long lines, and cut a pair of them where they differ."""
    if [symbol for symbol, _ in lines] != [Symbol.REMOVE, Symbol.ADD]:
        return [(symbol, _shorten(text, WIDE)) for symbol, text in lines]
    (_, before), (_, after) = lines
    pairs = enumerate(zip(before, after, strict=False))
    alike = next((place for place, (old, new) in pairs if old != new), 0)
    return [(symbol, _window(text, alike)) for symbol, text in lines]


def _window(text: str, middle: int) -> str:
    if len(text) <= WIDE:
        return text
    start = max(0, min(middle - WIDE // 3, len(text) - WIDE))
    end = start + WIDE
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - limit :]}"
