"""Docker's patterns, matched in time that no pattern can blow up.

Docker's own matcher is a regular expression, and most patterns here are one too, for nothing is
quicker. But each further star in a name, or `**` in a path, multiplies what an expression may
have to try, so that a line of sixty stars takes years; those are matched by following all that
may be matched so far, sign by sign, each possibility one bit.

Source: docker `utils/fnmatch.py` (translate).
"""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

# How many stars beyond the first of a name, and how many `**/`, an expression is trusted with.
_MOST_STARS = 2
_MOST_FOLDERS = 2
_MOST_OF_BOTH = 3


class _Wild(Enum):
    """What takes any number of signs, and as an expression."""

    STAR = "[^/]*"
    FOLDERS = "(.*/)?"
    ALL = ".*"


# One thing that a pattern says: an expression for one sign, or a wild one.
_Piece = str | _Wild


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: `matches` tells whether it matches the start of a path up to its end.

    `regex` is the same as an expression, to be joined with others; empty if there had better be
    none.
    """

    regex: str
    matches: Callable[[str], object]


def read_pattern(text: str) -> Pattern:
    """Read a pattern, its letters and those of paths being small.

    Raises: re.error if it is none.
    """
    pieces = list(_pieces(text))
    regex = "".join(piece.value if isinstance(piece, _Wild) else piece for piece in pieces)
    compiled = compiled_regex(f"^{regex}$")
    if _is_light(pieces):
        return Pattern(f"^{regex}$", compiled.match)
    return Pattern("", _Followed(pieces).matches)


def compiled_regex(regex: str) -> "re.Pattern[str]":
    """Compile an expression as Python reads it today."""
    with warnings.catch_warnings():
        # Of sets that Python may one day read in another way: ours are docker's.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(regex)


def _is_light(pieces: list[_Piece]) -> bool:
    folders = pieces.count(_Wild.FOLDERS)
    further, in_name = 0, False
    for piece in pieces:
        if piece is _Wild.STAR:
            further += in_name
            in_name = True
        elif piece in (_Wild.FOLDERS, "/"):
            in_name = False
    return (
        folders <= _MOST_FOLDERS and further <= _MOST_STARS and folders + further <= _MOST_OF_BOTH
    )


def _pieces(pattern: str) -> Iterator[_Piece]:
    here = 0
    while here < len(pattern):
        char = pattern[here]
        here += 1
        if char == "*":
            if pattern[here : here + 1] != "*":
                yield _Wild.STAR
                continue
            here += 1
            here += pattern[here : here + 1] == "/"
            yield _Wild.ALL if here >= len(pattern) else _Wild.FOLDERS
        elif char == "?":
            yield "[^/]"
        elif char == "[":
            end = here + (pattern[here : here + 1] == "!")
            end = pattern.find("]", end + (pattern[end : end + 1] == "]"))
            if end < 0:
                yield "\\["
                continue
            members = pattern[here:end].replace("\\", "\\\\")
            here = end + 1
            if members[0] == "!":
                members = f"^{members[1:]}"
            elif members[0] == "^":
                members = f"\\{members}"
            yield f"[{members}]"
        else:
            yield re.escape(char)


class _Followed:
    """Bit n of what is followed: the first n pieces may have matched what was read so far."""

    def __init__(self, pieces: list[_Piece]) -> None:
        self._pieces = pieces
        self._singles = [
            (1 << at, compiled_regex(piece))
            for at, piece in enumerate(pieces)
            if isinstance(piece, str)
        ]
        self._star, self._folders, self._all = (
            sum(1 << at for at, piece in enumerate(pieces) if piece is wild) for wild in _Wild
        )
        self._wild = self._star | self._folders | self._all
        self._takes: dict[str, int] = {}

    def matches(self, path: str) -> bool:
        end = 1 << len(self._pieces)
        reached, before, inside = self._with_empty(1), 0, 0
        for sign in path:
            before = reached
            started = reached & self._folders | inside
            reached = (before & self._taking(sign)) << 1
            if sign != "/":
                reached |= before & self._star
            if sign != "\n":
                reached |= before & self._all
            if sign == "/":
                reached |= started << 1
            inside = started if sign != "\n" else 0
            reached = self._with_empty(reached)
            if not (reached or inside or before & end):
                return False
        # What `$` means: the end, or the end of a line that is the last one.
        return bool(reached & end or (path.endswith("\n") and before & end))

    def _with_empty(self, reached: int) -> int:
        """With the pieces behind those that need not take anything."""
        while (more := reached | (reached & self._wild) << 1) != reached:
            reached = more
        return reached

    def _taking(self, sign: str) -> int:
        """The pieces that take this one sign."""
        found = self._takes.get(sign)
        if found is None:
            found = sum(bit for bit, single in self._singles if single.fullmatch(sign))
            self._takes[sign] = found
        return found
