"""Texts that Go accepts and Python does not, and the other way round.

A JSON schema is invalid in Admin if one of its patterns or addresses is, and it is Go's
libraries that decide. This knows the differences that come up in schemas, not all of them.
"""

import re
from typing import Final

_MOST_REPEATS: Final = 1000
_FLAGS: Final = re.compile(r"\(\?([a-zA-Z-]+)(?:(?=\))|:)")  # of a group, or from here on
_CLASSES: Final = (
    r"alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit"
)
_NOT_IN_GO: Final = re.compile(
    r"(?<!\\)(?:\\\\)*(?:"
    r"\(\?(?:=|!|<=|<!|>|\(|#|P=|P>)"  # looking around, atomic groups, conditions, comments
    r"|\\[1-9uNZ]"  # references back, and escapes of Python's own
    r"|[*+?}]\+"  # possessive repeats
    rf"|\[:\^?(?!(?:{_CLASSES}):\])[a-z]+:\]"
    r")"
)

_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST: Final = re.compile(r"(?:[^@]*@)?(?:\[[^\]]*\]|[^\[\]:%^\\ ]*)(?::[0-9]*)?")


def is_regex(pattern: str) -> bool:
    """Tell whether Go's regexp would compile `pattern`."""
    if _NOT_IN_GO.search(pattern):
        return False
    if not all(re.fullmatch(r"[imsU]*(?:-[imsU]+)?", flags) for flags in _FLAGS.findall(pattern)):
        return False
    counts = re.findall(r"\{(\d+)(?:,(\d*))?\}", pattern)
    if any(int(count[:5]) > _MOST_REPEATS for pair in counts for count in pair if count):
        return False
    try:
        re.compile(_as_python(pattern))
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def is_uri_reference(text: str) -> bool:
    """Tell whether Go's net/url would parse `text`."""
    path, _, fragment = text.partition("#")
    path = path.partition("?")[0]
    if re.search(r"[\x00-\x1f\x7f]", text) or path.startswith(":"):
        return False
    if _BAD_ESCAPE.search(path) or _BAD_ESCAPE.search(fragment):
        return False
    scheme = _SCHEME.match(path)
    rest = path[scheme.end() :] if scheme else path
    if scheme is None and ":" in rest.partition("/")[0]:
        return False
    return not rest.startswith("//") or _HOST.fullmatch(rest[2:].partition("/")[0]) is not None


def _as_python(pattern: str) -> str:
    """Rewrite what Go spells differently; only validity has to survive."""
    pattern = re.sub(r"\\Q(.*?)(?:\\E|$)", lambda found: re.escape(found[1]), pattern)
    pattern = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    pattern = _FLAGS.sub("(?:", pattern)
    pattern = re.sub(r"\\[pP](?:\{\^?\w+\}|[A-Z])|\\x\{[0-9A-Fa-f]+\}", r"\\w", pattern)
    pattern = re.sub(rf"\[:\^?(?:{_CLASSES}):\]", r"\\w", pattern).replace(r"\z", r"\Z")
    pattern = re.sub(r"(\\[dswDSW])-", r"\1\\-", pattern)
    # Within a class Python frowns on what may one day be an operator.
    return re.sub(r"\[(\^?\]?)((?:\\.|[^\]\\])*)\]", _escape_operators, pattern)


def _escape_operators(found: re.Match[str]) -> str:
    inside = re.sub(r"(?<!\\)([\[&|~])", r"\\\1", found[2])
    return f"[{found[1]}{inside}]"
