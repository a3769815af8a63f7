"""What differs from a revision: for plans of what a branch changed, and of nothing else."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest

_SECONDS = 60


def changed_since(
    revision: str, declared: "Sequence[Manifest]", unit: "Unit"
) -> "frozenset[str] | None":
    """The files that differ from where this branch left `revision`, as manifests name them.

    What is not committed yet counts, and a manifest whose package differs counts as well.

    Returns: None if that is everything, for the workspace itself changed.
    Raises: ConfigError if git does not know.
    """
    base = _git(Path(), "merge-base", revision, "HEAD").strip()
    top = Path(_git(Path(), "rev-parse", "--show-toplevel").strip())
    tracked = _git(top, "diff", "--name-only", "-z", base)
    others = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    names = [name for name in f"{tracked}\0{others}".split("\0") if name]
    changed = {os.path.realpath(top / name) for name in names}
    if changed & {os.path.realpath(file) for file in _of_all(unit)}:
        return None
    changed |= {
        os.path.realpath(package.origin.file)
        for package, source in _packages(declared)
        if _differs(source, changed, top)
    }
    here = os.path.realpath(".")
    return frozenset(changed | {os.path.relpath(file, here) for file in changed})


def _of_all(unit: "Unit") -> Iterator[Path]:
    """Files that say something about every manifest."""
    from reconciler.manifest import LISTING_FILE, LOCK_FILE, workspace_files

    yield Path(LISTING_FILE)
    if unit.workspace is not None:
        yield from workspace_files(unit.workspace.origin.file)
        yield unit.workspace.folder / LOCK_FILE
    yield from (Path(one.origin.file) for one in unit.choice.assignments)


def _packages(declared: "Sequence[Manifest]") -> "Iterator[tuple[Manifest, Path]]":
    from reconciler.manifest import Package

    for manifest in declared:
        if isinstance(manifest, Package) and "://" not in manifest.spec.source:
            yield manifest, Path(manifest.origin.file).parent / manifest.spec.source


def _differs(source: Path, changed: Iterable[str], top: Path) -> bool:
    path = os.path.realpath(source)
    if any(file == path or file.startswith(f"{path}{os.sep}") for file in changed):
        return True
    # What git does not keep may always have changed.
    return not _git(top, "ls-files", "-z", "--", path)


def _git(folder: Path, *arguments: str) -> str:
    from reconciler.errors import ConfigError

    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"--changed-since needs git, which does not run: {error}") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or "no common ancestor; fetch more history"
        raise ConfigError(f"--changed-since: git {arguments[0]} says: {said}")
    return done.stdout
