"""A package's archive written anew: the same content is the same bytes, whoever packaged it.

`pyflyte package --copy all` takes for code whatever lies among the sources, and so the archive
that the last build left there and the manifest that pins it. With either in it no two builds would
be the same.
"""

import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from reconciler.bundle import CodeBundler
from reconciler.desired import Contents, entity_files
from reconciler.errors import BuildError
from reconciler.model import BUNDLE_FILE, CodeArchive, gzipped


def check_code(
    contents: Contents,
    made: Path,
    *,
    archives: Collection[bytes],
    pinned: Collection[bytes],
    log: Callable[[str], None],
) -> None:
    """Tell which files of a package's code are left out of it, and refuse what cannot be.

    Args:
        made: The package as its owner's command wrote it.
        archives: SHA-256 of packages; none of them is code.
        pinned: SHA-256 of manifests that a pin will be written into.

    Raises: BuildError if the code holds one of those: each build would be another.
    """
    for path, sha256 in _code(contents, made):
        if sha256 in pinned:
            raise BuildError(
                f"its code holds {path}, where a pin is to be written: each push would be of "
                "other code; name it in .dockerignore"
            )
        if sha256 in archives:
            log(f"{path} is a package itself, and left out of the code")


def written_anew(contents: Contents, made: Path, *, leave_out: Collection[bytes]) -> bytes:
    """The archive of a package.

    Args:
        made: The package as its owner's command wrote it.
        leave_out: SHA-256 of contents that are no code.
    """
    files = dict(entity_files(contents))
    if contents.code is not None:
        with tempfile.TemporaryDirectory(prefix="reconciler-build-") as temporary:
            out = Path(temporary, BUNDLE_FILE)
            source = CodeArchive(str(made), contents.code.member)
            code, _ = CodeBundler().rebuild(source, out, leave_out=leave_out)
            files[f"fast{code.digest[:32]}.tar.gz"] = out.read_bytes()
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(files):
            info = tarfile.TarInfo(name)
            info.size = len(files[name])
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(files[name]))
    return gzipped(data.getvalue())


def _code(contents: Contents, made: Path) -> Iterator[tuple[str, bytes]]:
    """Path and SHA-256 of each file of the code in a package."""
    if contents.code is not None:
        source = CodeArchive(str(made), contents.code.member)
        for file in CodeBundler().packaged(source):
            yield os.fsdecode(file.path), file.sha256
