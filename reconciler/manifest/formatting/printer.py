"""A document written anew from its layout: two blanks a level, keys in their order."""

from collections.abc import Iterator

from yaml.nodes import Node, ScalarNode, SequenceNode

from reconciler.manifest.formatting.layout import Block, Entry, Layout, Unusual, is_leaf, last_line
from reconciler.manifest.formatting.order import Order

_STEP = 2


def print_document(root: Node, layout: Layout, order: Order) -> list[str]:
    """Return the lines of a document; its first comments stay first, whatever moves.

    Raises: Unusual for what cannot be written in this form.
    """
    block = layout.block(root)
    if block is None:
        raise Unusual("no mapping in lines")
    first = block.entries[0]
    head, first.above = _tidy(first.above, first=True), []
    return [*head, *_block(block, layout, order, 0)]


def _block(block: Block, layout: Layout, order: Order, indent: int) -> Iterator[str]:
    is_list = isinstance(block.node, SequenceNode)
    entries = block.entries
    if not is_list:
        entries = [entries[at] for at in order.sorted([_bare(entry.key) for entry in entries])]
    for number, entry in enumerate(entries):
        for line in _tidy(entry.above, first=number == 0):
            yield " " * indent + line if line else ""
        inside = order.items() if is_list else order.inside(_bare(entry.key))
        yield from _entry(entry, layout, inside, indent)
    for line in _tidy(block.below, first=False, last=True):
        yield " " * indent + line if line else ""


def _entry(entry: Entry, layout: Layout, order: Order, indent: int) -> Iterator[str]:
    lead = " " * indent + (f"{entry.key}:" if entry.key else "-")
    behind = entry.behind
    if is_leaf(entry.value):
        first, *others = _leaf(entry.value, layout, indent + _STEP)
        lines = [f"{lead} {first}".rstrip(), *others]
        lines[-1] += behind
        yield from lines
        return
    block = layout.block(entry.value)
    assert block is not None, "what is no leaf is a block"
    lines = list(_block(block, layout, order, indent + _STEP))
    if entry.key:
        yield lead + behind
        yield from lines
        return
    if behind:
        raise Unusual("a comment behind a dash")
    # The item's first key stands behind its dash; comments that moved there stand above it.
    while lines and (not lines[0] or lines[0].lstrip().startswith("#")):
        comment = lines.pop(0).strip()
        yield " " * indent + comment if comment else ""
    yield f"{lead} {lines[0].lstrip()}"
    yield from lines[1:]


def _leaf(node: Node, layout: Layout, indent: int) -> list[str]:
    """A value's own lines: the first as it is, the others indented anew."""
    start, end = node.start_mark, node.end_mark
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return _block_scalar(node, layout, indent)
    if "\t" in layout.text[start.index : end.index]:
        return _verbatim(layout.text[start.index : end.index])
    first, *others = layout.text[start.index : end.index].split("\n")
    if isinstance(node, ScalarNode):
        return [
            first.rstrip(),
            *((" " * indent + one.strip()) if one.strip() else "" for one in others),
        ]
    # Brackets over several lines keep their shape, moved as a whole.
    shift = min((len(one) - len(one.lstrip()) for one in others if one.strip()), default=0)
    closing = indent - _STEP if others and others[-1].strip()[:1] in ("]", "}") else indent
    return [first.rstrip(), *_moved(others, shift, closing)]


def _moved(lines: list[str], shift: int, indent: int) -> Iterator[str]:
    for line in lines:
        yield (" " * indent + line[shift:]).rstrip() if line.strip() else ""


def _verbatim(text: str) -> list[str]:
    if "\n" in text:
        raise Unusual("a tab in a value of several lines")
    return [text]


def _block_scalar(node: ScalarNode, layout: Layout, indent: int) -> list[str]:
    line = node.start_mark.line
    header = layout.lines[line][node.start_mark.column :].rstrip()
    mark = header.split("#")[0].strip()
    if any(letter in mark for letter in "+123456789"):
        raise Unusual("a block scalar that says how it is indented")
    content = layout.lines[line + 1 : last_line(node) + 1]
    while content and not content[-1].strip():
        content.pop()
    filled = [one for one in content if one.strip()]
    if not filled or not content[0].strip():
        raise Unusual("a block scalar that starts empty")
    shift = len(filled[0]) - len(filled[0].lstrip(" "))
    return [
        header,
        *(" " * indent + one[shift:] if one.strip() else one[shift:] for one in content),
    ]


def _tidy(lines: list[str], *, first: bool, last: bool = False) -> list[str]:
    """Comments and blanks: never two blanks together, none at the start or the end of a block."""
    tidied: list[str] = []
    for line in lines:
        if line or (tidied and tidied[-1]) or (not tidied and not first):
            tidied.append(line)
    while last and tidied and not tidied[-1]:
        tidied.pop()
    return tidied


def _bare(key: str) -> str:
    """A key without its quotes, for looking it up."""
    return key[1:-1] if key[:1] in ("'", '"') and key[-1:] == key[:1] else key
