"""Code bundles, for whoever may have none: what makes them is loaded with the first one."""

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

from reconciler.model import Bundle, Code, CodeFolder
from reconciler.ports import Archive, Bundler


class LateBundler:
    """The Bundler port, its work done by `bundle.CodeBundler`.

    Args:
        cache: As `CodeBundler` takes it.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def code(self, folder: CodeFolder) -> Code:
        return self._bundler.code(folder)

    def archive(self, bundle: Bundle) -> AbstractContextManager[Archive]:
        return self._bundler.archive(bundle)

    @cached_property
    def _bundler(self) -> Bundler:
        # Ignore files, their patterns, links, tars: a room full, which most plans never enter.
        from reconciler.bundle import CodeBundler

        return CodeBundler(self._cache)
