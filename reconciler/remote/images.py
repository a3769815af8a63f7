"""Images of a workspace: resolved by their registries, or built by commands of its own."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import BuildError, ConfigError, RegistryError
from reconciler.manifest import (
    LOCK_FILE,
    ImageSpec,
    LockedImage,
    Workspace,
    did_you_mean,
    inputs_hash,
    lock_text,
    read_lock,
)
from reconciler.registry import ImageName, Registry, credentials_for, parse_image

IMAGE_VARIABLE = "RECONCILER_IMAGE"
_TAG_LETTERS = 20


@dataclass(frozen=True, slots=True)
class ImageUpdate:
    """What became of one image: both sides are `repository@sha256:…`, "" where there was none."""

    name: str
    before: str
    after: str
    built: bool = False


def update_images(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    environ: Mapping[str, str],
    home: Path | None,
    log: Callable[[str], None],
    force: bool = False,
    registry: Registry | None = None,
) -> tuple[ImageUpdate, ...]:
    """Resolve tags, build what changed, and write `images.lock`.

    A tag means what its registry says now. A build whose inputs are those of the lock keeps its
    digest without a call; one that its registry holds already, under the tag that its inputs give
    it, is not built again.

    Args:
        names: Only these images; without any all, and the lock forgets those that are gone.
        environ: The process's environment, which builds see too.
        log: Takes a line of what a build prints.
        force: Build even what did not change.

    Raises: ConfigError for a name that is no image; RegistryError for a tag that is not there, or
        a registry that does not answer; BuildError for a build that fails. What was settled
        before the failure is in the lock.
    """
    declared = workspace.spec.images
    for name in names:
        if name not in declared:
            hint = did_you_mean(name, declared) if declared else "none is declared"
            raise ConfigError(f"{workspace.origin.file} declares no image {name} ({hint})")
    locked = dict(read_lock(workspace.folder))
    chosen = names or declared
    if not names:
        locked = {name: one for name, one in locked.items() if name in declared}
    updates: list[ImageUpdate] = []
    with registry or Registry() as opened:
        updater = _Updater(workspace.folder, opened, environ, home, log, force)
        for name in chosen:
            before = locked.get(name)
            after, built = updater.settle(name, declared[name], before)
            locked[name] = after
            # After each: a build may take an hour, and the next one fail.
            _write(workspace.folder, locked)
            updates.append(ImageUpdate(name, before.image if before else "", after.image, built))
    if not updates:
        _write(workspace.folder, locked)
    return tuple(updates)


@dataclass(frozen=True)
class _Updater:
    folder: Path
    registry: Registry
    environ: Mapping[str, str]
    home: Path | None
    log: Callable[[str], None]
    force: bool

    def settle(
        self, name: str, spec: ImageSpec, before: LockedImage | None
    ) -> tuple[LockedImage, bool]:
        """The image as it is to be locked, and whether it was built for that."""
        try:
            inputs = inputs_hash(spec, self.folder)
        except OSError as error:
            raise BuildError(f"image {name}: {error}") from error
        if spec.build is None:
            image = parse_image(spec.tag or "")
            digest = self._resolved(name, image, spec)
            return LockedImage(image=image.at(digest), inputs=inputs), False
        if before is not None and before.inputs == inputs and not self.force:
            return before, False
        tag = inputs.removeprefix("sha256:")[:_TAG_LETTERS]
        image = parse_image(f"{spec.repository}:{tag}")
        known = None if self.force else self._digest(image, spec)
        if known is not None:
            return LockedImage(image=image.at(known), inputs=inputs), False
        self._build(name, spec, image)
        if inputs_hash(spec, self.folder) != inputs:
            raise BuildError(f"image {name}: its inputs changed while it was built; run it again")
        digest = self._resolved(name, image, spec)
        return LockedImage(image=image.at(digest), inputs=inputs), True

    def _resolved(self, name: str, image: ImageName, spec: ImageSpec) -> str:
        digest = self._digest(image, spec)
        if digest is not None:
            return digest
        if spec.build:
            raise BuildError(
                f"image {name}: the command succeeded, but {image} is not in its registry; "
                f"push what {IMAGE_VARIABLE} names"
            )
        raise RegistryError(f"image {name}: {image} is not in its registry")

    def _digest(self, image: ImageName, spec: ImageSpec) -> str | None:
        credentials = credentials_for(image, environ=self.environ, home=self.home)
        return self.registry.digest(image, credentials=credentials, insecure=spec.insecure)

    def _build(self, name: str, spec: ImageSpec, image: ImageName) -> None:
        assert spec.build is not None
        command = spec.build.command
        self.log(f"Building image {name}: {' '.join(command)}")
        try:
            with subprocess.Popen(
                command,
                cwd=self.folder,
                env={**self.environ, IMAGE_VARIABLE: str(image)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    self.log(line.rstrip("\n"))
        except OSError as error:
            raise BuildError(
                f"image {name}: {command[0]} cannot be run: {error.strerror or error}"
            ) from error
        if process.returncode:
            raise BuildError(f"image {name}: {command[0]} failed with exit {process.returncode}")


def _write(folder: Path, images: Mapping[str, LockedImage]) -> None:
    """Replace the lock as a whole: a half of it would be a lie."""
    path = folder / LOCK_FILE
    text = lock_text(images)
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        handle, temporary = tempfile.mkstemp(prefix=f".{LOCK_FILE}.", dir=folder or ".")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
