"""The grammar of `flyte://`: where uploads lie, and what executions took and made.

    flyte://<project>/<domain>/<root>/<name…>
    flyte://v1/<project>/<domain>/<execution>/<node>[/<attempt>]/(i|o|d)[/<variable>[/<inside…>]]

The first is a place in Admin's store, to read and to write once; the second what Admin knows of a
node, to read. A project named `v1` has no uploads by this grammar.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

SCHEME = "flyte"
_DATA = "v1"
_LONGEST_KEY = 1024  # bytes, in S3, GCS and Azure alike
_PART = re.compile(r"[A-Za-z0-9_-]+")
# What means something else in a URL; the rest Admin escapes by itself.
_LITERALLY = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "?#%")
# What Go leaves as it is in a path, and so Admin in a native URL.
_AS_ADMIN = "/-._~+&=;,:@$!*'()[]"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class UploadPath:
    """Something uploaded: a file of a root, or a folder; `name` is "" for the root itself."""

    project: str
    domain: str
    root: str
    name: str = ""

    def __str__(self) -> str:
        parts = (self.project, self.domain, self.root, self.name)
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class DataPath:
    """What a node execution (or one attempt of its task) took or made.

    Attributes:
        kind: `i` inputs, `o` outputs, `d` deck; "" for the node itself.
        inside: What follows the variable: indices and keys of literals, names of files.
    """

    project: str
    domain: str
    execution: str
    node: str
    attempt: str = ""
    kind: str = ""
    inside: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The data without what is inside it, as Admin's `GetData` takes it."""
        attempt = (self.attempt,) if self.attempt else ()
        parts = (self.project, self.domain, self.execution, self.node, *attempt, self.kind)
        return f"{SCHEME}://{_DATA}/{'/'.join(parts)}"

    def __str__(self) -> str:
        attempt = (self.attempt,) if self.attempt else ()
        kind = (self.kind,) if self.kind else ()
        parts = (self.project, self.domain, self.execution, self.node, *attempt, *kind)
        return "/".join((_DATA, *parts, *self.inside))


@dataclass(frozen=True, slots=True)
class Above:
    """A level over all that can be looked at: projects, domains, executions."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.parts)


Parsed = UploadPath | DataPath | Above


def parse(path: str) -> Parsed:
    """Take a path apart, with or without its scheme.

    Raises: ValueError if it fits neither form.
    """
    text = path.removeprefix(f"{SCHEME}://").strip("/")
    parts = tuple(text.split("/")) if text else ()
    if parts[:1] == (_DATA,):
        return _data(parts, path)
    if len(parts) < 3:
        return Above(parts)
    problem = next(iter(name_problems(text)), None)
    if problem:
        raise ValueError(problem)
    return UploadPath(parts[0], parts[1], parts[2], "/".join(parts[3:]))


def _data(parts: tuple[str, ...], path: str) -> Parsed:
    if len(parts) < 5:
        return Above(parts)
    project, domain, execution, node, *rest = parts[1:]
    odd = [part for part in (project, domain, execution, node) if not _PART.fullmatch(part)]
    if odd:
        raise ValueError(f"{path}: Admin's URLs know letters, digits, _ and - only: {odd[0]!r}")
    attempt = rest.pop(0) if rest and rest[0].isdecimal() else ""
    kind = rest.pop(0) if rest else ""
    if kind not in ("", "i", "o", "d"):
        raise ValueError(f"{path}: {kind!r} is none of i (inputs), o (outputs), d (deck)")
    if kind == "d" and (attempt or rest):
        raise ValueError(f"{path}: a deck belongs to the node, and there is nothing in it")
    return DataPath(project, domain, execution, node, attempt, kind, tuple(rest))


def name_problems(name: str, *, before: int = 0) -> Sequence[str]:
    """Say what keeps a name (a relative path with slashes) from being one of an object.

    Args:
        before: Bytes that stand before it in the key.
    """
    found = []
    try:
        length = before + len(name.encode())
    except UnicodeEncodeError:
        return [f"{name!r}: the name is not UTF-8, and those of objects are"]
    if any(part in ("", ".", "..") for part in name.split("/")):
        found.append(f"{name!r}: a part of the name is empty, . or .., which would lead elsewhere")
    if _CONTROL.search(name):
        found.append(f"{name!r}: there are control characters in the name")
    if length > _LONGEST_KEY:
        found.append(f"{name!r}: {length} bytes are more than the {_LONGEST_KEY} of a name")
    return found


def as_filename(name: str) -> str:
    """A name as Admin is to be told it: it resolves what it is told as a URL."""
    return quote(name, safe=_LITERALLY, encoding="utf-8") if _needs(name) else name


def native_of(root_url: str, name: str) -> str:
    """The native URL of a file in a root, spelled as Admin spells it."""
    return f"{root_url}/{quote(name, safe=_AS_ADMIN)}" if name else root_url


def _needs(name: str) -> bool:
    return any(char in name for char in "?#%")
