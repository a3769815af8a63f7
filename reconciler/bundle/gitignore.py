"""`.gitignore` files: rules, and the last of them that speaks of a path.

Only what the files say counts, never a machine's own excludes, so that every checkout of a commit
gives the same bundle. Our own patterns (`include`, `exclude`, built-in ones) are such rules too.

Source: git `dir.c` (add_patterns_from_buffer, parse_path_pattern, last_matching_pattern).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.bundle.wildmatch import NEVER, literal_prefix, translate

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class GitRule:
    """One line: what it matches, and how messages name it (`.gitignore:3 *.log`).

    `negative` takes back what earlier rules ignore; `folders_only` is for a pattern with a slash
    at its end; `by_name` for one without any other slash, which is about names at any depth.
    """

    name: str
    negative: bool
    folders_only: bool
    by_name: bool
    regex: bytes


class GitRules:
    """The rules of one file, or of one list, for the folder it stands in and all below.

    Args:
        base: That folder, relative to the root of all paths, without a slash at its end.
    """

    def __init__(self, rules: Iterable[GitRule], base: bytes = b"") -> None:
        self._skip = len(base) + 1 if base else 0
        self._rules = [(rule, re.compile(rule.regex, re.DOTALL)) for rule in reversed([*rules])]
        self._names = _any(rule.regex for rule, _ in self._rules if rule.by_name)
        self._paths = _any(rule.regex for rule, _ in self._rules if not rule.by_name)

    def last(self, path: bytes, name: bytes, *, folder: bool) -> GitRule | None:
        """Return the last rule that matches a path below the base, None if none does.

        Args:
            path: Relative to the root of all paths.
            name: Its last part.
        """
        below = path[self._skip :]
        # Most paths match nothing at all, and two expressions tell.
        if not (self._names and self._names.fullmatch(name)) and not (
            self._paths and self._paths.fullmatch(below)
        ):
            return None
        for rule, pattern in self._rules:
            if rule.folders_only and not folder:
                continue
            if pattern.fullmatch(name if rule.by_name else below):
                return rule
        return None


def read_rules(content: bytes, file: str) -> Iterator[GitRule]:
    """Yield the rules of a `.gitignore`; `file` is how messages name it."""
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n"), 1):
        if not line or line.startswith(b"#"):
            continue
        text = _without_trailing_blanks(line.removesuffix(b"\r").partition(b"\0")[0])
        shown = text.decode("utf-8", "replace")
        yield parse_rule(text, f"{file}:{number} {shown}")


def parse_rule(text: bytes, name: str) -> GitRule:
    """Read one pattern."""
    negative = text.startswith(b"!")
    pattern = text[negative:]
    folders_only = pattern.endswith(b"/")
    if folders_only:
        pattern = pattern[:-1]
    by_name = b"/" not in pattern
    return GitRule(
        name=name,
        negative=negative,
        folders_only=folders_only,
        by_name=by_name,
        regex=_of_name(pattern) if by_name else _of_path(pattern),
    )


def _of_name(pattern: bytes) -> bytes:
    if not pattern:
        return NEVER
    return translate(pattern, pathname=False)


def _of_path(pattern: bytes) -> bytes:
    pattern = pattern.removeprefix(b"/")
    # git compares what comes before the first special character by itself, so that stars just
    # after it stand at the start of what is left.
    prefix = literal_prefix(pattern)
    return re.escape(prefix) + translate(pattern[len(prefix) :], pathname=True)


def _without_trailing_blanks(line: bytes) -> bytes:
    """Cut blanks off the end, but none that a backslash protects."""
    keep = here = 0
    while here < len(line):
        if line[here : here + 1] == b"\\":
            if here + 1 == len(line):
                return line
            here += 1
            keep = here + 1
        elif line[here : here + 1] != b" ":
            keep = here + 1
        here += 1
    return line[:keep]


def _any(regexes: Iterable[bytes]) -> "re.Pattern[bytes] | None":
    found = [b"(?:" + regex + b")" for regex in regexes]
    return re.compile(b"|".join(found), re.DOTALL) if found else None
