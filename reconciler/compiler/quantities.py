"""Kubernetes quantities (`500m`, `1.5Gi`, `1e3`), read and printed as Admin does.

Kubernetes' parser is lenient and its arithmetic has edges that show in Admin's
decisions: what is short enough is kept as a 64-bit integer and a power of ten, everything
else as a decimal of nine places, and the two round and overflow differently. Both are
followed here.

Source: k8s.io/apimachinery v0.34.1, pkg/api/resource.
"""

import enum
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WRONG_FORMAT: Final = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
WRONG_SUFFIX: Final = "unable to parse quantity's suffix"
WRONG_NUMBER: Final = "unable to parse numeric part of quantity"

_SHAPE: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<zeros>0*)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?P<suffix>[eEinumkKMGTP]*[+-]?[0-9]*)"
)
_POWERS_OF_TEN: Final = {
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip
_POWERS_OF_TWO: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIXES: Final = {power: suffix for suffix, power in _POWERS_OF_TEN.items()}
_BINARY_SUFFIXES: Final = {power // 10: suffix for suffix, power in _POWERS_OF_TWO.items()}
_MAX: Final = (1 << 63) - 1
_FAST_DIGITS: Final = 18  # this many always fit 64 bits
_NANO: Final = -9  # the finest power of ten that is kept
_HOPELESS: Final = 100_000  # a power of ten that Kubernetes only reaches by exhausting memory


class QuantityError(ValueError):
    """The text is no quantity; the message is Kubernetes' own."""


class Form(enum.Enum):
    """How a quantity was written, and is printed."""

    DECIMAL = enum.auto()
    BINARY = enum.auto()
    EXPONENT = enum.auto()


@dataclass(frozen=True, slots=True)
class Quantity:
    """`number * 10 ** power`, in the form it was written in.

    `fast` tells which of Kubernetes' two representations holds it. `written` is the text
    as sent where Kubernetes takes it for canonical without a second look.
    """

    number: int
    power: int
    form: Form
    fast: bool
    written: str = ""

    def __str__(self) -> str:
        """Return the canonical text, as Admin's messages show it (`1536Mi`, `1k`, `10e18`)."""
        return self.written or _canonical(self)

    def value(self) -> int:
        """Return the quantity rounded up to an integer, as 64 bits hold it.

        Beyond 63 bits it wraps, or is 0: this is the number Admin compares limits by.
        """
        if self.fast:
            if self.power < 0:
                return _round_away(self.number, -self.power)
            return _scale_up(self.number, self.power)
        if self.power >= 0:  # zero, or capped
            return _wrap(self.number)
        divisor = _ten_to(-self.power)
        if self.number < _MAX:
            narrow = _wrap(self.number)
            whole = abs(narrow) // divisor * (-1 if narrow < 0 else 1)
            return whole + 1 if abs(narrow) % divisor else whole
        whole, rest = divmod(self.number, divisor)
        return _wrap(_wrap(whole) + 1 if rest else whole)

    def is_whole(self) -> bool:
        """Tell whether nothing is lost by rounding to an integer (`1000m` is whole)."""
        return self.power >= 0 or self.number % _ten_to(-self.power) == 0


def parse_quantity(text: str) -> Quantity:
    """Read a quantity.

    Raises:
        QuantityError: It is none.

    Source: quantity.go, ParseQuantity.
    """
    match = _SHAPE.fullmatch(text)
    if not text or match is None:
        raise QuantityError(WRONG_FORMAT)
    if text == "0":
        return Quantity(0, 0, Form.DECIMAL, True, text)
    whole, part, suffix = match["whole"] or "0", match["part"] or "", match["suffix"]
    form, power = _interpret(suffix)
    fast = _parse_fast(match, form=form, whole=whole, part=part, power=power)
    if fast is not None:
        return fast
    if not (match["zeros"] or match["whole"] or part):
        raise QuantityError(WRONG_NUMBER)  # `Ei` alone; `Gi` alone is a fast zero
    return _parse_slow(match, form=form, whole=whole, part=part, power=power)


def _interpret(suffix: str) -> tuple[Form, int]:
    if suffix in _POWERS_OF_TEN:
        return Form.DECIMAL, _POWERS_OF_TEN[suffix]
    if suffix in _POWERS_OF_TWO:
        return Form.BINARY, _POWERS_OF_TWO[suffix]
    if suffix[0] in "eE" and re.fullmatch(r"[+-]?[0-9]{1,19}", suffix[1:]):
        power = int(suffix[1:])
        if -_MAX - 1 <= power <= _MAX:
            return Form.EXPONENT, (power + (1 << 31)) % (1 << 32) - (1 << 31)
    raise QuantityError(WRONG_SUFFIX)


def _parse_fast(
    match: re.Match[str], *, form: Form, whole: str, part: str, power: int
) -> Quantity | None:
    if form is Form.BINARY:
        if part or 15 - len(whole) - power * 3 // 10 - 1 < 0:
            return None
        factor, scale = 1 << power, 0
    else:
        if len(whole) + len(part) > _FAST_DIGITS:
            return None
        factor, scale = 1, power - len(part)
    digits = whole + part
    number = int(digits)
    if scale < _NANO or number * factor > _MAX:
        return None
    if form is Form.BINARY:
        canonical = number % 8 != 0
    else:
        canonical = scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0"
    result = -number * factor if match["sign"] == "-" else number * factor
    return Quantity(result, scale, form, True, match.string if canonical else "")


def _parse_slow(
    match: re.Match[str], *, form: Form, whole: str, part: str, power: int
) -> Quantity:
    number = int(Decimal(whole + part))  # by way of Decimal: int() refuses thousands of digits
    scale = -len(part)
    if form is Form.BINARY:
        number <<= power
    else:
        scale += power
    if number == 0:
        return Quantity(0, 0, form, False)
    if scale > _HOPELESS:
        raise QuantityError(WRONG_NUMBER)
    if scale < _NANO:
        number = -(-number // 10 ** min(_NANO - scale, len(whole + part) + 20))
    else:
        number *= 10 ** (scale - _NANO)
    scale = _NANO
    if form is Form.BINARY:
        if number > _MAX * 10**9:
            number, scale = _MAX, 0
        elif number < 10**9:
            form = Form.DECIMAL
    return Quantity(-number if match["sign"] == "-" else number, scale, form, False)


def _canonical(quantity: Quantity) -> str:
    if quantity.number == 0:
        return "0"
    if quantity.form is Form.BINARY and quantity.is_whole():
        whole = _exact(quantity)
        if abs(whole) >= 1024:
            number, times = _strip(whole, 1024)
            return f"{_digits(number)}{_BINARY_SUFFIXES.get(times, '')}"
    number, times = _strip(quantity.number, 10)
    power = quantity.power + times
    number, power = number * 10 ** (power % 3), power - power % 3
    if quantity.form is Form.EXPONENT:
        return f"{_digits(number)}e{power}" if power else _digits(number)
    # A power without a suffix (1000E and more) prints without: so does Kubernetes.
    return f"{_digits(number)}{_DECIMAL_SUFFIXES.get(power, '')}"


def _exact(quantity: Quantity) -> int:
    if quantity.power >= 0:
        return quantity.number * _ten_to(quantity.power)
    return quantity.number // _ten_to(-quantity.power)


def _strip(number: int, factor: int) -> tuple[int, int]:
    times = 0
    while number % factor == 0:
        number //= factor
        times += 1
    return number, times


def _digits(number: int) -> str:
    return str(Decimal(number))


def _round_away(number: int, places: int) -> int:
    size = -(-abs(number) // _ten_to(places)) if places <= _FAST_DIGITS else min(abs(number), 1)
    return -size if number < 0 else size


def _scale_up(number: int, places: int) -> int:
    if number == 0:
        return 0
    if places > _FAST_DIGITS:
        return 0
    exact = number * _ten_to(places)
    if -_MAX - 1 <= exact <= _MAX:
        return exact
    # These are multiplied in one step and wrap; others step by step, and give up as zero.
    return _wrap(exact) if places in (1, 2, 3, 6, 9) else 0


def _wrap(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _ten_to(power: int) -> int:
    return int(10**power)
