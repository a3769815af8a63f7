"""JSON tokens with their places, as Go's `protojson` counts them.

Reads one value that `scanner` found to be JSON; what is left to refuse is what that package is
stricter about: bytes that are no UTF-8, half surrogates.

Source: `google.golang.org/protobuf/internal/encoding/json`.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal

from reconciler.sandbox.http.strconv import ParseError, parse_int, parse_uint
from reconciler.sandbox.objects.gourl import quote

Kind = Literal["null", "bool", "number", "string", "name", "{", "}", "[", "]", "eof"]

# Go's protobuf texts have one of two blanks here, build by build; the recorded build has this.
PREFIX = "proto:\N{NO-BREAK SPACE}"

_SKIP = re.compile(rb"[ \t\r\n]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]*)?")
_WORD = re.compile(rb"null|true|false")
_PARTS = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]*))?")
_ESCAPES = {
    0x22: '"', 0x5C: "\\", 0x2F: "/", 0x62: "\b", 0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
}  # fmt: skip
_MOST_DIGITS = 20  # of the largest number of 64 bits


class ProtoJSONError(ValueError):
    """A JSON value that is not the message it should be; the message is Go's."""


@dataclass(frozen=True)
class Token:
    """One token.

    Attributes:
        raw: As written, quotes and escapes included.
        text: What a string or name says.
    """

    kind: Kind
    raw: str
    position: int
    text: str = ""


class Tokens:
    """Reads tokens one by one; commas and colons are swallowed."""

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._at = 0
        self._peeked: Token | None = None
        self._open: list[Kind] = []
        self._name_next = False

    def peek(self) -> Token:
        """Return the next token without taking it."""
        if self._peeked is None:
            self._peeked = self._next()
        return self._peeked

    def read(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self._peeked = None
        return token

    def next_is_null(self) -> bool:
        """Tell whether the next token is null; what is wrong with it, `read` will say."""
        try:
            return self.peek().kind == "null"
        except ProtoJSONError:
            return False

    def skip(self) -> None:
        """Take a whole value, whatever it is."""
        depth = 0
        while True:
            kind = self.read().kind
            if kind in ("{", "["):
                depth += 1
            elif kind in ("}", "]"):
                depth -= 1
            if depth == 0 and kind != "name":
                return

    def clone(self) -> "Tokens":
        """Return a reader that goes on from here on its own."""
        other = Tokens(self._value)
        other._at, other._peeked = self._at, self._peeked
        other._open, other._name_next = list(self._open), self._name_next
        return other

    def error(self, position: int, text: str) -> ProtoJSONError:
        """Return an error about what stands at `position`."""
        return ProtoJSONError(f"{PREFIX}({self._place(position)}): {text}")

    def syntax_error(self, position: int, text: str) -> ProtoJSONError:
        """Return an error about the form of what stands at `position`."""
        return ProtoJSONError(f"{PREFIX}syntax error ({self._place(position)}): {text}")

    def unexpected(self, token: Token) -> ProtoJSONError:
        """Return the error for a token that cannot stand where it stands."""
        return self.syntax_error(token.position, f"unexpected token {token.raw}")

    def _place(self, position: int) -> str:
        before = self._value[:position]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        return f"line {line}:{column}"

    def _next(self) -> Token:
        self._skip_space(b",")
        start = self._at
        if start >= len(self._value):
            return Token("eof", "", start)
        byte = self._value[start]
        if byte == 0x22:
            return self._string_or_name(start)
        if byte in b"{}[]":
            return self._bracket(start, chr(byte))
        word = _WORD.match(self._value, start)
        found = word or _NUMBER.match(self._value, start)
        if found is None or not found[0]:  # cannot be: the value is JSON
            raise self.syntax_error(start, f"invalid value {chr(byte)}")
        self._at = found.end()
        self._name_next = bool(self._open) and self._open[-1] == "{"
        raw = found[0].decode()
        if word is None:
            return Token("number", raw, start)
        return Token("null" if raw == "null" else "bool", raw, start)

    def _bracket(self, start: int, bracket: str) -> Token:
        self._at = start + 1
        if bracket in "{[":
            self._open.append("{" if bracket == "{" else "[")
            self._name_next = bracket == "{"
        else:
            self._open.pop()
            self._name_next = bool(self._open) and self._open[-1] == "{"
        kind: Kind = "{" if bracket == "{" else "[" if bracket == "[" else "}"
        return Token("]" if bracket == "]" else kind, bracket, start)

    def _string_or_name(self, start: int) -> Token:
        text = self._string(start)
        raw = self._value[start : self._at].decode("utf-8", "replace")
        if not self._name_next:
            self._name_next = bool(self._open) and self._open[-1] == "{"
            return Token("string", raw, start, text)
        self._skip_space(b":")
        self._name_next = False
        return Token("name", raw, start, text)

    def _string(self, start: int) -> str:
        at, out = start + 1, []
        while True:
            plain = _PLAIN.match(self._value, at)
            assert plain is not None  # the pattern matches anything
            try:
                out.append(plain[0].decode())
            except UnicodeDecodeError:
                raise self.syntax_error(start, "invalid UTF-8 in string") from None
            at = plain.end()
            if self._value[at] == 0x22:
                self._at = at + 1
                return "".join(out)
            if self._value[at + 1] != 0x75:
                out.append(_ESCAPES[self._value[at + 1]])
                at += 2
                continue
            char, at = self._unicode(start, at)
            out.append(char)

    def _unicode(self, start: int, at: int) -> tuple[str, int]:
        code = int(self._value[at + 2 : at + 6], 16)
        at += 6
        if not 0xD800 <= code < 0xE000:
            return chr(code), at
        second = self._value[at : at + 6]
        if len(second) < 6:
            raise ProtoJSONError(f"{PREFIX}unexpected EOF")
        low = int(second[2:], 16) if re.fullmatch(rb"\\u[0-9a-fA-F]{4}", second) else 0
        if code >= 0xDC00 or not 0xDC00 <= low < 0xE000:
            escape = quote(second.decode("utf-8", "surrogateescape"))
            raise self.syntax_error(start, f"invalid escape code {escape} in string")
        return chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00), at + 6

    def _skip_space(self, mark: bytes) -> None:
        """Skip space, and one comma or colon in it."""
        at = _SKIP.match(self._value, self._at).end()  # type: ignore[union-attr]
        if self._value[at : at + 1] == mark:
            at = _SKIP.match(self._value, at + 1).end()  # type: ignore[union-attr]
        self._at = at


def whole_number(raw: str, bits: int, *, signed: bool) -> int | None:
    """Return the integer that a JSON number is, such as `12`, `1.0` or `1e1`; None if none."""
    parts = _PARTS.fullmatch(raw)
    if parts is None:
        return None
    whole = "" if parts[2] == "0" else parts[2]
    fraction = (parts[3] or "").rstrip("0")
    digits = "0"
    if whole or fraction:
        try:
            exponent = parse_int(parts[4], 32) if parts[4] else 0
        except ParseError:
            return None
        shifted = _shift(whole, fraction, exponent)
        if shifted is None:
            return None
        digits = parts[1] + shifted
    try:
        return parse_int(digits, bits) if signed else parse_uint(digits, bits)
    except ParseError:
        return None


def _shift(whole: str, fraction: str, exponent: int) -> str | None:
    if exponent >= 0:
        if len(fraction) > exponent or len(whole) + exponent > _MOST_DIGITS:
            return None
        return whole + fraction + "0" * (exponent - len(fraction))
    index = len(whole) + exponent
    if fraction or index < 0 or whole[index:].strip("0"):
        return None
    return whole[:index]


def real_number(raw: str, bits: int) -> float | None:
    """Return the floating-point number that a JSON number is; None if it is beyond `bits`."""
    parts = _PARTS.fullmatch(raw)
    if parts is None or (parts[4] is not None and not parts[4].lstrip("+-")):
        return None
    value = float(raw)
    limit = 3.4028235677973366e38 if bits == 32 else math.inf  # half a step above float32's
    return value if abs(value) < limit else None
