"""Bytes → documents: plain values, and where each of them stands.

PyYAML's C parser composes one document at a time; its nodes are turned into values at once and
let go, for keeping them all costs more (in the garbage collector) than parsing. A document asked
later for a position composes its own text again.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver

from reconciler.manifest.models.base import Path
from reconciler.manifest.scalars import plain_value
from reconciler.manifest.text import UnreadableText, decode, syntax_problem
from reconciler.model import Diagnostic, Origin

DEEPEST = 100
# How much aliases may add to a document: nodes, long texts counted by the hundred characters.
MOST_EXPANDED = 10_000
# A mapping of so many entries is not gone through for each of them.
_LARGE = 32

_DOCUMENT_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)
# Plain keys that were seen to be texts: a large set says the same few again and again.
_KNOWN_KEYS: set[str] = set()
_MOST_KNOWN = 1000
# Our own tags; whatever else a node is tagged with, its author wrote.
_PLAIN, _QUOTED, _COLLECTION = "plain", "quoted", "collection"


class Document:
    """The text of one YAML document, and the place of every part of it."""

    __slots__ = ("_first_line", "_origin", "_text")

    def __init__(self, *, text: str, first_line: int, origin: Origin) -> None:
        self._text = text
        self._first_line = first_line
        self._origin = origin

    @property
    def text(self) -> str:
        """The document as it stands in its file."""
        return self._text

    def origin(self, path: Path) -> Origin:
        """Where the entry at `path` stands: its key in a mapping, the item itself in a list.

        What is not there is placed where the nearest entry around it stands.
        """
        return self._at(self._find(path)[0]) if path else self._origin

    def value_origin(self, path: Path) -> Origin:
        """Where the value at `path` starts, if on the line of its key; else as `origin`."""
        key, value = self._find(path)
        if key is not None and value.start_mark.line != key.start_mark.line:
            return self._at(key)
        return self._at(value)

    def source(self, path: Path) -> str:
        """A scalar's own spelling (`1.10` where the value is 1.1); empty for anything else."""
        _, value = self._find(path)
        return value.value if isinstance(value, ScalarNode) else ""

    def nodes(self, path: Path) -> tuple[Node, ScalarNode] | tuple[None, None]:
        """Key and value of a scalar; their marks count from the first line's first column."""
        key, value = self._find(path)
        last = self._find(path[:-1])[1]
        there = path and _composed(self._text).child(last, path[-1]) is not None
        if key is None or not isinstance(value, ScalarNode) or not there:
            return None, None
        return key, value

    def deepest(self, path: Path) -> tuple[int, Node]:
        """The value at the longest part of a path that is there, and how long that part is."""
        composed = _composed(self._text)
        value, taken = composed.root, 0
        for step in path:
            found = composed.child(value, step)
            if found is None:
                break
            value, taken = found[1], taken + 1
        return taken, value

    def _find(self, path: Path) -> tuple[Node | None, Node]:
        key: Node | None = None
        composed = _composed(self._text)
        value = composed.root
        for step in path:
            found = composed.child(value, step)
            if found is None:
                break
            key, value = found
        return key, value

    def _at(self, node: Node | None) -> Origin:
        if node is None:
            return self._origin
        mark = node.start_mark
        return Origin(self._origin.file, self._first_line + mark.line, mark.column + 1)


def read(data: bytes, file: str, problems: list[Diagnostic]) -> Iterator[tuple[Document, Any]]:
    """Yield each document of one file with its value; append what is wrong to `problems`.

    Neither empty documents are yielded nor those with problems. After a syntax error, reading
    goes on at the next `---`, so that the documents behind it are looked at too.
    """
    try:
        text = decode(data, file)
    except UnreadableText as error:
        problems.append(error.diagnostic)
        return
    line = 1
    while text:
        try:
            yield from _documents(text, file, line, problems)
            return
        except YAMLError as error:
            problems.append(syntax_problem(error, text, file, line))
            failed_at = _problem_line(error)
        start = _next_document(text, failed_at)
        line += text.count("\n", 0, start)
        text = text[start:]


class _Parser(CParser, BaseResolver):
    """Composes nodes whose tags tell what the author tagged from what nobody did."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        BaseResolver.__init__(self)

    def documents(self) -> Iterator[Node]:
        while self.check_node():
            root = self.get_node()
            assert root is not None  # since check_node said so
            yield root

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        if kind is not ScalarNode:
            return _COLLECTION
        return _PLAIN if implicit[0] else _QUOTED

    # Called for every node, and needed for none: builtins that do nothing are the quickest.
    descend_resolver: Any = {}.get
    ascend_resolver: Any = {}.clear


def compose(text: str) -> Node | None:
    """The nodes of a text's first document, with their marks; None if it holds nothing.

    Raises: YAMLError for what is no YAML.
    """
    return next(_Parser(text).documents(), None)


class _Composed:
    """The nodes of one document, and the entries of its large mappings by their keys."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._entries: dict[int, dict[Any, tuple[Node, Node]]] = {}

    def child(self, node: Node, step: str | int) -> tuple[Node, Node] | None:
        """The key (for a list the item) and the value of one entry."""
        if not isinstance(node, MappingNode) or len(node.value) < _LARGE:
            return _child(node, step)
        if id(node) not in self._entries:
            # Of a key that stands there twice the first counts.
            self._entries[id(node)] = {
                entry[0].value: entry
                for entry in reversed(node.value)
                if isinstance(entry[0], ScalarNode)
            }
        return self._entries[id(node)].get(step)


@lru_cache(maxsize=32)
def _composed(text: str) -> _Composed:
    """The nodes of one document; a few are kept, for positions are asked for in runs."""
    return _Composed(next(_Parser(text).documents()))


def _documents(
    text: str, file: str, first_line: int, problems: list[Diagnostic]
) -> Iterator[tuple[Document, Any]]:
    for root in _Parser(text).documents():
        if isinstance(root, ScalarNode) and root.tag == _PLAIN and not root.value:
            continue
        converter = _Converter(file, first_line)
        value = converter.value(root)
        if converter.problems:
            problems += converter.problems
            continue
        mark = root.start_mark
        document = Document(
            # From the start of the line, for the first line's indentation counts too.
            text=text[mark.index - mark.column : root.end_mark.index],
            first_line=first_line + mark.line,
            origin=Origin(file, first_line + mark.line, mark.column + 1),
        )
        yield document, value


class _Converter:
    """Turns the nodes of one document into values, with everything that is wrong with them."""

    def __init__(self, file: str, first_line: int) -> None:
        self.problems: list[Diagnostic] = []
        self._file = file
        self._first_line = first_line
        # By identity: an alias is the very node that its anchor names. None: still being read.
        self._known: dict[int, tuple[Any, int] | None] = {}
        self._size = 0
        self._added = 0

    def value(self, node: Node, depth: int = 0) -> Any:
        if type(node) is ScalarNode and len(node.value) < 100:
            self._size += 1
            return self._scalar(node)
        if id(node) in self._known:
            return self._alias(node)
        self._known[id(node)] = None
        before = self._size
        self._size += 1
        value = self._large(node, depth)
        self._known[id(node)] = (value, self._size - before)
        return value

    def _large(self, node: Node, depth: int) -> Any:
        if depth > DEEPEST:
            self._refuse("too-deep", f"nested deeper than {DEEPEST} levels", node)
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, SequenceNode):
            self._check_tag(node)
            return [self.value(item, depth + 1) for item in node.value]
        assert isinstance(node, ScalarNode)
        self._size += len(node.value) // 100
        return self._scalar(node)

    def _alias(self, node: Node) -> Any:
        known = self._known[id(node)]
        if known is None:
            self._refuse("alias", "this anchor's value contains an alias of itself", node)
            return None
        value, size = known
        self._size += size
        within = self._added <= MOST_EXPANDED
        self._added += size
        if within and self._added > MOST_EXPANDED:
            message = f"aliases make this document larger by more than {MOST_EXPANDED} values"
            self._refuse("alias", message, node)
        return value

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        self._check_tag(node)
        value: dict[str, Any] = {}
        lines: dict[str, int] | None = None
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                self.value(value_node, depth + 1)
                continue
            if key in value:
                lines = lines or self._first_lines(node)
                message = f"the key {key} stands twice in one mapping, first in line {lines[key]}"
                self._refuse("duplicate-key", message, key_node)
            if type(value_node) is ScalarNode and len(value_node.value) < 100:
                self._size += 1
                value[key] = self._scalar(value_node)
            else:
                value[key] = self.value(value_node, depth + 1)
        return value

    def _first_lines(self, node: MappingNode) -> dict[str, int]:
        """Where each key of a mapping stands first."""
        return {
            str(key.value): self._first_line + key.start_mark.line
            for key, _ in reversed(node.value)
        }

    def _key(self, node: Node) -> str | None:
        if node.tag == _PLAIN and node.value in _KNOWN_KEYS:
            return str(node.value)
        if not isinstance(node, ScalarNode):
            self._refuse("key", "a key must be a text", node)
            return None
        if node.value == "<<" and node.tag == _PLAIN:
            self._refuse("key", "YAML 1.2 has no merge key <<", node, "write the keys out")
            return None
        key = self._scalar(node)
        if isinstance(key, str):
            if node.tag == _PLAIN and len(_KNOWN_KEYS) < _MOST_KNOWN:
                _KNOWN_KEYS.add(key)
            return key
        self._refuse("key", f"the key {node.value} must be a text", node, f'write "{node.value}"')
        return None

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag == _QUOTED and node.style:
            return node.value
        if node.tag != _PLAIN:
            self._check_tag(node)
            return node.value
        try:
            return plain_value(node.value)
        except ValueError as error:
            self._refuse("number", f"{error} is too long", node)
            return None

    def _check_tag(self, node: Node) -> None:
        if node.tag in (_PLAIN, _COLLECTION):
            return
        tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
        tag = "!" if tag == _QUOTED else tag
        self._refuse("tag", f"manifests have no tags, found {tag}", node, "leave the tag out")

    def _refuse(self, code: str, message: str, node: Node, hint: str = "") -> None:
        mark = node.start_mark
        origin = Origin(self._file, self._first_line + mark.line, mark.column + 1)
        self.problems.append(Diagnostic(code, message, origin, hint))


def _child(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """The key (for a list the item) and the value of one entry."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
    elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _problem_line(error: YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return mark.line if mark is not None else 0


def _next_document(text: str, failed_at: int) -> int:
    """Where the first document starts that begins in line `failed_at` (from 0) or later."""
    at = 0
    for _ in range(failed_at):
        at = text.find("\n", at) + 1
    for start in _DOCUMENT_START.finditer(text, at):
        if start.start() > 0:
            return start.start()
    return len(text)
