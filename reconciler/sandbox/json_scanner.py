"""JSON as Go's `encoding/json` takes or refuses it, with its texts.

The gateway first cuts one value out of the body with that package, so whatever is not JSON at
all is told in its words; what follows the value is never read. `protojson` then reads the value.
"""

import json
import re

from reconciler.sandbox.objects.gourl import quote

_SPACE = b" \t\r\n"
_MAX_DEPTH = 10000
_DIGITS = b"0123456789"
_HEX = b"0123456789abcdefABCDEF"
_LITERALS = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}
_LEADING_SPACE = re.compile(rb"[ \t\r\n]*")
_DECODER = json.JSONDecoder(
    parse_int=lambda text: None, parse_float=lambda text: None, parse_constant=lambda text: [][0]
)


class JSONSyntaxError(ValueError):
    """A body that is no JSON; the message is Go's."""


def first_value(body: bytes) -> bytes | None:
    """Return the first JSON value in `body`, without space around it; None if all is space.

    Raises:
        JSONSyntaxError: There is something else.
    """
    start = _LEADING_SPACE.match(body).end()  # type: ignore[union-attr] # matches anything
    if start == len(body):
        return None
    try:
        # Fast, and right whenever it succeeds: Python's grammar is Go's but for constants, and
        # for a number with more behind it, of which Python would take what it can.
        if body[start] in b"-0123456789":
            raise ValueError
        _, end = _DECODER.raw_decode(body.decode("latin-1"), start)
    except (ValueError, RecursionError, IndexError):
        end = _Scan(body, start).end()
    return body[start:end]


class _Scan:
    """One pass over a value, keeping what is open; slow, and exact about the first defect."""

    def __init__(self, body: bytes, start: int) -> None:
        self._body, self._at = body, start

    def end(self) -> int:
        """Return where the value ends."""
        open_: list[int] = []
        while True:
            self._skip()
            if not self._value(open_):
                continue
            # A value is complete; close what it completes.
            while True:
                if not open_:
                    return self._at
                self._skip()
                byte = self._peek()
                if open_[-1] == 0x7B:
                    if byte == 0x2C:
                        self._at += 1
                        self._key()
                        break
                    if byte != 0x7D:
                        raise self._bad(byte, "after object key:value pair")
                else:
                    if byte == 0x2C:
                        self._at += 1
                        break
                    if byte != 0x5D:
                        raise self._bad(byte, "after array element")
                self._at += 1
                open_.pop()

    def _value(self, open_: list[int]) -> bool:
        """Read a scalar or an opening; tell whether a whole value is read."""
        byte = self._peek()
        if byte in (0x7B, 0x5B):
            self._at += 1
            open_.append(byte)
            if len(open_) > _MAX_DEPTH:
                raise JSONSyntaxError("exceeded max depth")
            self._skip()
            if self._peek() == (0x7D if byte == 0x7B else 0x5D):
                self._at += 1
                open_.pop()
                return True
            if byte == 0x7B:
                self._key()
            return False
        if byte == 0x22:
            self._string()
        elif byte in _LITERALS:
            self._literal(_LITERALS[byte])
        elif byte == 0x2D or byte in _DIGITS:
            self._number()
        else:
            raise self._bad(byte, "looking for beginning of value")
        return True

    def _key(self) -> None:
        self._skip()
        byte = self._peek()
        if byte != 0x22:
            raise self._bad(byte, "looking for beginning of object key string")
        self._string()
        self._skip()
        byte = self._peek()
        if byte != 0x3A:
            raise self._bad(byte, "after object key")
        self._at += 1

    def _string(self) -> None:
        self._at += 1
        while True:
            byte = self._peek()
            self._at += 1
            if byte == 0x22:
                return
            if byte < 0x20:
                raise self._bad(byte, "in string literal")
            if byte != 0x5C:
                continue
            byte = self._peek()
            self._at += 1
            if byte == 0x75:
                for _ in range(4):
                    byte = self._peek()
                    if byte not in _HEX:
                        raise self._bad(byte, "in \\u hexadecimal character escape")
                    self._at += 1
            elif byte not in b'bfnrt\\/"':
                raise self._bad(byte, "in string escape code")

    def _literal(self, text: bytes) -> None:
        for expected in text:
            byte = self._peek()
            if byte != expected:
                raise self._bad(
                    byte, f"in literal {text.decode()} (expecting {_quoted(expected)})"
                )
            self._at += 1

    def _number(self) -> None:
        if self._peek() == 0x2D:
            self._at += 1
        byte = self._peek()
        if byte == 0x30:
            self._at += 1
        elif byte in _DIGITS:
            self._digits()
        else:
            raise self._bad(byte, "in numeric literal")
        if self._next_is(b"."):
            self._at += 1
            if self._peek() not in _DIGITS:
                raise self._bad(self._peek(), "after decimal point in numeric literal")
            self._digits()
        if self._next_is(b"eE"):
            self._at += 1
            if self._peek() in b"+-":
                self._at += 1
            if self._peek() not in _DIGITS:
                raise self._bad(self._peek(), "in exponent of numeric literal")
            self._digits()

    def _digits(self) -> None:
        while self._next_is(_DIGITS):
            self._at += 1

    def _skip(self) -> None:
        while self._next_is(_SPACE):
            self._at += 1

    def _next_is(self, bytes_: bytes) -> bool:
        return self._at < len(self._body) and self._body[self._at] in bytes_

    def _peek(self) -> int:
        if self._at >= len(self._body):
            raise JSONSyntaxError("unexpected EOF")
        return self._body[self._at]

    def _bad(self, byte: int, where: str) -> JSONSyntaxError:
        return JSONSyntaxError(f"invalid character {_quoted(byte)} {where}")


def _quoted(byte: int) -> str:
    if byte == 0x27:
        return "'\\''"
    if byte == 0x22:
        return "'\"'"
    return f"'{quote(chr(byte))[1:-1]}'"
