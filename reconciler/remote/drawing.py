"""What refers to what in a set, drawn without any Admin."""

from collections.abc import Sequence
from pathlib import Path

from reconciler import pipeline
from reconciler.manifest import Manifest
from reconciler.model import Drawing
from reconciler.storage import PinnedFiles


def draw(manifests: Sequence[Manifest], *, cache: Path | None = None) -> Drawing:
    """Say what a set declares and what it refers to.

    Args:
        cache: The folder where packages fetched are kept.

    Raises: ManifestError for packages that cannot be read.
    """
    return pipeline.draw(manifests, fetcher=PinnedFiles(cache))
