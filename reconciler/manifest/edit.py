"""One value of a manifest's file set, everything around it as its author wrote it."""

import json
import re
from typing import Any

from yaml.nodes import CollectionNode, MappingNode, Node

from reconciler.errors import ManifestError
from reconciler.manifest.models.base import Manifest, Path
from reconciler.manifest.reader import Document, read
from reconciler.model import Diagnostic, Origin

# A word that no reader of YAML takes for anything but a text.
_WORD = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_][A-Za-z0-9_./-]*", re.I)
# What needs no quotes wherever a plain scalar may stand.
_PLAIN = re.compile(r"[A-Za-z0-9./_][A-Za-z0-9@:./_+=~%-]*[A-Za-z0-9]")


def with_scalar(data: bytes, manifest: Manifest, path: Path, value: str) -> bytes:
    """Return a manifest's file with the text at `path` of that manifest replaced by `value`.

    Comments, order, quotes and blanks of all else stay.

    Args:
        data: The file that `manifest` was loaded from.

    Raises: ManifestError if the text does not stand there by itself: it comes from a variable, an
        anchor or another file, or the file is not what it was.
    """
    place = manifest.origin_of(*path)
    text = _decoded(data, place)
    document = _document(data, manifest)
    key, node = document.nodes(path) if document else (None, None)
    if (
        document is None
        or key is None
        or node is None
        or node.start_mark.index < key.end_mark.index
        or "${" in node.value
    ):
        raise _refused(place, value)
    start = _offset(text, document)
    edited = (
        text[: start + node.start_mark.index]
        + _scalar(value)
        + text[start + node.end_mark.index :]
    )
    result = edited.encode()
    if not _differs_only_there(data, result, manifest, path, value):
        raise _refused(place, value)
    return result


def with_value(data: bytes, origin: Origin, path: Path, value: Any) -> bytes:
    """Return a file with the entry at `path` of one of its documents set, or made.

    Comments, order, quotes and blanks of all else stay; what is set is written on one line.

    Args:
        origin: Where the document starts, as `Manifest.origin` says.
        value: Plain: texts, numbers, truth values, lists and mappings.

    Raises: ManifestError if that cannot be written there: an anchor, another file, or the file is
        not what it was.
    """
    text = _decoded(data, origin)
    document = next(
        (one for one, _ in read(data, origin.file, []) if one.origin(()) == origin), None
    )
    if document is None:
        raise _refused(origin, _flow(value))
    taken, node = document.deepest(path)
    start = _offset(text, document)
    nested = value
    for step in reversed(path[taken + 1 :]):
        nested = {step: nested}
    if taken == len(path) or not isinstance(node, MappingNode):
        # What is there gives way; where nothing was said yet, that is an empty scalar.
        wanted = value if taken == len(path) else {path[taken]: nested}
        at, end = start + node.start_mark.index, start + _end(node)
        blank = "" if at != end else " "
        result = f"{text[:at]}{blank}{_flow(wanted)}{text[end:]}"
    else:
        result = _inserted(text, start, node, f"{path[taken]}: {_flow(nested)}")
    if not _says(data, result.encode(), origin, path, value):
        raise _refused(origin, _flow(value))
    return result.encode()


def _inserted(text: str, start: int, mapping: MappingNode, entry: str) -> str:
    """Put an entry behind the last one of a mapping."""
    end = start + _end(mapping)
    if mapping.flow_style:
        last = start + _end(mapping.value[-1][1]) if mapping.value else end - 1
        comma = ", " if mapping.value else ""
        return f"{text[:last]}{comma}{entry}{text[last:]}"
    line_end = text.find("\n", end)
    indent = " " * mapping.value[0][0].start_mark.column
    if line_end < 0:
        return f"{text}\n{indent}{entry}\n"
    return f"{text[: line_end + 1]}{indent}{entry}\n{text[line_end + 1 :]}"


def _end(node: Node) -> int:
    """Where a value ends; the mark of a block collection stands behind comments that follow."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(node, MappingNode) else last)
    return int(node.end_mark.index)


def _flow(value: Any) -> str:
    """A value on one line, as YAML reads it back."""
    match value:
        case dict():
            entries = (f"{_flow(str(key))}: {_flow(item)}" for key, item in value.items())
            return "{" + ", ".join(entries) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str():
            return value if _WORD.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _says(before: bytes, after: bytes, origin: Origin, path: Path, value: Any) -> bool:
    """Whether all documents still say the same, but for the one value."""
    problems: list[Diagnostic] = []
    wanted = [said for _, said in read(before, origin.file, problems)]
    found = list(read(after, origin.file, problems))
    if problems or len(wanted) != len(found):
        return False
    for (document, said), was in zip(found, wanted, strict=True):
        expected = was
        if document.origin(()) == origin:
            expected = _apart(was)
            inner: Any = expected
            for step in path[:-1]:
                if inner.get(step) is None:
                    inner[step] = {}
                inner = inner[step]
            inner[path[-1]] = value
        if said != expected:
            return False
    return True


def _apart(value: Any) -> Any:
    """A copy in which nothing is shared: what an anchor says once stands in each place."""
    if isinstance(value, dict):
        return {key: _apart(item) for key, item in value.items()}
    return [_apart(item) for item in value] if isinstance(value, list) else value


def _decoded(data: bytes, place: Origin) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = "only files in UTF-8 can be edited"
        raise ManifestError([Diagnostic("not-editable", message, place)]) from error


def _document(data: bytes, manifest: Manifest) -> Document | None:
    problems: list[Diagnostic] = []
    for document, _ in read(data, manifest.origin.file, problems):
        if document.origin(()) == manifest.origin:
            return document
    return None


def _offset(text: str, document: Document) -> int:
    """Where a document starts in its file's text; any place if that cannot be told."""
    line = document.origin(()).line
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start


def _scalar(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _differs_only_there(
    before: bytes, after: bytes, manifest: Manifest, path: Path, value: str
) -> bool:
    """Whether all documents still say the same, but for that one text."""
    problems: list[Diagnostic] = []
    file = manifest.origin.file
    wanted = [said for _, said in read(before, file, problems)]
    found = list(read(after, file, problems))
    if problems or len(wanted) != len(found):
        return False
    for (document, said), expected in zip(found, wanted, strict=True):
        if document.origin(()) == manifest.origin:
            _put(expected, path, value)
        if said != expected:
            return False
    return True


def _put(document: object, path: Path, value: str) -> None:
    inner = document
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]
    inner[path[-1]] = value  # type: ignore[index]


def _refused(place: Origin, value: str) -> ManifestError:
    message = "this text does not stand here by itself, so it cannot be replaced"
    return ManifestError([Diagnostic("not-editable", message, place, f"write {value} yourself")])
