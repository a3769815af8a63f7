"""Markdown that can be cut: blocks that are begun and ended anew wherever a document ends.

Forges refuse a comment that is too long, and a fence or table that is cut in two takes all that
follows with it. So what may grow is a block with an opening, lines, and a closing; where a
document is full, the block is closed, and opened again in the next one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.report.style import printable

LIMITS: Mapping[str, int] = MappingProxyType(
    {"github": 65_536, "gitlab": 1_000_000, "bitbucket": 32_768, "azure": 150_000, "gitea": 65_535}
)
"""How long a comment may be, by forge; characters there, bytes here, which are never fewer."""

SMALLEST = 16_000
"""The shortest limit that documents can be cut to: any one line fits into it, with its frame."""

_LINE = 1_000  # characters of one line of code; longer ones lose their end
_TEXT = 600  # characters of one text, which may be longer once its marks are escaped
_BACKTICKS = re.compile("`+")
_CONTINUED = "_(continued)_\n\n"
_CONTINUES = "\n_Continued in the next one._\n"
_LEFT_OUT = (
    "> [!WARNING]\n> This is too long to be told in full: its end is left out here, not in "
    "the output of the command.\n\n"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together; `opening` and `closing` hold them, wherever they are cut.

    All three end with newlines, or are empty.
    """

    lines: tuple[str, ...]
    opening: str = ""
    closing: str = ""

    @property
    def text(self) -> str:
        return self.opening + "".join(self.lines) + self.closing


def paragraph(text: str) -> Block:
    """Text that stands for itself."""
    return Block((f"{text}\n\n",))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """A table; cells must be Markdown already."""
    opening = f"| {' | '.join(headings)} |\n|{'---|' * len(headings)}\n"
    lines = tuple(f"| {' | '.join(row)} |\n" for row in rows)
    return Block(lines, opening, "\n")


def folded(summary: str, lines: Iterable[str], *, language: str = "diff") -> Block:
    """Lines of code, folded under a summary, which must be Markdown already."""
    shown = [_cut(printable(line), _LINE) for line in lines]
    fence = "`" * max(3, 1 + max((_longest(line) for line in shown), default=0))
    return Block(
        tuple(f"{line}\n" for line in shown),
        f"<details><summary>{summary}</summary>\n\n{fence}{language}\n",
        f"{fence}\n\n</details>\n\n",
    )


def code(text: str) -> str:
    """A text as it is, inside of a line or a cell: nothing in it is Markdown, nobody is called."""
    shown = _cut(" ".join(printable(text).split()), _TEXT)
    fence = "`" * (1 + _longest(shown))
    padded = f" {shown} " if shown.startswith("`") or shown.endswith("`") else shown
    return f"{fence}{padded}{fence}".replace("|", "\\|") if shown else ""


def plain(text: str) -> str:
    """A text in words, its marks made harmless: no link, no tag, no mention."""
    shown = _cut(" ".join(printable(text).split()), _TEXT)
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#@!~])", lambda found: f"&#{ord(found[1])};", shown)


def documents(
    blocks: Iterable[Block], *, limit: int | None, head: str = "", most: int | None = None
) -> tuple[str, ...]:
    """Lay blocks out in as few documents as they fit into, in order.

    Args:
        limit: Bytes of a document; None for a single one, however long.
        head: What stands at the top of each.
        most: How many documents there may be; what they do not hold is left out, and the first
            one says so.

    Raises: ValueError for a limit that leaves no room.
    """
    if limit is None:
        return (head + "".join(block.text for block in blocks),)
    if limit < SMALLEST:
        raise ValueError(f"documents of {limit} bytes are too small, {SMALLEST} are the least")
    room = limit - _size(head) - _size(_CONTINUED) - _size(_CONTINUES) - _size(_LEFT_OUT)
    bodies = list(_bodies(blocks, room)) or [""]
    if most is not None and len(bodies) > most:
        bodies = bodies[: max(most, 1)]
        bodies[0] = _LEFT_OUT + bodies[0]
    last = len(bodies) - 1
    return tuple(
        f"{head}{_CONTINUED if at else ''}{body}{_CONTINUES if at < last else ''}"
        for at, body in enumerate(bodies)
    )


def _bodies(blocks: Iterable[Block], room: int) -> Iterator[str]:
    body = ""
    for block in blocks:
        if _size(body) + _size(block.text) <= room:
            body += block.text
            continue
        # What fits into a document of its own is not cut for the sake of a fuller one, if that
        # leaves no more than a third of this one empty.
        if body and _size(block.text) <= room and _size(body) * 3 >= room * 2:
            yield body
            body = block.text
            continue
        for piece, ends in _pieces(block, room, _size(body)):
            body += piece
            if not ends:
                yield body
                body = ""
    if body:
        yield body


def _pieces(block: Block, room: int, used: int) -> Iterator[tuple[str, bool]]:
    """The block in pieces, each but the last filling a document; whether it is the last."""
    size = frame = _size(block.opening) + _size(block.closing)
    lines: list[str] = []
    for line in block.lines:
        if used + size + _size(line) > room and (used or lines):
            yield (block.opening + "".join(lines) + block.closing if lines else "", False)
            used, lines, size = 0, [], frame
        lines.append(line)
        size += _size(line)
    yield block.opening + "".join(lines) + block.closing, True


def _longest(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
