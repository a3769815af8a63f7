"""The lines of a document: which are comments and blanks, and which entry each belongs to.

Above an entry belongs what stands between it and the entry before, unless it is indented deeper:
then it ends the mapping or list that it is indented as. Behind an entry belongs what follows it on
its line. Everything inside of a scalar, or of something in brackets, is that value's own.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*$")


class Unusual(Exception):
    """A document written in a way that is left as it is."""


@dataclass(eq=False)
class Entry:
    """One key with its value, or one item of a list (`key` is "")."""

    key: str
    value: Node
    line: int
    column: int
    above: list[str] = field(default_factory=list)
    behind: str = ""  # with the blanks before it: comments may be aligned


@dataclass(eq=False)
class Block:
    """A mapping or list that is written in lines; `below` are comments after its last entry."""

    node: CollectionNode
    entries: list[Entry]
    column: int
    below: list[str] = field(default_factory=list)


@dataclass
class Layout:
    """The blocks of a document by their node, and its lines."""

    text: str
    lines: list[str]
    blocks: dict[int, Block]

    def block(self, node: Node) -> Block | None:
        """The block that a node is written as; None for scalars and what stands in brackets."""
        return self.blocks.get(id(node))


def lay_out(text: str, root: Node) -> Layout:
    """Take a document apart.

    Raises: Unusual for anchors, tags, keys that are no plain texts, and the like.
    """
    layout = Layout(text, text.split("\n"), {})
    entries: list[tuple[Entry, tuple[Block, ...]]] = []
    _collect(root, layout, (), entries)
    _give_comments(layout, entries)
    return layout


def is_leaf(node: Node) -> bool:
    """True for values that are written in one piece: scalars, and what stands in brackets."""
    if not isinstance(node, CollectionNode):
        return True
    return bool(node.flow_style) or not node.value


def last_line(node: Node) -> int:
    """The line that a leaf ends in; of a block scalar that of its last line of text."""
    end = node.end_mark
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return int(end.line - 1) if end.column == 0 else int(end.line)
    return int(end.line)


def _collect(
    node: Node,
    layout: Layout,
    around: tuple[Block, ...],
    entries: list[tuple[Entry, tuple[Block, ...]]],
) -> None:
    if not isinstance(node, CollectionNode) or is_leaf(node):
        return
    block = Block(node, [], node.start_mark.column)
    if id(node) in layout.blocks:
        raise Unusual("an alias")
    layout.blocks[id(node)] = block
    inside = (*around, block)
    for entry in _entries(node, layout):
        block.entries.append(entry)
        entries.append((entry, inside))
        _collect(entry.value, layout, inside, entries)


def _entries(node: Node, layout: Layout) -> Iterator[Entry]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            mark = key.start_mark
            written = layout.text[mark.index : key.end_mark.index]
            if not isinstance(key, ScalarNode) or "\n" in written:
                raise Unusual("a key of several lines")
            between = layout.text[key.end_mark.index : value.start_mark.index]
            if not _plainly_between(between):
                raise Unusual(f"{between!r} before a value")
            yield Entry(written, value, mark.line, mark.column)
        return
    assert isinstance(node, SequenceNode)
    for item in node.value:
        mark = item.start_mark
        before = layout.lines[mark.line][: mark.column]
        found = re.search(r"-[ ]+$", before)
        if found is None:
            # The dash of an item that starts on a later line, or of an empty one.
            raise Unusual("a dash without its item")
        yield Entry("", item, mark.line, found.start())


def _plainly_between(text: str) -> bool:
    """Nothing but a colon, blanks and comments between a key and its value: no anchor, no tag."""
    kept = (_COMMENT.sub("", line) for line in text.split("\n"))
    return "".join(kept).strip() in (":", "")


def _give_comments(layout: Layout, entries: Sequence[tuple[Entry, tuple[Block, ...]]]) -> None:
    starts: dict[int, tuple[Entry, tuple[Block, ...]]] = {}
    behind: dict[int, tuple[Entry, int]] = {}
    inner: set[int] = set()
    for entry, around in entries:
        starts.setdefault(entry.line, (entry, around))
        first, last = _span(entry, layout)
        inner.update(range(first + 1, last + 1))
        behind[last] = (entry, _end_column(entry, layout))
    pending: list[str] = []
    blocks: tuple[Block, ...] = ()
    columns: dict[int, int] = defaultdict(int)
    for number, line in enumerate(layout.lines):
        if number in starts:
            entry, around = starts[number]
            pending = _tails(pending, columns, blocks, entry.column)
            entry.above = [line.strip() for line in pending]
            pending, blocks = [], around
        if number in behind:
            entry, column = behind[number]
            rest = layout.lines[number][column:]
            if found := _COMMENT.search(rest):
                gap = found.start() - len(rest[: found.start()].rstrip(" \t"))
                entry.behind = " " * max(2, gap) + found[0].rstrip()
            elif rest.strip() not in ("", ":"):
                raise Unusual(f"{rest.strip()!r} behind a value")
        elif number not in inner and number not in starts:
            if line.strip() and not line.lstrip().startswith("#"):
                raise Unusual(f"{line!r}")
            columns[len(pending)] = len(line) - len(line.lstrip())
            pending.append(line)
        if number in starts:
            # The innermost entry that starts on this line says which blocks are open.
            blocks = next(a for e, a in reversed(entries) if e.line == number)
    rest_of = _tails(pending, columns, blocks, -1)
    if blocks:
        blocks[0].below += [line.strip() for line in rest_of]


def _tails(
    pending: list[str], columns: dict[int, int], blocks: Sequence[Block], column: int
) -> list[str]:
    """Hand comments that are indented deeper than what follows to the block they belong to."""
    kept = list(pending)
    while kept:
        line = kept[0]
        at = len(line) - len(line.lstrip())
        if not line.strip():
            following = next((one for one in kept if one.strip()), "")
            at = len(following) - len(following.lstrip()) if following else -1
        owner = next((one for one in reversed(blocks) if one.column <= at), None)
        if owner is None or at <= column or owner.column <= column:
            break
        owner.below.append(line.strip())
        kept.pop(0)
    return kept


def _span(entry: Entry, layout: Layout) -> tuple[int, int]:
    """First and last line of an entry, or of what introduces the block that it holds."""
    if not is_leaf(entry.value):
        return entry.line, entry.line
    if not entry.key and entry.value.start_mark.line != entry.line:
        raise Unusual("an item below its dash")
    last = max(entry.line, last_line(entry.value))
    if isinstance(entry.value, ScalarNode) and entry.value.style in ("|", ">"):
        while last > entry.line and not layout.lines[last].strip():
            last -= 1
    return entry.line, last


def _end_column(entry: Entry, layout: Layout) -> int:
    """Where on its last line an entry's own text ends, so that a comment may follow."""
    if is_leaf(entry.value):
        if isinstance(entry.value, ScalarNode) and entry.value.style in ("|", ">"):
            return len(layout.lines[_span(entry, layout)[1]])
        end = entry.value.end_mark
        if end.line == _span(entry, layout)[1] and end.index > entry.value.start_mark.index:
            return int(end.column)
    if not entry.key:
        # `- key: …`: the first key of the item stands behind the dash.
        return len(layout.lines[entry.line]) if not is_leaf(entry.value) else entry.column + 1
    return entry.column + len(entry.key)
