"""The code bundle inside a package, taken out to be archived anew.

Anew, so that what is uploaded under a digest is what the digest covers, whoever wrote the
package.
"""

import tarfile
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from reconciler.bundle.archive import Member
from reconciler.errors import BundleError
from reconciler.model import CodeArchive, CodeTar


def packaged_members(
    source: CodeArchive, *, leave_out: Collection[bytes] = ()
) -> Iterator[Member]:
    """Yield the files of the bundle inside a package, by path.

    Args:
        leave_out: SHA-256 of contents that are passed over.

    Raises: BundleError if it is not there any more, or is no bundle.
    """
    code = packaged_code(source)
    for file in code.files:
        if file.sha256 in leave_out:
            continue
        content = code.content(file)
        target = content if file.mode == "l" else b""
        yield Member(file.path, file.mode, file.size, partial(tuple, (content,)), target)


def packaged_code(source: CodeArchive) -> CodeTar:
    """Read the bundle inside a package.

    Raises: BundleError if it is not there any more, or is no bundle.
    """
    try:
        return CodeTar(_content(Path(source.package), source.member))
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BundleError([f"{source.package}: cannot be read: {error}"]) from error
    except ValueError as error:
        raise BundleError([f"{source.package}: {source.member}: {error}"]) from error


def _content(package: Path, member: str) -> bytes:
    if package.is_dir():
        return (package / member).read_bytes()
    with tarfile.open(package) as archive:
        try:
            file = archive.extractfile(member)
        except KeyError:
            file = None
        if file is None:
            raise BundleError([f"{package}: holds no {member} any more"])
        return file.read()
