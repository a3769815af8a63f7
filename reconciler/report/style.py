"""Colour on a terminal, and nothing a terminal would obey in text that is not ours.

Names, messages and values come from files and from a server. They are printed only after
`printable`, so none of them can move the cursor, retitle the window or hide a line.
"""

import re
from dataclasses import dataclass

from reconciler.report.words import Symbol

_RESET = "\x1b[0m"
# C0 and C1 controls but newline and tab, and the marks that reorder text.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Style:
    """Wraps text in colour codes, or leaves it alone."""

    color: bool = False

    def green(self, text: str) -> str:
        return self._wrap("32", text)

    def yellow(self, text: str) -> str:
        return self._wrap("33", text)

    def red(self, text: str) -> str:
        return self._wrap("31", text)

    def cyan(self, text: str) -> str:
        return self._wrap("36", text)

    def bold(self, text: str) -> str:
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        return self._wrap("2", text)

    def symbol(self, symbol: Symbol) -> str:
        """The symbol in its colour: green adds, yellow changes, red takes away, cyan sends."""
        match symbol:
            case Symbol.ADD:
                return self.green(symbol)
            case Symbol.CHANGE:
                return self.yellow(symbol)
            case Symbol.REMOVE:
                return self.red(symbol)
            case Symbol.UPLOAD | Symbol.LAUNCH:
                return self.cyan(symbol)
            case Symbol.OWN:
                return self.dim(symbol)
            case Symbol.NONE:
                return str(symbol)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.color and text else text


def printable(text: str) -> str:
    """Spell out control characters (`\\x1b`), keeping newlines and tabs."""
    return _CONTROLS.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """The same for text that belongs on one line: its newlines and tabs become blanks."""
    return printable(" ".join(text.split("\n")).replace("\t", " "))
