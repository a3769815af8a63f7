"""Where metrics go: a file that is there whole or not at all."""

import os
from pathlib import Path

from reconciler.errors import MetricsError


def write_metrics(path: Path, text: str) -> None:
    """Write a file for a textfile collector, which may read it at any moment.

    Raises: MetricsError if it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise MetricsError(f"{path} cannot be written: {error.strerror or error}") from error
