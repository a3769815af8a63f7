"""A folder to the store and back: structure kept, in parallel, never twice, never in memory.

A folder goes to a root that its names and contents decide (see `tree`), so the same one goes to
the same place from every machine. Its index is written last: where that is, all of it is.
"""

from collections.abc import Callable
from pathlib import Path

from reconciler.admin import Pool
from reconciler.errors import AlreadyExistsError, UploadError
from reconciler.storage.dataproxy import DataProxy, Place
from reconciler.storage.index import Held, Index, Indexes
from reconciler.storage.paths import UploadPath, as_filename
from reconciler.storage.resolver import FlytePathResolver
from reconciler.storage.tree import Tree, TreeFile


def upload_tree(
    tree: Tree,
    *,
    to: UploadPath | None = None,
    project: str,
    domain: str,
    proxy: DataProxy,
    resolver: FlytePathResolver,
    indexes: Indexes,
    parallelism: int,
) -> str:
    """Put a folder's files, those that are not there yet, and return the native URL of its top.

    Args:
        to: A root, or a folder in one, to put it at; None for the one that its content names.
        parallelism: Files on their way at once.

    Raises: UploadError naming every file in whose place another one lies, or as
        `DataProxy.upload`; what was put until then stays, and is found by the next try.
    """
    named_by_content = to is None
    top = to or UploadPath(project, domain, tree.root)
    root = UploadPath(top.project, top.domain, top.root)
    prefix = f"{top.name}/" if top.name else ""
    if named_by_content and indexes.exists(root):
        return resolver.native(top)
    _Sending(proxy, root, prefix, parallelism).send(tree.files)
    files = {
        f"{prefix}{one.name}": Held(one.digest.size, one.digest.md5.hex()) for one in tree.files
    }
    empty = {f"{prefix}{name}" for name in tree.empty}
    indexes.publish(root, Index(files, empty, complete=named_by_content))
    return resolver.native(top)


class _Sending:
    """Files of one folder on their way."""

    def __init__(self, proxy: DataProxy, root: UploadPath, prefix: str, parallelism: int) -> None:
        self._proxy = proxy
        self._root = root
        self._prefix = prefix
        self._parallelism = parallelism

    def send(self, files: tuple[TreeFile, ...]) -> None:
        if not files:
            return
        # The smallest goes first and alone: if it is there, somebody began, and then it is worth
        # a question for each other file whether it needs to be sent at all.
        first = min(files, key=lambda one: (one.digest.size, one.name))
        begun = self._proxy.exists(self._place(first))
        others = [one for one in files if one is not first]
        refused = [self._put(first, ask=begun)]
        refused += self._all(others, lambda one: self._put(one, ask=begun))
        conflicts = [name for name in refused if name]
        if conflicts:
            few = ", ".join(conflicts[:10]) + (", …" if len(conflicts) > 10 else "")
            text = f"other files lie there already, and none is ever written over: {few}"
            raise UploadError(text, url=f"flyte://{self._root}")

    def _all(self, files: list[TreeFile], function: Callable[[TreeFile], str]) -> list[str]:
        pool = Pool(self._parallelism)
        try:
            return pool.map(function, files)
        finally:
            pool.close()

    def _put(self, one: TreeFile, *, ask: bool) -> str:
        """Put a file unless it is there; return its name if something else is."""
        place = self._place(one)
        try:
            if ask and self._proxy.exists(place):
                # Signed anew only for the very bytes that are there.
                self._proxy.sign_put(place, one.digest.md5)
            else:
                self._proxy.upload(one.path, place, one.digest)
        except AlreadyExistsError:
            return one.name
        return ""

    def _place(self, one: TreeFile) -> Place:
        return Place(
            project=self._root.project,
            domain=self._root.domain,
            root=as_filename(self._root.root),
            name=as_filename(f"{self._prefix}{one.name}"),
        )


def fetch_files(files: "list[tuple[str, Path]]", *, proxy: DataProxy, parallelism: int) -> None:
    """Bring objects, by their native URLs, to files.

    Raises: as `DataProxy.fetch`, for the first that fails.
    """
    pool = Pool(parallelism)
    try:
        pool.map(lambda one: proxy.fetch(*one), files)
    finally:
        pool.close()
