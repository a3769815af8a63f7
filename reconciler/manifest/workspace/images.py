"""`images.lock`: which digest each image of the workspace has, and what it was made of.

The lock is written by `reconciler images update` and committed. An image whose inputs (the tag, or
the build's command and files) are not those in the lock has no digest until it is updated; one
whose inputs did not change keeps its digest, so a revert changes nothing.
"""

import glob
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from reconciler.errors import ManifestError
from reconciler.manifest.explain import explain
from reconciler.manifest.models.base import Name, Part
from reconciler.manifest.reader import read
from reconciler.manifest.workspace.image_models import BuildSpec, ImageSpec
from reconciler.manifest.workspace.models import Workspace
from reconciler.model import Diagnostic, Origin, describe_value

LOCK_FILE = "images.lock"
KNOWN_AFTER_BUILD = "(known after build)"
_HEAD = "# Written by `reconciler images update`; commit it, and leave the editing to it.\n"


@dataclass(frozen=True, slots=True)
class ImageState:
    """One image as the lock and its inputs have it.

    `image` is `repository@sha256:…`, or None as long as it is not known; `why` says why not.
    `inputs` is the hash of what it would be made of now.
    """

    name: str
    image: str | None
    inputs: str
    why: str = ""


class LockedImage(Part):
    image: Annotated[Name, Field(pattern=r"^[^\s@]+@sha256:[0-9a-f]{64}$")]
    inputs: Annotated[Name, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Lock(Part):
    version: Literal[1]
    images: dict[Name, LockedImage] = Field(default_factory=dict)


def read_lock(folder: Path) -> Mapping[str, LockedImage]:
    """Read the lock of a workspace's folder; without one nothing is locked.

    Raises: ManifestError if it is no such file.
    """
    path = folder / LOCK_FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ManifestError([Diagnostic("unreadable", message, Origin(str(path)))]) from error
    problems: list[Diagnostic] = []
    documents = list(read(data, str(path), problems))
    if len(documents) == 1 and not problems:
        document, value = documents[0]
        try:
            return _Lock.model_validate(value).images
        except ValidationError as error:
            problems += explain(error, document, _Lock)
    elif not problems:
        message = f"expected one document, found {describe_value(data.decode()[:40])}"
        problems.append(Diagnostic("images-lock", message, Origin(str(path))))
    raise ManifestError(problems)


def lock_text(images: Mapping[str, LockedImage]) -> str:
    """What `images.lock` says, for names in any order: sorted, so that diffs are small."""
    if not images:
        return f"{_HEAD}version: 1\nimages: {{}}\n"
    entries = "".join(
        f"  {name}:\n    image: {one.image}\n    inputs: {one.inputs}\n"
        for name, one in sorted(images.items())
    )
    return f"{_HEAD}version: 1\nimages:\n{entries}"


def image_states(workspace: Workspace) -> Mapping[str, ImageState]:
    """Every image that a workspace declares, by name.

    Raises: ManifestError for a lock that cannot be read, or inputs that are not there.
    """
    if not workspace.spec.images:
        return {}
    locked = read_lock(workspace.folder)
    problems: list[Diagnostic] = []
    states: dict[str, ImageState] = {}
    for name, spec in workspace.spec.images.items():
        try:
            inputs = inputs_hash(spec, workspace.folder)
        except OSError as error:
            origin = workspace.origin_of("spec", "images", name, "build", "inputs")
            problems.append(Diagnostic("image-inputs", f"image {name}: {error}", origin))
            continue
        states[name] = _state(name, spec, inputs, locked.get(name))
    if problems:
        raise ManifestError(problems)
    return states


def inputs_hash(spec: ImageSpec, folder: Path) -> str:
    """Hash what an image is made of: `sha256:…`.

    Shape: of a tag its text; of a build its repository, its command, and every file that its
        inputs name: path, whether it is executable, content. Each part is length-prefixed, so
        that no two sets of parts look the same.
    Raises: OSError for an input that is not there or cannot be read.
    """
    digest = hashlib.sha256()
    for part in _parts(spec, folder):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def _state(name: str, spec: ImageSpec, inputs: str, locked: LockedImage | None) -> ImageState:
    if locked is not None and locked.inputs == inputs:
        return ImageState(name, locked.image, inputs)
    word = "built" if spec.build else "resolved"
    if locked is None:
        return ImageState(name, None, inputs, f"it was never {word}")
    return ImageState(name, None, inputs, f"what it is made of changed since it was {word}")


def _parts(spec: ImageSpec, folder: Path) -> Iterator[bytes]:
    if spec.build is None:
        yield from (b"tag", (spec.tag or "").encode())
        return
    yield from (b"build", (spec.repository or "").encode())
    yield str(len(spec.build.command)).encode()
    yield from (argument.encode() for argument in spec.build.command)
    for name, path in _files(spec.build, folder):
        yield name.encode()
        if path.is_symlink():
            # Where a link leads may be outside; what it says is what changes here.
            yield from (b"link", os.readlink(path).encode())
        else:
            executable = path.stat().st_mode & 0o100
            yield from (b"program" if executable else b"file", path.read_bytes())


def _files(build: BuildSpec, folder: Path) -> list[tuple[str, Path]]:
    """Every file of a build's inputs, once, by its name below `folder`."""
    found: dict[str, Path] = {}
    for pattern in build.inputs:
        matches = glob.glob(str(folder / pattern), recursive=True, include_hidden=True)
        if not matches:
            raise FileNotFoundError(f"no file matches {pattern}")
        for match in matches:
            for path in _below(Path(match)):
                found[Path(os.path.relpath(path, folder)).as_posix()] = path
    return sorted(found.items())


def _below(path: Path) -> Iterator[Path]:
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    for root, folders, files in os.walk(path):
        links = [name for name in folders if Path(root, name).is_symlink()]
        folders[:] = [name for name in folders if name not in links and name != ".git"]
        yield from (Path(root, name) for name in (*files, *links))
