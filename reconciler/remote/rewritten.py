"""A package's archive written anew: the same content is the same bytes, whoever packaged it.

`pyflyte package --copy all` takes for code whatever lies among the sources, and so the archive
that the last build left there and the manifest that pins it. With either in it no two builds would
be the same.
"""

import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from reconciler.bundle import CodeBundler
from reconciler.desired import Contents, PackageError, entity_files, read_package
from reconciler.errors import BuildError
from reconciler.model import BUNDLE_FILE, CodeArchive, gzipped

_ARCHIVES = (".tgz", ".tar.gz", ".tar")


def no_code(
    contents: Contents, made: Path, *, pinned: Collection[bytes], log: Callable[[str], None]
) -> frozenset[bytes]:
    """Find what the code of a package holds and is none: packages, and the manifests of such.

    Args:
        made: The package as its owner's command wrote it.
        pinned: SHA-256 of manifests that a pin will be written into.
        log: Is told of what is left out.

    Returns: the SHA-256 of what to leave out.
    Raises: BuildError if the code holds one of those manifests: each build would be another.
    """
    if contents.code is None:
        return frozenset()
    left_out = set()
    code = CodeBundler().packaged(CodeArchive(str(made), contents.code.member))
    for file in code.files:
        path = os.fsdecode(file.path)
        if file.sha256 in pinned:
            raise BuildError(
                f"its code holds {path}, where a pin is to be written: each push would be of "
                "other code; name it in .dockerignore"
            )
        if path.endswith(_ARCHIVES) and _is_package(code.content(file)):
            log(f"{path} is a package itself, and left out of the code")
            left_out.add(file.sha256)
    return frozenset(left_out)


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


def _is_package(content: bytes) -> bool:
    with tempfile.TemporaryDirectory(prefix="reconciler-build-") as temporary:
        file = Path(temporary, "package.tgz")
        file.write_bytes(content)
        try:
            return bool(read_package(file).members)
        except PackageError:
            return False
