"""Which files a checkout tracks, read from git's index without git.

A file that is tracked is never ignored, whatever the rules say. Running git to ask would run what
the repository's own configuration names, and fails where a checkout belongs to someone else, as
in most containers; the index itself is a plain list.

Source: git `Documentation/gitformat-index.txt`, versions 2 to 4.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler.bundle.split_index import Listed, merged
from reconciler.errors import BundleError

_HEADER = 12
_STAT = 40  # times, device, inode, mode, owner, size
_MODE = 24
_EXECUTABLE = 0o100
_EXTENDED = 0x4000
_NAME_MASK = 0xFFF
_MAX_INDEX = 1 << 30


def top_of_checkout(folder: Path) -> Path | None:
    """The top of the checkout that a folder is in, None if it is in none."""
    for place in (folder, *folder.parents):
        if is_checkout(place):
            return place
    return None


def is_checkout(folder: Path) -> bool:
    """Tell whether a folder is the top of a checkout: of a repository, work tree or submodule."""
    place = folder / ".git"
    # As git has it: an empty folder of that name makes none.
    return place.is_file() or os.path.lexists(place / "HEAD")


def tracked(top: Path) -> Mapping[bytes, bool]:
    """What the index of a checkout lists: path relative to its top → whether it may be executed.

    Nothing without an index.

    Raises: BundleError for an index that cannot be read this way, with the way out.
    """
    folder = _git_folder(top)
    index = folder / "index" if folder else None
    if folder is None or index is None or not index.is_file():
        return {}
    try:
        return dict(_listed(index, 32 if "objectformat=sha256" in _settings(folder) else 20))
    except (OSError, ValueError, IndexError) as error:
        hint = "`git update-index --no-split-index` may help"
        raise BundleError([f"{index}: cannot be read as a git index: {error}; {hint}"]) from error


def _listed(index: Path, hash_size: int) -> Iterable[Listed]:
    data = _content(index)
    own, link = _entries(data, hash_size)
    shared = link[:hash_size]
    if not any(shared):
        return own
    base, _ = _entries(_content(index.with_name(f"sharedindex.{shared.hex()}")), hash_size)
    return merged(base, own, link[hash_size:])


def _content(index: Path) -> bytes:
    return index.read_bytes() if index.stat().st_size <= _MAX_INDEX else b""


def knows_modes(top: Path) -> bool:
    """Tell whether a checkout lies where files know if they may be executed.

    On file systems of Windows they do not; git notes so when it makes the checkout.
    """
    folder = _git_folder(top)
    return folder is None or "filemode=false" not in _settings(folder)


def _git_folder(top: Path) -> Path | None:
    place = top / ".git"
    if place.is_dir():
        return place
    try:
        text = place.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    # Work trees and submodules keep theirs elsewhere.
    if not text.startswith("gitdir: "):
        return None
    return top / text.removeprefix("gitdir: ").rstrip("\n")


def _settings(folder: Path) -> str:
    """The repository's own configuration, lower case and without blanks."""
    common = folder
    if (folder / "commondir").is_file():
        common = folder / (folder / "commondir").read_text(encoding="utf-8").strip()
    try:
        config = (common / "config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "".join(config.lower().split())


def _entries(data: bytes, hash_size: int) -> tuple[list[Listed], bytes]:
    """What one file lists, and what its extension says of a shared one, if it has that."""
    found: list[Listed] = []
    version = int.from_bytes(data[4:8], "big")
    if data[:4] != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("it is none of version 2, 3 or 4")
    here = _HEADER
    name = b""
    for _ in range(int.from_bytes(data[8:12], "big")):
        start = here
        if start >= len(data):
            raise ValueError("it is cut off")
        mode = int.from_bytes(data[here + _MODE : here + _MODE + 4], "big")
        here += _STAT + hash_size
        flags = int.from_bytes(data[here : here + 2], "big")
        here += 4 if flags & _EXTENDED else 2
        if version == 4:
            cut, here = _variable(data, here)
            end = data.index(b"\0", here)
            name = name[: len(name) - cut] + data[here:end]
            here = end + 1
        else:
            end = here + (flags & _NAME_MASK)
            if flags & _NAME_MASK == _NAME_MASK:
                end = data.index(b"\0", here)
            name = data[here:end]
            here = start + ((end - start) // 8 + 1) * 8
        found.append((name, bool(mode & _EXECUTABLE)))
    return found, _extensions(data, here, len(data) - hash_size).get(b"link", b"")


def _extensions(data: bytes, here: int, end: int) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    while here + 8 <= end:
        size = int.from_bytes(data[here + 4 : here + 8], "big")
        found[data[here : here + 4]] = data[here + 8 : here + 8 + size]
        here += 8 + size
    return found


def _variable(data: bytes, here: int) -> tuple[int, int]:
    """A number of variable length, as packs have them for offsets, and where it ends."""
    byte = data[here]
    value = byte & 0x7F
    while byte & 0x80:
        here += 1
        byte = data[here]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, here + 1
