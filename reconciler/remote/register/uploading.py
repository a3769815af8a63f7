"""Code by itself: bundled, uploaded and named, for whoever writes its address into something."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.model import Bundle, CodeFolder, Scope

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote


def upload_code(
    remote: "Remote", folder: CodeFolder, place: Scope, output: Path | None
) -> tuple[bytes, str]:
    """The MD5 of a folder's archive, and where it now lies.

    Raises: BundleError, UploadError, AdminError or UnreachableError.
    """
    bundler = remote._bundler
    bundle = Bundle(*place, Path(folder.root).name, bundler.code(folder), folder)
    with bundler.archive(bundle) as archive:
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
            shutil.copy(archive.path, output / f"fast{bundle.code.digest[:32]}.tar.gz")
        md5 = archive.md5
    return md5, remote._connection.uploader.upload(bundle, bundler).address
