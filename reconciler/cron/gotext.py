"""Texts as Go reads and writes them, where Python would differ.

Admin's messages quote what a user wrote, and its parser splits, lower-cases and converts as
the Go library does. Each function here is the Python side of one function there.
"""

_SPACE = frozenset(
    "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B)))
)
_SPACES = "".join(sorted(_SPACE))
_ESCAPES = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}
_INT64 = 1 << 63
_UINT64 = 1 << 64


def split_space(text: str) -> list[str]:
    """Split at runs of white space (`strings.Fields`).

    Not `str.split()`: that also splits at U+001C to U+001F.
    """
    blanked = "".join(" " if char in _SPACE else char for char in text)
    return [part for part in blanked.split(" ") if part]


def trim_space(text: str) -> str:
    """Cut white space off both ends (`strings.TrimSpace`)."""
    return text.strip(_SPACES)


def lower(text: str) -> str:
    """Lower-case letter by letter (`strings.ToLower`).

    Python knows one letter whose lower case is two characters, U+0130; Go makes it a plain `i`.
    """
    return "".join(char.lower()[0] for char in text)


def quote(text: str) -> str:
    """Return `text` in double quotes (`strconv.Quote`).

    Printable characters stay, ASCII or not; the rest is escaped.
    """
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xD800 <= code < 0xE000:
        return r"\ufffd"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def quote_bytes(text: str) -> str:
    """Return `text` in double quotes as package `time` does it.

    Unlike `quote`, every character outside of ASCII and every control character below the
    space becomes the hexadecimal of its UTF-8 bytes.
    """
    parts = []
    for char in text:
        if char < " " or char > "\x7f":
            encoded = char.encode("utf-8", "surrogatepass")
            parts.append("".join(f"\\x{byte:02x}" for byte in encoded))
        elif char in '"\\':
            parts.append("\\" + char)
        else:
            parts.append(char)
    return f'"{"".join(parts)}"'


def atoi(text: str) -> int:
    """Convert a decimal number (`strconv.Atoi`, 64 bits).

    Raises:
        ValueError: the text is Go's, `strconv.Atoi: parsing "x": invalid syntax` or, beyond
            64 bits, `…: value out of range`.
    """
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if not digits:
        raise _number_error(text, "invalid syntax")
    number = 0
    for char in digits:
        if not "0" <= char <= "9":
            raise _number_error(text, "invalid syntax")
        number = number * 10 + ord(char) - ord("0")
        # Reported at once, before a wrong character further on is seen.
        if number >= _UINT64:
            raise _number_error(text, "value out of range")
    if number > _INT64 or (number == _INT64 and sign != "-"):
        raise _number_error(text, "value out of range")
    return -number if sign == "-" else number


def _number_error(text: str, what: str) -> ValueError:
    return ValueError(f"strconv.Atoi: parsing {quote(text)}: {what}")
