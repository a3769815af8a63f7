"""PostgreSQL's LIKE, for the patterns and values that SQLite's own cannot do.

SQLite's agrees on texts. Bytes, and a pattern that ends in a lone backslash, which is an error
for the rows that get as far and none for the others, are matched here.

Source: PostgreSQL 15, src/backend/utils/adt/like_match.c.
"""


class PatternEndsError(Exception):
    """The pattern ended in an escape character that escapes nothing."""


def ends_in_escape(pattern: str) -> bool:
    """Tell whether the last backslash of `pattern` has nothing to escape."""
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def like(value: bytes, pattern: bytes) -> bool:
    """Tell whether all of `value` matches `pattern`.

    Raises:
        PatternEndsError: Matching reached the end of the pattern within an escape.
    """
    text, at = 0, 0
    while text < len(value) and at < len(pattern):
        byte = pattern[at : at + 1]
        if byte == b"%":
            return _after_percent(value[text:], pattern[at + 1 :])
        if byte == b"\\":
            at += 1
            if at >= len(pattern):
                raise PatternEndsError
            byte = pattern[at : at + 1]
        elif byte == b"_":
            text, at = _next_character(value, text), at + 1
            continue
        if value[text : text + 1] != byte:
            return False
        text, at = text + 1, at + 1
    if text < len(value):
        return False
    return not pattern[at:].strip(b"%")


def _after_percent(value: bytes, pattern: bytes) -> bool:
    at, text = 0, 0
    while at < len(pattern) and pattern[at : at + 1] in (b"%", b"_"):
        if pattern[at : at + 1] == b"_":
            if text >= len(value):
                return False
            text = _next_character(value, text)
        at += 1
    if at >= len(pattern):
        return True
    if pattern[at:] == b"\\":
        raise PatternEndsError
    rest = pattern[at:]
    return any(like(value[start:], rest) for start in range(text, len(value)))


def _next_character(value: bytes, at: int) -> int:
    at += 1
    while at < len(value) and value[at] & 0xC0 == 0x80:
        at += 1
    return at
