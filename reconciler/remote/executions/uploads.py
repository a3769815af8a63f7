"""What of some inputs lies on this machine yet: noted while they are converted, sent when all fit.

Nothing is uploaded for inputs that are refused in the end, and nothing twice. Until then a local
path stands in its literal under an address that only this module gives out.
"""

import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgpack
from flyteidl.core.literals_pb2 import Literal

_SCHEME = "not-yet-uploaded://"
# The kinds of scalars that have a URI.
PLACED = ("blob", "schema", "structured_dataset")


class Uploader(Protocol):
    """Brings a local file or folder to Admin's store, and tells its URI."""

    def __call__(self, path: Path, project: str, domain: str) -> str: ...


@dataclass(frozen=True)
class Pending:
    """Something to be uploaded: `write` makes it below a folder that is gone afterwards."""

    name: str
    write: Callable[[Path], Path]


@dataclass
class Uploads:
    """What the literals of one request still wait for."""

    _pending: dict[str, Pending] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)
    _folders: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Uploads":
        return self

    def __exit__(self, *raised: object) -> None:
        self._folders.close()

    def folder(self) -> Path:
        """A new folder, which is gone when this is left as a context."""
        return Path(self._folders.enter_context(tempfile.TemporaryDirectory()))

    def of_path(self, path: Path, *, directory: bool, where: str) -> str:
        """Stand in for the URI that a local path will have.

        Raises: ValueError if there is no such file, or no such folder.
        """
        if directory and not path.is_dir():
            what = "a file" if path.exists() else "not there"
            raise ValueError(f"{where}: {path} is {what}, and a directory is wanted")
        if not directory and not path.is_file():
            what = "a directory" if path.is_dir() else "not there"
            raise ValueError(f"{where}: {path} is {what}, and a file is wanted")
        return self._note(f"path/{path.resolve()}", Pending(path.name, lambda folder: path))

    def of_object(self, value: Any, name: str, write: Callable[[Path], Path]) -> str:
        """Stand in for the URI of what an object is written out as."""
        self._kept.append(value)  # lest its address becomes another object's
        return self._note(f"object/{id(value)}", Pending(name, write))

    def _note(self, key: str, pending: Pending) -> str:
        uri = _SCHEME + key
        self._pending.setdefault(uri, pending)
        return uri

    def settle(
        self,
        literals: Mapping[str, Literal],
        *,
        upload: Uploader,
        project: str,
        domain: str,
        parallelism: int,
    ) -> None:
        """Upload what these literals wait for, and put the URIs in their places."""
        waiting = [uri for literal in literals.values() for uri in _addresses(literal)]
        wanted = [uri for uri in dict.fromkeys(waiting) if uri in self._pending]
        if not wanted:
            return

        def send(uri: str) -> str:
            with tempfile.TemporaryDirectory() as folder:
                return upload(self._pending[uri].write(Path(folder)), project, domain)

        with ThreadPoolExecutor(min(parallelism, len(wanted))) as threads:
            settled = dict(zip(wanted, threads.map(send, wanted), strict=True))
        for literal in literals.values():
            _replace_addresses(literal, settled)


def _addresses(literal: Literal) -> list[str]:
    found = [part.uri for part in parts(literal, *PLACED)]
    for struct in parts(literal, "binary"):
        if _SCHEME.encode() in struct.value:
            found += _texts(_unpacked(struct))
    return found


def _replace_addresses(literal: Literal, settled: Mapping[str, str]) -> None:
    """Put other addresses in the place of those that are keys, inside structs as well."""
    for part in parts(literal, *PLACED):
        part.uri = settled.get(part.uri, part.uri)
    for struct in parts(literal, "binary"):
        if _SCHEME.encode() in struct.value:
            struct.value = msgpack.packb(_replaced(_unpacked(struct), settled))


def _unpacked(struct: Any) -> Any:
    return msgpack.unpackb(struct.value, strict_map_key=False)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return [text for item in items for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _replaced(value: Any, settled: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, settled) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, settled) for item in value]
    return settled.get(value, value) if isinstance(value, str) else value


def parts(literal: Literal, *kinds: str) -> list[Any]:
    """Every scalar of these kinds inside a literal, as the message of its kind."""
    match literal.WhichOneof("value"):
        case "collection":
            return [one for item in literal.collection.literals for one in parts(item, *kinds)]
        case "map":
            inner = literal.map.literals
            return [one for key in list(inner) for one in parts(inner[key], *kinds)]
        case "scalar":
            kind = literal.scalar.WhichOneof("value")
            if kind == "union":
                return parts(literal.scalar.union.value, *kinds)
            return [getattr(literal.scalar, kind)] if kind in kinds else []
    return []
