"""`.dockerignore`, and `.flyteignore`, which flytekit reads by the same rules.

The semantics are those of PyPI's `docker`, flytekit's own choice: patterns are about whole
paths from the root, letters in either case are one, the last pattern that matches decides, a
file is ignored with the folder it is in, and an ignored folder is looked into only where a `!`
pattern begins with its name.

Source: docker `utils/build.py` (PatternMatcher, Pattern) and `utils/fnmatch.py`; flytekit
`tools/ignore.py` (DockerIgnore, FlyteIgnore).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.bundle.docker_pattern import Pattern, compiled_regex, read_pattern
from reconciler.errors import BundleError

# Added to the end of any list: the file itself always goes along.
_KEPT = "!.dockerignore"


@dataclass(frozen=True, slots=True)
class DockerRule:
    """One line: `name` is how messages name it, `parts` the parts of its cleaned pattern."""

    name: str
    negative: bool
    parts: tuple[str, ...]
    pattern: Pattern

    @property
    def path(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as these rules see it: `hits` tells for each rule whether it takes in all below."""

    path: str = ""
    hits: tuple[bool, ...] = field(default=())


class DockerRules:
    """The rules of one file.

    Raises: BundleError for a pattern that is none, named with its line.
    """

    def __init__(self, rules: Sequence[DockerRule]) -> None:
        self._rules = tuple(rules)
        bodies = [f"(?:{rule.pattern.regex})" for rule in rules]
        # One expression for all of them, as long as each is one.
        joined = "|".join(bodies) if all(rule.pattern.regex for rule in rules) else ""
        self._any = compiled_regex(joined)

    def root(self) -> Folder:
        """The folder where the ignore file stands."""
        return Folder(hits=(False,) * len(self._rules))

    def inside(self, path: str) -> Folder:
        """A folder below the root, by its path."""
        parts = path.split("/")
        lowered = [part.lower() for part in parts]
        hits = tuple(
            len(rule.parts) <= len(parts)
            and bool(rule.pattern.matches("/".join(lowered[: len(rule.parts)])))
            for rule in self._rules
        )
        return Folder(path, hits)

    def last(self, path: str, folder: Folder) -> DockerRule | None:
        """Return the rule that decides about a path in `folder`, None if no rule speaks of it."""
        lowered = path.lower()
        direct = self._any.match(lowered) is not None
        if not direct and True not in folder.hits:
            return None
        for rule, hit in zip(reversed(self._rules), reversed(folder.hits), strict=True):
            if hit or (direct and rule.pattern.matches(lowered)):
                return rule
        return None

    def looks_into(self, path: str) -> bool:
        """Tell whether a folder that is ignored may hold what a `!` pattern takes back."""
        return any(rule.negative and rule.path.startswith(path) for rule in self._rules)


def read_rules(content: str, file: str) -> Iterator[DockerRule]:
    """Yield the rules of an ignore file; `file` is how messages name it."""
    lines = content.removeprefix("\ufeff").split("\n")
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        # Bytes that are no text may be matched, and cannot be shown.
        shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        rule = _rule(text, f"{file}:{number} {shown}")
        if rule is not None:
            yield rule
    kept = _rule(_KEPT, f"{file} always takes .dockerignore along")
    assert kept is not None, "it has a name"
    yield kept


def _rule(text: str, name: str) -> DockerRule | None:
    negative = text.startswith("!")
    parts = _cleaned(text[1:] if negative else text)
    if not parts:
        return None
    try:
        pattern = read_pattern("/".join(parts).lower())
    except re.error as error:
        raise BundleError([f"{name}: is no pattern: {error}"]) from error
    return DockerRule(name, negative, tuple(parts), pattern)


def _cleaned(pattern: str) -> list[str]:
    """The parts of a path, without those that say nothing; `..` takes away the one before it."""
    parts: list[str] = []
    for part in pattern.strip().split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return parts
