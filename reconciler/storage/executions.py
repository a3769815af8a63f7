"""The half of the file system that is data of executions: literals as folders and files.

`…/o` has a variable for each entry; a variable is a file (a blob, or anything plain as JSON), or
a folder (a multipart blob, a dataset, a collection or map with files in it).

Source: `flyteadmin/dataproxy/service.go`, GetData.
"""

import errno
from dataclasses import dataclass

from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.errors import AdminError, MissingObjectError
from reconciler.storage.access import Access
from reconciler.storage.entry import Entry, Fresh
from reconciler.storage.literals import as_json, children, is_plain, raw_bytes, resolved, uri_of
from reconciler.storage.paths import Above, DataPath, native_of

_FRESH = 2.0  # seconds; a running node's outputs appear


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder of objects, or a single one whose literal says that it may be a folder."""

    native_url: str


class Executions:
    """Data of one Admin's executions. Safe to use from many threads."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._data: Fresh[Literal | bytes] = Fresh(access.clock, _FRESH)

    def info(self, path: DataPath) -> Entry:
        """What is at a path.

        Raises: FileNotFoundError if nothing is; DownloadError, AdminError.
        """
        if not path.kind:
            self.children(path)
            return Entry(str(path), folder=True)
        found = self._find(path)
        if isinstance(found, _Folder):
            return self._object(path, found.native_url)
        if not path.inside and not isinstance(found, bytes):
            return Entry(str(path), folder=True)
        return self._entry(str(path), found, ask=True)

    def children(self, path: DataPath | Above) -> list[Entry]:
        """What lies in a folder.

        Raises: FileNotFoundError, NotADirectoryError; DownloadError, AdminError.
        """
        if isinstance(path, Above):
            return self._nodes(path)
        if not path.kind:
            return self._kinds(path)
        found = self._find(path)
        if isinstance(found, _Folder):
            return self._below(path, found.native_url)
        if isinstance(found, bytes) or (path.inside and not _is_folder(found)):
            raise NotADirectoryError(errno.ENOTDIR, "a file", str(path))
        return [
            self._entry(f"{path}/{name}", one, ask=False)
            for name, one in children(found)
            if "/" not in name
        ]

    def _nodes(self, path: Above) -> list[Entry]:
        if len(path.parts) != 4:
            raise FileNotFoundError(
                errno.ENOENT, "list flyte://v1/<project>/<domain>/<execution>", str(path)
            )
        _, project, domain, execution = path.parts
        found = self._access.nodes(project=project, domain=domain, execution=execution)
        return [Entry(f"{path}/{name}", folder=True) for name in found]

    def _kinds(self, path: DataPath) -> list[Entry]:
        found = []
        for kind in ("i", "o", "d"):
            if kind == "d" and path.attempt:
                continue
            one = DataPath(
                path.project, path.domain, path.execution, path.node, path.attempt, kind
            )
            try:
                data = self._whole(one)
            except AdminError:
                if kind == "d":  # most nodes have no deck
                    continue
                raise
            if isinstance(data, bytes):
                found.append(self._entry(str(one), data, ask=False))
            else:
                found.append(Entry(str(one), folder=True))
        return found

    def _find(self, path: DataPath) -> Literal | bytes | _Folder:
        at: Literal | bytes = self._whole(path)
        for number, name in enumerate(path.inside):
            if isinstance(at, bytes):
                raise NotADirectoryError(errno.ENOTDIR, "a deck has nothing in it", str(path))
            uri = uri_of(at)
            if uri is not None:
                return _Folder(native_of(uri[0].rstrip("/"), "/".join(path.inside[number:])))
            member = dict(children(at)).get(name)
            if member is None:
                raise FileNotFoundError(
                    errno.ENOENT, f"there is no {name} among the literals", str(path)
                )
            at = member
        uri = None if isinstance(at, bytes) else uri_of(at)
        if uri is not None and uri[1]:
            return _Folder(uri[0])
        return at

    def _whole(self, path: DataPath) -> Literal | bytes:
        return self._data.get(path.url, lambda: self._ask(path))

    def _ask(self, path: DataPath) -> Literal | bytes:
        answer = self._access.proxy.data(path.url)
        if answer.WhichOneof("data") == "pre_signed_urls":
            return self._access.proxy.read_signed(answer.pre_signed_urls.signed_url[0], path.url)
        literals: LiteralMap = answer.literal_map
        whole = Literal()
        whole.map.CopyFrom(literals)
        return resolved(whole, self._access.objects.read)

    def _entry(self, path: str, found: Literal | bytes, *, ask: bool) -> Entry:
        if isinstance(found, bytes):
            return Entry(path, size=len(found), content=found)
        uri = uri_of(found)
        if uri is not None and uri[1]:
            return Entry(path, folder=True, native_url=uri[0])
        if uri is not None:
            if not ask:
                return Entry(path, native_url=uri[0])
            stat = self._access.proxy.stat(uri[0])
            return Entry(path, False, stat.size, uri[0], None, stat.etag, "", stat.modified)
        raw = raw_bytes(found)
        if raw is not None:
            return Entry(path, size=len(raw), content=raw)
        if _is_folder(found):
            return Entry(path, folder=True)
        content = as_json(found)
        return Entry(path, size=len(content), content=content)

    def _object(self, path: DataPath, native_url: str) -> Entry:
        try:
            stat = self._access.proxy.stat(native_url)
        except MissingObjectError:
            whole_variable = len(path.inside) == 1
            if whole_variable or self._access.objects.list(native_url) is not None:
                return Entry(str(path), folder=True, native_url=native_url)
            raise
        return Entry(str(path), False, stat.size, native_url, None, stat.etag, "", stat.modified)

    def _below(self, path: DataPath, native_url: str) -> list[Entry]:
        found = self._access.objects.list(native_url)
        if found is None:
            if not self._object(path, native_url).folder:
                raise NotADirectoryError(errno.ENOTDIR, "a file", str(path))
            raise FileNotFoundError(
                errno.ENOENT, "what lies there cannot be told without credentials", str(path)
            )
        folders: set[str] = set()
        listed = []
        for name, size in found.files.items():
            first, slash, _ = name.partition("/")
            if slash:
                folders.add(first)
            else:
                url = native_of(native_url.rstrip("/"), name)
                listed.append(Entry(f"{path}/{name}", size=size, native_url=url))
        folders |= {name.partition("/")[0] for name in found.empty}
        return listed + [Entry(f"{path}/{name}", folder=True) for name in folders]


def _is_folder(literal: Literal) -> bool:
    """Whether it has members, and is no value that one JSON file can hold; maps of a node are."""
    return literal.WhichOneof("value") in ("map", "collection") and not is_plain(literal)
