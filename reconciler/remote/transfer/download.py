"""Literals to files: whatever they hold, something is written.

A blob becomes `<name>/<its own name>`, a multipart blob, dataset or schema a folder `<name>` with
its files, everything plain one `<name>.json`, bare bytes `<name>.bin`. Lists and maps with files
in them become folders, with a member for each number or key.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from flyteidl.core.literals_pb2 import Literal

from reconciler.admin import Pool
from reconciler.errors import UnsuitableError
from reconciler.storage import (
    Access,
    DataPath,
    UploadPath,
    as_json,
    children,
    file_name,
    is_plain,
    parse,
    raw_bytes,
    replacing,
    resolved,
    uri_of,
)

_FLYTE = "flyte://"
_DECK = "deck.html"


class Download:
    """Brings things below a folder, which is made if it is not there."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def literals(self, literals: Mapping[str, Literal], to: Path) -> tuple[Path, ...]:
        """Write literals by their names, and return the files, sorted.

        Raises: DownloadError and those below it; UnsuitableError for what has no data at all;
            OSError if a file cannot be written.
        """
        jobs: list[Callable[[], list[Path]]] = []
        problems: list[str] = []
        read = self._access.objects.read
        for name, literal in literals.items():
            self._plan(name, resolved(literal, read), to, jobs, problems)
        if problems:
            raise UnsuitableError(problems)
        to.mkdir(parents=True, exist_ok=True)
        pool = Pool(self._access.parallelism)
        try:
            written = pool.map(lambda job: job(), jobs)
        finally:
            pool.close()
        return tuple(sorted(path for paths in written for path in paths))

    def uri(self, uri: str, to: Path) -> tuple[Path, ...]:
        """Write what lies at a URI: of the store, of an upload, or of an execution's data.

        Raises: as `literals`; ValueError for a `flyte://` URL that fits no form; AdminError for
            one that stands for nothing.
        """
        if uri.startswith(_FLYTE):
            path = parse(uri)
            if isinstance(path, DataPath):
                return self._data(uri, to)
            if not isinstance(path, UploadPath):
                raise ValueError(f"{uri}: neither an upload nor the data of an execution")
            uri = self._access.resolver.native(path)
        target = to / file_name(uri)
        if self._access.objects.list(uri) is None:
            self._access.objects.fetch(uri, target)
            return (target,)
        return tuple(sorted(self._access.objects.fetch_folder(uri, target)))

    def _data(self, uri: str, to: Path) -> tuple[Path, ...]:
        answer = self._access.proxy.data(uri)
        which = answer.WhichOneof("data")
        if which == "literal_map":
            return self.literals(answer.literal_map.literals, to)
        if which == "literal":
            return self.literals({uri.rstrip("/").rpartition("/")[2]: answer.literal}, to)
        page = self._access.proxy.read_signed(answer.pre_signed_urls.signed_url[0], uri)
        return (*_written(to / _DECK, page),)

    def _plan(
        self,
        name: str,
        literal: Literal,
        to: Path,
        jobs: list[Callable[[], list[Path]]],
        problems: list[str],
    ) -> None:
        target = to / _as_name(name)
        uri = uri_of(literal)
        raw = raw_bytes(literal)
        if uri is not None and not uri[0]:
            problems.append(f"{name}: it has no URI, so there is nothing to bring")
        elif uri is not None:
            url, folder = uri
            jobs.append(lambda: self._fetch(url, target, folder=folder))
        elif raw is not None:
            jobs.append(lambda: _written(_with(target, ".bin"), raw))
        elif is_plain(literal):
            jobs.append(lambda: _written(_with(target, ".json"), as_json(literal)))
        else:
            for member, one in children(literal):
                self._plan(member, one, target, jobs, problems)

    def _fetch(self, url: str, to: Path, *, folder: bool) -> list[Path]:
        if folder:
            return self._access.objects.fetch_folder(url, to)
        target = to / file_name(url)
        self._access.objects.fetch(url, target)
        return [target]


def _written(path: Path, content: bytes) -> list[Path]:
    with replacing(path) as file:
        file.write(content)
    return [path]


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def _as_name(text: str) -> str:
    """A key as the name of a file; whatever would lead elsewhere is percent-encoded."""
    if text in ("", ".", ".."):
        return text.replace(".", "%2E") or "%"
    return text.replace("/", "%2F").replace("\0", "%00")
