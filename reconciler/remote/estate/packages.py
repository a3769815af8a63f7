"""Versions → archives of packages, and the documents that name them.

One archive of a project and domain holds as much as one can: of each name one version, and the
code of one bundle. Same content gives the same bytes, whenever and wherever it is written.
"""

import gzip
import hashlib
import io
import re
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifest import API_VERSION, Package
from reconciler.model import Kind, ResourceId, Scope
from reconciler.remote.estate.estate import Closure
from reconciler.remote.estate.members import address_of, member_of

Files = list[tuple[str, bytes]]

_NO_TIME = 0
# Whoever reads a package asks, beyond a few megabytes, whether it shrinks as content does; and
# thousands of launch plans that are alike shrink as nothing else.
_MOST_BYTES = 6 << 20
_HEADER = 1024  # and padding
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Archive:
    """One package: where it belongs, what it is called, its ids and its bytes."""

    scope: Scope
    name: str
    ids: tuple[ResourceId, ...]
    content: bytes

    @property
    def file(self) -> str:
        return f"{as_file(self.name)}.tgz"

    def document(
        self, active: Mapping[ResourceId, str], ignore: Mapping[str, str], *, folder: str
    ) -> dict[str, Any]:
        """The manifest of it.

        Args:
            active: By activation, the version that is to be active.
            ignore: Rules that what is there already does not keep, and why that is all right.
            folder: Where its file lies, seen from the manifest.
        """
        project, domain = self.scope
        metadata: dict[str, Any] = {"project": project, "domain": domain, "name": self.name}
        if ignore:
            reasons = [{"code": code, "reason": why} for code, why in sorted(ignore.items())]
            metadata["lint"] = {"ignore": reasons}
        states = {
            id.name: "active"
            for id in self.ids
            if id.kind is Kind.LAUNCH_PLAN and active.get(id.activation) == id.version
        }
        spec: dict[str, Any] = {"source": f"{folder}{self.file}", "versions": "own"}
        if states:
            spec["activation"] = states
        return {
            "apiVersion": API_VERSION,
            "kind": Package.KIND,
            "metadata": metadata,
            "spec": spec,
        }


@dataclass(slots=True)
class _Parcel:
    """What goes into one archive."""

    ids: list[ResourceId] = field(default_factory=list)
    names: set[tuple[Kind, str]] = field(default_factory=set)


def archives(
    closure: Closure,
    descriptions: Mapping[ResourceId, Any],
    *,
    places: Mapping[Scope, Scope] | None = None,
    code: Callable[[str], bytes] | None = None,
    name: str = "estate",
) -> Iterator[Archive]:
    """Yield the archives that together hold all versions, in the order of places and names.

    Args:
        places: Project and domain → where the same is to be.
        code: Gives the archive at an address, to go along; None to leave addresses as they are.
        name: Of the first package of each place; the others have numbers.
    """
    by_scope: defaultdict[Scope, dict[str, list[_Parcel]]] = defaultdict(dict)
    for id in sorted(closure.versions):
        address = address_of(closure.versions[id]) if code is not None else ""
        parcels = by_scope[id.scope].setdefault(address, [])
        _add(parcels, id)
    for scope, by_address in sorted(by_scope.items()):
        there = (places or {}).get(scope, scope)
        number = 0
        for address, parcels in sorted(by_address.items()):
            carried = _code_files(code(address)) if address and code is not None else []
            for ids, files in _chunks(parcels, closure, descriptions, places, address):
                number += 1
                called = name if number == 1 else f"{name}-{number}"
                moved = tuple(_elsewhere(id, there) for id in ids)
                yield Archive(there, called, moved, packed([*files, *carried]))


def _chunks(
    parcels: list[_Parcel],
    closure: Closure,
    descriptions: Mapping[ResourceId, Any],
    places: Mapping[Scope, Scope] | None,
    address: str,
) -> Iterator[tuple[list[ResourceId], Files]]:
    """Yield ids and their files, as much as one archive should hold at once."""
    for parcel in parcels:
        ids: list[ResourceId] = []
        files: Files = []
        size = 0
        for id in parcel.ids:
            suffix, data = member_of(
                closure.versions[id], descriptions.get(id), places=places, address=address
            )
            taken = len(data) + _HEADER
            if files and size + taken > _MOST_BYTES:
                yield ids, files
                ids, files, size = [], [], 0
            ids.append(id)
            files.append((f"{len(files):05}_{_as_word(id.name)}{suffix}", data))
            size += taken
        yield ids, files


def _code_files(content: bytes) -> Files:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return [(f"fast{digest}.tar.gz", content)]


def packed(files: Files) -> bytes:
    """A gzipped tar of files that says nothing of when, where and by whom it was made."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), _NO_TIME, 0o644
            tar.addfile(info, io.BytesIO(data))
    # Hardly larger than at the highest level, in a fraction of the time.
    return gzip.compress(raw.getvalue(), compresslevel=6, mtime=_NO_TIME)


def as_file(name: str) -> str:
    """A name as part of a file's: one that had to be changed gets a digest, to stay its own."""
    word = _as_word(name)
    if word == name:
        return name
    return f"{word}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _as_word(name: str) -> str:
    return _UNSAFE.sub("_", name)[:100].lstrip(".") or "_"


def _add(parcels: list[_Parcel], id: ResourceId) -> None:
    key = (id.kind, id.name)
    for parcel in parcels:
        if key not in parcel.names:
            break
    else:
        parcels.append(parcel := _Parcel())
    parcel.ids.append(id)
    parcel.names.add(key)


def _elsewhere(id: ResourceId, scope: Scope) -> ResourceId:
    return ResourceId(id.kind, *scope, id.name, id.version)
