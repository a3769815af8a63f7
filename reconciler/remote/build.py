"""Packages made by their owners' own commands, written so that the same content is the same file.

The one place that runs what a manifest says, and only when asked to: planning never does.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.desired import Contents, PackageError, read_package
from reconciler.errors import BuildError
from reconciler.manifest import Build, Manifest, Package, with_scalar
from reconciler.remote.rewritten import no_code, written_anew
from reconciler.storage import PinnedFiles, Pushed, sha256_of

_ARCHIVES = (".tgz", ".tar.gz")
_SOURCE = ("spec", "source")


@dataclass(frozen=True, slots=True)
class Built:
    """One package as it was built.

    `file` is where it lies (None for what is only in the cache), `sha256` of its archive;
    `changed` tells whether that is another than before, `pushed` where it was put.
    """

    package: Package
    file: Path | None
    sha256: str
    entities: int
    changed: bool
    pushed: Pushed | None = None


def build_packages(
    manifests: Sequence[Manifest],
    *,
    environ: Mapping[str, str],
    log: Callable[[str], None],
    cache: Path | None = None,
    push: str | None = None,
) -> tuple[Built, ...]:
    """Run the `build` of every package that has one, and write what comes of it.

    Args:
        environ: The variables that commands see, besides those that the manifest adds.
        log: Takes what the commands print, line by line.
        cache: The folder of caches; None for one among the temporary files.
        push: A URL under which the archives are put; the manifests then pin what lies there.

    Raises: BuildError for a command that fails, or gives no package; FetchError for an archive
        that cannot be put; ManifestError for a source that cannot be pinned, before any is built.
    """
    packages = [one for one in manifests if isinstance(one, Package)]
    if push is None:
        packages = [one for one in packages if one.spec.build]
    else:
        packages = [one for one in packages if one.spec.build or not one.spec.is_remote]
        _check_pushable(packages, push)
    files = PinnedFiles(cache)
    found: list[Built] = []
    pinned = {bytes.fromhex(sha256_of(Path(one.origin.file))) for one in packages if push}
    for package in packages:
        before = _sha256_now(package)
        with _made(package, environ, log) as made:
            contents = _read(package, made)
            leave_out = _no_code(package, contents, made, pinned, log)
            data = written_anew(contents, made, leave_out=leave_out)
            built = _written(package, data, files, push, single=len(packages) == 1)
        changed = built.changed and built.sha256 != before
        found.append(replace(built, entities=len(contents.members), changed=changed))
    # From below upwards: a pin may take fewer lines than what it replaces.
    for built in sorted(found, key=lambda one: one.package.origin.line, reverse=True):
        if built.pushed is not None:
            _pin(built.package, built.pushed.pin)
    return tuple(found)


def build_for_plan(
    manifests: Sequence[Manifest],
    *,
    environ: Mapping[str, str],
    log: Callable[[str], None],
    cache: Path | None = None,
) -> tuple[Built, ...]:
    """Build what a plan is about to read, the same files as `build_packages` writes.

    Raises: as `build_packages`; BuildError too where a manifest pins something else than its
        build gives.
    """
    built = build_packages(manifests, environ=environ, log=log, cache=cache)
    for one in built:
        pinned = one.package.spec.location[1]
        if pinned and pinned != one.sha256:
            raise BuildError(
                f"{one.package.label}: the build gives sha256:{one.sha256}, and the manifest pins "
                f"sha256:{pinned}; `reconciler build --push URL` pins what is built"
            )
    return built


def _check_pushable(packages: Sequence[Package], push: str) -> None:
    """Refuse what could not be pinned afterwards, before anything runs."""
    if push.endswith(_ARCHIVES) and len(packages) > 1:
        raise BuildError(f"{push} names one archive, and there are {len(packages)} packages")
    places: dict[object, Package] = {}
    for package in packages:
        other = places.setdefault(package.origin_of(*_SOURCE), package)
        if other is not package:
            raise BuildError(
                f"{package.label} and {other.label} are one document, which can pin only one"
            )
        build = package.spec.build
        if build and not package.spec.is_remote and not (build.output or build.is_told_where):
            raise BuildError(
                f"{package.label}: once source is a URL nobody knows where the build writes; "
                "say output under build, or write {output} into the command"
            )
        _edited(package, f"{push}@sha256:{'0' * 64}")


def _pin(package: Package, pin: str) -> None:
    file = Path(package.origin.file)
    _replace(file, _edited(package, pin))


def _edited(package: Package, pin: str) -> bytes:
    try:
        data = Path(package.origin.file).read_bytes()
    except OSError as error:
        raise BuildError(
            f"{package.label}: {package.origin.file} cannot be edited: {error.strerror}"
        ) from error
    return with_scalar(data, package, _SOURCE, pin)


@contextmanager
def _made(
    package: Package, environ: Mapping[str, str], log: Callable[[str], None]
) -> Iterator[Path]:
    """Run the command, and yield where the package is; without a command it is there already."""
    build = package.spec.build
    home = Path(package.origin.file).parent
    if build is None:
        yield home / package.spec.source
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-build-") as temporary:
        place = Path(temporary, "package.tgz")
        if not build.is_told_where:
            place = home / (build.output or package.spec.source)
        _run(package, build, place, environ, log)
        if not place.exists():
            raise BuildError(f"{package.label}: the build wrote no {place}")
        yield place


def _run(
    package: Package,
    build: Build,
    output: Path,
    environ: Mapping[str, str],
    log: Callable[[str], None],
) -> None:
    argv = build.argv(str(output.absolute()))
    folder = Path(package.origin.file).parent / build.cwd
    log(f"{package.label}: {' '.join(argv)}")
    try:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env={**environ, **build.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except (OSError, ValueError) as error:
        raise BuildError(f"{package.label}: the build cannot be run: {error}") from error
    with process:
        try:
            assert process.stdout is not None, "it was asked for"
            for line in process.stdout:
                log(line.rstrip("\n"))
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise BuildError(
            f"{package.label}: the build failed with exit status {process.returncode}: "
            f"{' '.join(argv)}"
        )


def _read(package: Package, made: Path) -> Contents:
    try:
        return read_package(made)
    except PackageError as error:
        raise BuildError(f"{package.label}: {made}: {error}") from error


def _no_code(
    package: Package,
    contents: Contents,
    made: Path,
    pinned: Collection[bytes],
    log: Callable[[str], None],
) -> Collection[bytes]:
    def told(line: str) -> None:
        log(f"{package.label}: {line}")

    try:
        return no_code(contents, made, pinned=pinned, log=told)
    except BuildError as error:
        raise BuildError(f"{package.label}: {error}") from error


def _written(
    package: Package, data: bytes, files: PinnedFiles, push: str | None, *, single: bool
) -> Built:
    with tempfile.TemporaryDirectory(prefix="reconciler-build-") as temporary:
        archive = Path(temporary, f"{package.metadata.name.replace('/', '_')}.tgz")
        archive.write_bytes(data)
        kept = files.keep(archive)
        built = Built(package, None, kept.sha256, entities=0, changed=not kept.existed)
        home = Path(package.origin.file).parent
        target = _target(package)
        if target is not None and not (home / target).is_dir():
            _replace(home / target, data)
            built = replace(built, file=home / target, changed=True)
        if push is not None:
            url = push if single and push.endswith(_ARCHIVES) else _url(push, package, kept.sha256)
            built = replace(built, pushed=files.push(archive, url))
    return built


def _sha256_now(package: Package) -> str:
    target = _target(package)
    file = Path(package.origin.file).parent / target if target else None
    return sha256_of(file) if file is not None and file.is_file() else ""


def _target(package: Package) -> str | None:
    """Where the archive is to lie, relative to the manifest; None for the cache alone."""
    build = package.spec.build
    if build is not None and build.output:
        return build.output
    return None if package.spec.is_remote else package.spec.source


def _url(push: str, package: Package, sha256: str) -> str:
    # Named by its content: what others pinned stays where it is.
    name = package.metadata.name.replace("/", "_")
    return f"{push.rstrip('/')}/{name}-{sha256[:16]}.tgz"


def _replace(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, and not if it says this already."""
    try:
        if file.is_file() and file.read_bytes() == data:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        try:
            with open(handle, "wb") as temporary:
                temporary.write(data)
            os.chmod(name, file.stat().st_mode & 0o777 if file.exists() else 0o644)
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise BuildError(f"{file} cannot be written: {error.strerror or error}") from error
