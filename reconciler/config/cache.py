"""Where things are kept that can be had again."""

import tempfile
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str], home: Path | None) -> Path:
    """The folder of caches: RECONCILER_CACHE, or else `reconciler` where the system keeps them."""
    if named := environ.get("RECONCILER_CACHE"):
        return Path(named)
    if base := environ.get("XDG_CACHE_HOME"):
        return Path(base, "reconciler")
    return home / ".cache" / "reconciler" if home else Path(tempfile.gettempdir(), "reconciler")


def token_folder(environ: Mapping[str, str], home: Path | None) -> str:
    """The folder of people's tokens, below that of caches.

    "" where that would be among everybody's temporary files: a token is not kept there.
    """
    if not (home or environ.get("RECONCILER_CACHE") or environ.get("XDG_CACHE_HOME")):
        return ""
    return str(cache_folder(environ, home) / "tokens")
