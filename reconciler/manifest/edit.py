"""One scalar of a manifest's file replaced, everything around it as its author wrote it."""

import json
import re

from reconciler.errors import ManifestError
from reconciler.manifest.models.base import Manifest, Path
from reconciler.manifest.reader import Document, read
from reconciler.model import Diagnostic, Origin

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
