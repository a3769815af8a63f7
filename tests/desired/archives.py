"""Archives as tests need them: with members of every sort, in every order, and damaged."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from flyteidl.admin.task_pb2 import TaskSpec


def a_task_member(name: str) -> bytes:
    """A TaskSpec's bytes, its id blank but for the name."""
    spec = TaskSpec()
    spec.template.id.name = name
    spec.template.id.resource_type = 1
    spec.template.metadata.SetInParent()
    spec.template.interface.SetInParent()
    content: bytes = spec.SerializeToString()
    return content


def an_archive(path: Path, members: Mapping[str, bytes]) -> Path:
    """A gzipped tar of files."""
    return a_tar(path, ((a_file(name, content), content) for name, content in members.items()))


def a_tar(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """A gzipped tar of whatever the headers say."""
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return path


def a_file(name: str, content: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info


def a_header(name: str, *, type: bytes, linkname: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = type, linkname, size
    return info


def raw(path: Path, *blocks: bytes) -> Path:
    """A gzip of these very bytes."""
    path.write_bytes(gzip.compress(b"".join(blocks)))
    return path


END = bytes(1024)
