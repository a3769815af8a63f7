"""Files → manifests, or everything that is wrong with all of them at once."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from reconciler.errors import ManifestError
from reconciler.manifest.files import Source, find
from reconciler.manifest.layers import Layered
from reconciler.manifest.models import KINDS, LaunchPlan, Manifest
from reconciler.manifest.prepare import Prepared, Setting, prepare
from reconciler.manifest.reader import read
from reconciler.manifest.validate import validate
from reconciler.model import Diagnostic, Origin, Sensitive, without_collecting

NOWHERE = Setting()


def load(
    paths: Sequence[str | Path],
    *,
    stdin: BinaryIO | None = None,
    setting: Setting = NOWHERE,
    ignore: Sequence[str] = (),
) -> tuple[Manifest, ...]:
    """Read every manifest that `paths` mean: files, folders, globs, and `-` for standard input.

    Args:
        setting: What workspace and environment say to the manifests.
        ignore: Globs of files to pass over, as `find` takes them.

    Shape:  in the order of the paths, files of a folder sorted, documents as they stand.
    Raises: ManifestError with every problem of every file: files that are missing or unreadable,
            YAML's own rules, unknown kinds and fields, values that cannot be, a thing declared
            twice, and a set that holds nothing (`empty-set`).
    """
    problems: list[Diagnostic] = []
    manifests: list[Manifest] = []
    names, images = setting.places, setting.known.values.get("image")
    with without_collecting():
        for prepared in prepared_in(paths, setting, problems, stdin=stdin, ignore=ignore):
            found: list[Diagnostic] = []
            manifest = validate(
                prepared.value,
                prepared.places,
                KINDS,
                found,
                names=names,
                images=images,
                said_in=prepared.said_in,
            )
            problems += _of_instance(found, prepared.key) if prepared.key else found
            if manifest is not None:
                manifests.append(manifest)
    problems += _conflicts(manifests)
    if not manifests and not problems:
        looked_at = ", ".join(str(path) for path in paths) or "no path at all"
        problems.append(Diagnostic("empty-set", f"no manifest was found in {looked_at}"))
    if problems:
        raise ManifestError(_masked(problems, setting.sensitive))
    return tuple(manifests)


def load_text(text: str, *, called: str) -> tuple[Manifest, ...]:
    """Read manifests from a text, as `load` does from files.

    Args:
        called: What messages name in the place of a file.

    Raises: ManifestError with every problem.
    """
    problems: list[Diagnostic] = []
    found: list[Manifest] = []
    for document, value in read(text.encode(), called, problems):
        for prepared in prepare(value, document, document.text, NOWHERE, problems):
            manifest = validate(prepared.value, prepared.places, KINDS, problems)
            if manifest is not None:
                found.append(manifest)
    problems += _conflicts(found)
    if problems:
        raise ManifestError(problems)
    return tuple(found)


def manifest_files(
    paths: Sequence[str | Path], problems: list[Diagnostic], *, ignore: Sequence[str] = ()
) -> Sequence[str]:
    """The names of the files that `load` would read for `paths`, `stdin` for standard input."""
    return [source.name for source in find(paths, problems, ignore=ignore)]


def unbuilt_images(
    manifests: Sequence[Manifest], names: Sequence[str]
) -> Iterator[tuple[str, Origin]]:
    """Yield each of the images `names` that a manifest uses, and where it does."""
    wanted = {f"image.{name}": name for name in names}
    for manifest in manifests if wanted else ():
        positions = manifest.positions
        if isinstance(positions, Layered):
            for name, origin in positions.references():
                if name in wanted:
                    yield wanted[name], origin


def prepared_in(
    paths: Sequence[str | Path],
    setting: Setting,
    problems: list[Diagnostic],
    *,
    stdin: BinaryIO | None = None,
    ignore: Sequence[str] = (),
) -> Iterator[Prepared]:
    """Yield every document that `paths` mean, as it is to be validated."""
    for source in find(paths, problems, ignore=ignore):
        data = _content(source, stdin, problems)
        for document, value in read(data, source.name, problems):
            yield from prepare(value, document, document.text, setting, problems)


def _of_instance(problems: Sequence[Diagnostic], key: str) -> Iterator[Diagnostic]:
    # One line of the file is wrong for some of its instances only, perhaps.
    return (replace(one, message=f"{one.message} (forEach {key})") for one in problems)


def _masked(problems: Sequence[Diagnostic], sensitive: Sensitive) -> Sequence[Diagnostic]:
    if not sensitive:
        return problems
    return [
        replace(one, message=sensitive.mask(one.message), hint=sensitive.mask(one.hint))
        for one in problems
    ]


def _content(source: Source, stdin: BinaryIO | None, problems: list[Diagnostic]) -> bytes:
    if source.path is None:
        return (stdin or sys.stdin.buffer).read()
    try:
        return source.path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        problems.append(Diagnostic("unreadable", message, Origin(source.name)))
        return b""


def _conflicts(manifests: Sequence[Manifest]) -> Iterator[Diagnostic]:
    """What documents say that do not go together."""
    first: dict[tuple[str, ...], Manifest] = {}
    for manifest in manifests:
        other = first.setdefault(manifest.identity, manifest)
        if other is not manifest:
            yield Diagnostic(
                "duplicate",
                f"{manifest.label} is declared twice, first in {other.origin}",
                manifest.origin,
            )
    yield from _contradictory_states(list(first.values()))


def _contradictory_states(manifests: Sequence[Manifest]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, ...], LaunchPlan] = {}
    for manifest in manifests:
        if not isinstance(manifest, LaunchPlan) or manifest.spec.state == "unmanaged":
            continue
        # State is of the name: two versions of it cannot both decide.
        other = first.setdefault(manifest.place, manifest)
        if other is not manifest:
            yield Diagnostic(
                "contradictory-state",
                f"{manifest.label} is {manifest.spec.state}, but another version of that name is "
                f"{other.spec.state} in {other.origin_of('spec', 'state')}",
                manifest.origin_of("spec", "state"),
                hint="one version of a name decides; leave the others unmanaged",
            )
