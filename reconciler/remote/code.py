"""What can be done with code and no Admin: look at it, build its archive, check a set with it."""

from collections.abc import Sequence
from pathlib import Path

from reconciler import pipeline
from reconciler.desired import code_folder
from reconciler.manifest import CodeBundle, Manifest
from reconciler.model import Code, CodeFolder, CodeListing, DesiredState
from reconciler.ports import Archive
from reconciler.remote.late import LateBundler
from reconciler.storage import PinnedFiles


def validate(manifests: Sequence[Manifest], *, cache: Path | None = None) -> DesiredState:
    """Check a set without asking Admin; what refers to Admin's own things is left open.

    Args:
        cache: The folder where hashes of code and packages fetched are kept; None to read all
            code anew, and to keep packages with the temporary files.

    Raises: ManifestError with every problem of the set.
    """
    return pipeline.validate(manifests, bundler=LateBundler(cache), fetcher=PinnedFiles(cache))


def code_folders(manifests: Sequence[Manifest]) -> tuple[tuple[CodeBundle, CodeFolder], ...]:
    """The CodeBundles of a set, each with the folder that it means."""
    return tuple((one, code_folder(one)) for one in manifests if isinstance(one, CodeBundle))


def list_code(folder: CodeFolder) -> CodeListing:
    """Say what becomes of every entry of a folder, by which rule, and what is wrong with it.

    Raises: BundleError if the folder cannot be listed at all.
    """
    from reconciler.bundle import CodeBundler

    return CodeBundler().listing(folder)


def read_code(folder: CodeFolder) -> Code:
    """Say which code a folder holds: its digest, its number of files, its size.

    Raises: BundleError if the folder is no bundle.
    """
    from reconciler.bundle import CodeBundler

    return CodeBundler().code(folder)


def build_code(folder: CodeFolder, out: Path) -> tuple[Code, Archive]:
    """Write the archive that apply would upload for a folder.

    Raises: BundleError if the folder is no bundle, or the archive cannot be written.
    """
    from reconciler.bundle import CodeBundler

    return CodeBundler().build(folder, out)
