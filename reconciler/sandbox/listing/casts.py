"""Filter values as PostgreSQL reads them for the column they are compared with.

Admin hands every value over as text. What the database makes of it, and what it says when it
can make nothing of it, is part of what clients see.
"""

import re

from reconciler.sandbox.errors import database
from reconciler.sandbox.listing.columns import Kind
from reconciler.sandbox.listing.timestamps import parse_timestamp

_SPACES = " \t\n\v\f\r"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_BITS = {Kind.INTEGER: 31, Kind.BIGINT: 63}


def cast(value: str, kind: Kind, *, now: int) -> str | int | bytes | float:
    """Return `value` as a statement's parameter for a column of this kind.

    Args:
        now: The time in microseconds since 1970, which some literals are relative to.

    Returns:
        A text, an integer, bytes; for timestamps microseconds since 1970 (infinities as floats).

    Raises:
        Refusal: UNKNOWN, in PostgreSQL's words.
    """
    if "\0" in value:
        raise database('invalid byte sequence for encoding "UTF8": 0x00')
    if kind in _BITS:
        return _integer(value, kind)
    if kind is Kind.TIMESTAMP:
        return parse_timestamp(value, now=now)
    if kind is Kind.BYTES:
        return _bytes(value)
    return value


def _integer(value: str, kind: Kind) -> int:
    digits = value.strip(_SPACES)
    if not _INTEGER.fullmatch(digits):
        raise database(f'invalid input syntax for type {kind.value}: "{value}"')
    number = int(digits) if len(digits) < 100 else 1 << 100
    if not -(1 << _BITS[kind]) <= number < 1 << _BITS[kind]:
        raise database(f'value "{value}" is out of range for type {kind.value}')
    return number


_ESCAPE = re.compile(rb"\\(\\|[0-3][0-7][0-7])")
_HEX_FAULT = re.compile(
    r"(?:[0-9a-fA-F]{2}|[ \t\n\r])*(?:[0-9a-fA-F]([^0-9a-fA-F])|([^0-9a-fA-F \t\n\r]))", re.DOTALL
)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}|[ \t\n\r])*")


def _bytes(value: str) -> bytes:
    if value.startswith("\\x"):
        digits = value[2:]
        # Blanks may stand between pairs of digits, not within one.
        bad = _HEX_FAULT.match(digits)
        if bad:
            raise database(f'invalid hexadecimal digit: "{bad[1] or bad[2]}"')
        if not _HEX.fullmatch(digits):
            raise database("invalid hexadecimal data: odd number of digits")
        return bytes.fromhex(digits)
    encoded = value.encode()
    if b"\\" in _ESCAPE.sub(b"", encoded):
        raise database("invalid input syntax for type bytea")
    return _ESCAPE.sub(
        lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 8)]), encoded
    )
