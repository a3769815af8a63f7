"""Plain scalars by YAML 1.2's core schema, so that `no`, `on`, `1:30` and dates stay text.

One deviation: a number with a leading zero stays text too. `017` was 15 in YAML 1.1 and is 17 in
1.2; it is most often a postcode or a version, and a wrong guess would go unnoticed.
"""

import re
from typing import Any

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_STARTS = frozenset("0123456789+-.")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_OCTAL = re.compile(r"0o([0-7]+)")
_HEXADECIMAL = re.compile(r"0x([0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
# More digits than any number of Flyte has; Python itself refuses to read 4,301.
LONGEST_NUMBER = 400


def plain_value(text: str) -> Any:
    """The value of an unquoted scalar: None, a bool, an int, a float, or the text itself.

    Raises: ValueError for a number of absurd length.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS:
        return text
    if _DECIMAL.fullmatch(text):
        return int(_bounded(text))
    if octal := _OCTAL.fullmatch(text):
        return int(_bounded(octal[1]), 8)
    if hexadecimal := _HEXADECIMAL.fullmatch(text):
        return int(_bounded(hexadecimal[1]), 16)
    if _FLOAT.fullmatch(text) and not _LEADING_ZERO.fullmatch(text):
        return float(_bounded(text))
    return text


def _bounded(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(digits)} digits")
    return digits
