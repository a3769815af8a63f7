"""Files wherever fsspec finds them: fetched by their digest, and put there under it."""

from reconciler.storage.pinned import PinnedFiles, Pushed, sha256_of

__all__ = ["PinnedFiles", "Pushed", "sha256_of"]
