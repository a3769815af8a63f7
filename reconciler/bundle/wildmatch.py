"""Git's glob patterns as regular expressions over bytes.

Git matches bytes, not characters: `?` is one byte of a name. What its matcher does is done here
once, when a pattern is read, so that thousands of paths cost one regular expression each.

Source: git `wildmatch.c` (dowild) and `dir.c` (simple_length, match_pathname).
"""

import re
from collections.abc import Callable
from enum import Enum

NEVER = b"(?!)"
_SPECIAL = b"*?[\\"
_SLASH = ord("/")
_STAR = ord("*")


class _Wild(Enum):
    """What matches any number of bytes."""

    STAR = "within a name"
    FOLDERS = "any folders, or none, and the slash after them"
    ALL = "anything"


# One thing that a pattern says: a regular expression for one byte, or a wild one.
_Piece = bytes | _Wild


def translate(pattern: bytes, *, pathname: bool) -> bytes:
    """Return a regular expression that fully matches what git's wildmatch does.

    However many stars a pattern has, matching takes time in proportion to the path: what stands
    between two of them is taken where it is found first, for what follows can only gain by that.

    Args:
        pathname: True if the pattern is about a path: then only `**` crosses slashes.
    """
    pieces = _pieces(pattern, pathname=pathname)
    if pieces is None:
        return NEVER
    parts = _split(pieces, _Wild.FOLDERS)
    first, *rest = [_joined(part, b"[^/]*" if pathname else b".*") for part in parts]
    if not rest:
        return first
    *between, last = rest
    found_first = (b"(?>(?:.*?/)??" + part + b")" for part in between)
    return first + b"".join(found_first) + b"(?:.*/)?" + last


def _joined(pieces: list[_Piece], star: bytes) -> bytes:
    """The expression of pieces without `**/`: names, with slashes or anything between them."""
    regex = b""
    name: list[_Piece] = []
    for piece in pieces:
        if piece is _Wild.ALL or piece == b"/":
            regex += _name(name, star) + (b".*" if piece is _Wild.ALL else b"/")
            name = []
        else:
            name.append(piece)
    return regex + _name(name, star)


def _name(pieces: list[_Piece], star: bytes) -> bytes:
    first, *rest = [
        b"".join(piece for piece in part if isinstance(piece, bytes))
        for part in _split(pieces, _Wild.STAR)
    ]
    if not rest:
        return first
    *between, last = rest
    return first + b"".join(b"(?>" + star + b"?" + part + b")" for part in between) + star + last


def _split(pieces: list[_Piece], at: _Wild) -> list[list[_Piece]]:
    parts: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece is at:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _pieces(pattern: bytes, *, pathname: bool) -> list[_Piece] | None:
    """Take a pattern apart; None if it can match nothing."""
    pieces: list[_Piece] = []
    here = 0
    while here < len(pattern):
        char = pattern[here : here + 1]
        if char == b"\\":
            if here + 1 == len(pattern):
                return None
            pieces.append(re.escape(pattern[here + 1 : here + 2]))
            here += 2
        elif char == b"?":
            pieces.append(b"[^/]" if pathname else b"[^\\0]")
            here += 1
        elif char == b"*":
            piece, here = _stars(pattern, here, pathname=pathname)
            pieces.append(piece)
        elif char == b"[":
            found = _bracket(pattern, here)
            if found is None:
                return None
            members, here = found
            pieces.append(_set(members - {_SLASH} if pathname else members))
        else:
            pieces.append(re.escape(char))
            here += 1
    return pieces


def literal_prefix(pattern: bytes) -> bytes:
    """The part of a pattern before its first special character."""
    for place, char in enumerate(pattern):
        if char in _SPECIAL:
            return pattern[:place]
    return pattern


def _stars(pattern: bytes, start: int, *, pathname: bool) -> tuple[_Wild, int]:
    """What a run of stars means, and where it ends: with the slash that it takes in, if any."""
    end = start
    while end < len(pattern) and pattern[end] == _STAR:
        end += 1
    rest = pattern[end:]
    opens = start == 0 or pattern[start - 1] == _SLASH
    if pathname and end - start > 1 and opens:
        if not rest or rest.startswith(b"\\/"):
            return _Wild.ALL, end
        if rest.startswith(b"/"):
            return _Wild.FOLDERS, end + 1
    return _Wild.STAR, end


def _bracket(pattern: bytes, start: int) -> tuple[set[int], int] | None:
    """Return the bytes that a bracket expression takes and where it ends; None if it never ends.

    A malformed one makes the whole pattern match nothing, which None says as well.
    """
    here = start + 1
    negated = pattern[here : here + 1] in (b"!", b"^")
    here += negated
    members: set[int] = set()
    previous = 0
    first = True
    while first or pattern[here : here + 1] != b"]":
        first = False
        if here >= len(pattern):
            return None
        char = pattern[here]
        following = pattern[here + 1 : here + 2]
        if char == ord("\\"):
            here += 1
            if here >= len(pattern):
                return None
            char = pattern[here]
            members.add(char)
        elif char == ord("-") and previous and following and following != b"]":
            here += 1
            last = pattern[here]
            if last == ord("\\"):
                here += 1
                if here >= len(pattern):
                    return None
                last = pattern[here]
            members.update(range(previous, last + 1))
            char = 0
        elif char == ord("[") and following == b":":
            end = pattern.find(b"]", here + 2)
            if end < 0:
                return None
            name = pattern[here + 2 : end]
            if not name.endswith(b":"):
                members.add(char)  # no class after all: a bracket in a set
            else:
                named = _CLASSES.get(name[:-1])
                if named is None:
                    return None
                members.update(named)
                here = end
                char = 0
        else:
            members.add(char)
        previous = char
        here += 1
    if negated:
        members = set(range(1, 256)) - members
    return members, here + 1


def _set(members: set[int]) -> bytes:
    if not members:
        return NEVER
    return b"[" + b"".join(b"\\x%02x" % member for member in sorted(members)) + b"]"


def _ascii(belongs: Callable[[str], bool]) -> frozenset[int]:
    return frozenset(byte for byte in range(1, 128) if belongs(chr(byte)))


_CLASSES = {
    b"alnum": _ascii(str.isalnum),
    b"alpha": _ascii(str.isalpha),
    b"blank": _ascii(lambda char: char in " \t"),
    b"cntrl": _ascii(lambda char: char < " " or char == "\x7f"),
    b"digit": _ascii(str.isdigit),
    b"graph": _ascii(lambda char: "!" <= char <= "~"),
    b"lower": _ascii(str.islower),
    b"print": _ascii(lambda char: " " <= char <= "~"),
    b"punct": _ascii(lambda char: "!" <= char <= "~" and not char.isalnum()),
    # git's own idea of space, which knows no vertical tab and no form feed.
    b"space": _ascii(lambda char: char in " \t\n\r"),
    b"upper": _ascii(str.isupper),
    b"xdigit": _ascii(lambda char: char in "0123456789abcdefABCDEF"),
}
