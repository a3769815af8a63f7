"""Files wherever fsspec finds them: fetched by their digest, and put there under it."""

from reconciler.storage.pinned import PinnedFiles, Pushed

__all__ = ["PinnedFiles", "Pushed"]
