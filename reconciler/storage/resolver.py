"""From paths of uploads to native URLs and back: Admin is asked, once for each root.

Where a root lies follows from its name and Admin's settings alone, not from what was written, so
what was learned here never goes stale; and each resolver knows one Admin only.
"""

import threading
from urllib.parse import unquote

from reconciler.storage.dataproxy import DataProxy, Place
from reconciler.storage.paths import UploadPath, as_filename, native_of, parse


class FlytePathResolver:
    """Native URLs of one Admin's uploads. Safe to use from many threads."""

    def __init__(self, proxy: DataProxy) -> None:
        self._proxy = proxy
        self._roots: dict[tuple[str, str, str], str] = {}
        self._lock = threading.Lock()

    def resolve_remote_path(self, flyte_uri: str) -> str:
        """The native URL of what lies, or would lie, at an upload's path.

        Raises: ValueError if it is no such path; AdminError if Admin does not say.
        """
        path = parse(flyte_uri)
        if not isinstance(path, UploadPath):
            raise ValueError(f"{flyte_uri}: not flyte://<project>/<domain>/<root>/<name>")
        return self.native(path)

    def native(self, path: UploadPath) -> str:
        """The same, of a path that was taken apart."""
        return native_of(self.root_url(path), path.name)

    def root_url(self, path: UploadPath) -> str:
        """The native URL of a path's root, with no slash at its end."""
        key = (path.project, path.domain, path.root)
        with self._lock:
            known = self._roots.get(key)
        if known is None:
            # Without a name Admin makes one up, whatever is there, and nothing is written.
            place = Place(project=path.project, domain=path.domain, root=as_filename(path.root))
            known = self._proxy.sign_put(place).native_url.rpartition("/")[0]
            with self._lock:
                self._roots[key] = known
        return known

    def path_of(self, native_url: str, *, project: str, domain: str) -> UploadPath | None:
        """The path of something below Admin's folder of uploads; None if it lies elsewhere.

        Args:
            project, domain: Any that this Admin signs uploads for.
        """
        probe = UploadPath(project, domain, ".index")
        base = self.root_url(probe).removesuffix(str(probe))
        if not base.endswith("/") or not native_url.startswith(base):
            return None
        try:
            found = parse(unquote(native_url.removeprefix(base)))
        except ValueError:
            return None
        return found if isinstance(found, UploadPath) else None
