"""One file, formatted document by document; what would lose anything is left as it is."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from yaml.error import YAMLError

from reconciler.errors import ManifestError
from reconciler.manifest.formatting.layout import Unusual, lay_out
from reconciler.manifest.formatting.order import Order
from reconciler.manifest.formatting.printer import print_document
from reconciler.manifest.reader import compose, read
from reconciler.model import Diagnostic

_SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
_MARKER = re.compile(r"^(---[ \t]+\S|\.\.\.|%)", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|[ \t])(#.*)$", re.MULTILINE)


def format_text(data: bytes, file: str) -> str:
    """Return a file's manifests in one form: keys in order, two blanks a level, comments kept.

    Shape: every document means what it meant, byte for byte in its values, or else it is returned
        as it was: documents with anchors, and spellings that no one uses.
    Raises: ManifestError for what is no YAML.
    """
    problems: list[Diagnostic] = []
    list(read(data, file, problems))
    # What is wrong with what it says is for `validate`; what cannot be read cannot be written.
    if unreadable := [one for one in problems if one.code in ("yaml-syntax", "encoding")]:
        raise ManifestError(unreadable)
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    if problems or _MARKER.search(text):
        return text
    parts = [_document(part) for part in _SEPARATOR.split(text)]
    if not parts[0].strip():
        # A separator before the first document separates nothing, and a file may start with it.
        return "---\n" + "---\n".join(parts[1:]) if len(parts) > 1 else parts[0]
    return "---\n".join(parts)


def _document(text: str) -> str:
    text = text.lstrip("\n")
    plain = "".join(f"{line}\n" for line in _without_ends(text.split("\n")))
    try:
        root = compose(text)
        if root is None:
            return plain
        value = _value(text)
        kind = value.get("kind") if isinstance(value, dict) else None
        lines = print_document(root, lay_out(text, root), Order.of_kind(kind))
    except (Unusual, YAMLError):
        return plain if _same(text, plain) else text
    made = "".join(f"{line}\n" for line in _without_ends(lines))
    return made if _same(text, made) else plain if _same(text, plain) else text


def _without_ends(lines: list[str]) -> Iterator[str]:
    """Lines without the blanks at their ends, and without empty lines at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return (line.rstrip(" \t") for line in lines[:end])


def _same(before: str, after: str) -> bool:
    """Whether a text still says the same, comments and the order of lists included."""
    try:
        return repr(_ordered(_value(before))) == repr(_ordered(_value(after))) and (
            Counter(_comments(before)) == Counter(_comments(after))
        )
    except (YAMLError, ManifestError):
        return False


def _value(text: str) -> Any:
    problems: list[Diagnostic] = []
    values = [value for _, value in read(text.encode(), "", problems)]
    if problems:
        raise ManifestError(problems)
    return values[0] if len(values) == 1 else values


def _ordered(value: Any) -> Any:
    """A value in which the order of keys makes no difference."""
    if isinstance(value, dict):
        return [(key, _ordered(value[key])) for key in sorted(value)]
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _comments(text: str) -> Iterator[str]:
    # Texts that look like comments are counted on both sides alike.
    return (found.rstrip() for found in _COMMENT.findall(text))
