"""A patch of the manifests that declares what somebody did by hand, for whoever wants to keep it.

Nothing is written: the patch is text, to be looked at and applied with `git apply`.
"""

import difflib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityMetadata
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.admin.project_pb2 import Project as ProjectMessage

from reconciler.desired import in_words
from reconciler.errors import ManifestError
from reconciler.manifest import (
    Domain,
    LaunchPlan,
    Manifest,
    Package,
    Project,
    Task,
    Workflow,
    format_text,
    to_yaml,
    with_value,
)
from reconciler.model import Drift, DriftKind, DriftReport, Kind, ResourceId
from reconciler.remote.imports import WORDS, switch

_NEW_FILE = "adopted.yaml"
_NAMED: dict[str, type[Manifest]] = {
    Kind.TASK.slug: Task,
    Kind.WORKFLOW.slug: Workflow,
    Kind.LAUNCH_PLAN.slug: LaunchPlan,
}


@dataclass(frozen=True, slots=True)
class Patch:
    """A unified diff, and a remark on each thing that it could not adopt."""

    text: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    """One value of one manifest."""

    manifest: Manifest
    path: tuple[str, ...]
    value: Any


class _CannotAdopt(Exception):
    """Why no manifest can say what is live."""


def adopting_patch(
    report: DriftReport,
    manifests: Sequence[Manifest],
    read: Callable[[str], bytes] = lambda file: Path(file).read_bytes(),
) -> Patch:
    """Make the patch after which the manifests declare what is live.

    What is only not applied yet, or gone, or torn is left: no manifest could say it.

    Args:
        manifests: Those that the report was made from.
        read: Gives the content of their files.
    """
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    remarks: list[str] = []
    # From the last document of a file to the first: an edit moves only what stands behind it.
    edits = [found for drift in report.drifts for found in _tried(drift, manifests, remarks)]
    edits.sort(key=lambda one: (one.manifest.origin.file, -one.manifest.origin.line))
    for edit in edits:
        origin = edit.manifest.origin
        content = after.get(origin.file)
        try:
            if content is None:
                content = before[origin.file] = read(origin.file)
            after[origin.file] = with_value(content, origin, edit.path, edit.value)
        except (OSError, ManifestError) as error:
            remarks.append(f"{origin}: {'.'.join(edit.path)} cannot be set there: {error}")
    texts = [_diff(file, before[file].decode(), after[file].decode()) for file in sorted(after)]
    strays = [drift for drift in report.drifts if drift.kind is DriftKind.ORPHANED]
    new = _new_file(strays, remarks)
    if new:
        folder = os.path.dirname(manifests[0].origin.file) if manifests else ""
        texts.append(_diff(os.path.join(folder, _NEW_FILE), None, new))
    return Patch("".join(texts), tuple(remarks))


def _tried(drift: Drift, manifests: Sequence[Manifest], remarks: list[str]) -> Iterator[_Edit]:
    try:
        yield from list(_edits(drift, manifests))
    except _CannotAdopt as why:
        remarks.append(f"{drift.id}: {why}")


def _edits(drift: Drift, manifests: Sequence[Manifest]) -> Iterator[_Edit]:
    match drift.kind:
        case DriftKind.ACTIVATED | DriftKind.DEACTIVATED:
            yield _switch(drift, manifests)
        case DriftKind.SEVERAL_ACTIVE:
            raise _CannotAdopt("no manifest can say that several versions are active")
        case DriftKind.ATTRIBUTES_CHANGED:
            yield _attributes(drift, manifests)
        case DriftKind.ARCHIVED | DriftKind.UNARCHIVED | DriftKind.DESCRIBED:
            yield from _name(drift, manifests)


def _switch(drift: Drift, manifests: Sequence[Manifest]) -> _Edit:
    manifest = _declaring(drift.id, LaunchPlan, manifests)
    live = drift.live
    if manifest is None:
        package = next(
            (one for one in manifests if isinstance(one, Package) and _at(one, drift)), None
        )
        if package is None:
            raise _CannotAdopt("no manifest declares it any more")
        if live:
            raise _CannotAdopt(f"a package cannot say that {live} of another version is active")
        return _Edit(package, ("spec", "activation", drift.id.name), "inactive")
    if not live:
        return _Edit(manifest, ("spec", "state"), "inactive")
    if live in WORDS:
        raise _CannotAdopt(f"its version {live!r} is a word in manifests")
    # Which version that is, and no more: what it is made of is in Git's history.
    return _Edit(manifest, ("spec",), {"version": live, "state": "active"})


def _at(package: Package, drift: Drift) -> bool:
    at, start = drift.origin, package.origin
    same = (package.metadata.project, package.metadata.domain) == drift.id.scope
    return same and at is not None and at.file == start.file and at.line >= start.line


def _attributes(drift: Drift, manifests: Sequence[Manifest]) -> _Edit:
    id = drift.id
    kind: type[Manifest] = Workflow if id.name else Domain if id.domain else Project
    manifest = _declaring(id, kind, manifests)
    if manifest is None:
        raise _CannotAdopt(f"no {kind.KIND} manifest declares it")
    spec = drift.found.spec if drift.found is not None else None
    if not isinstance(spec, MatchingAttributes):
        raise _CannotAdopt("it is gone: take it out of the manifest")
    try:
        facet, words = in_words(spec)
    except ValueError as error:
        raise _CannotAdopt(str(error)) from error
    return _Edit(manifest, ("spec", "attributes", facet), words)


def _name(drift: Drift, manifests: Sequence[Manifest]) -> Iterator[_Edit]:
    spec = drift.found.spec if drift.found is not None else None
    if isinstance(spec, ProjectMessage):
        manifest = _declaring(drift.id, Project, manifests)
        archived = drift.kind is DriftKind.ARCHIVED
        values = {"state": "archived" if archived else "active"}
        if drift.kind is DriftKind.DESCRIBED:
            values = {"title": spec.name, "description": spec.description}
        if manifest is None:
            raise _CannotAdopt("no Project manifest declares it")
        yield from (_Edit(manifest, ("spec", key), value) for key, value in values.items())
        return
    manifest = _named(drift.id, manifests)
    if manifest is None or not isinstance(spec, NamedEntityMetadata):
        raise _CannotAdopt("no manifest of this name declares it")
    if drift.kind is DriftKind.DESCRIBED:
        yield _Edit(manifest, ("metadata", "description"), spec.description)
    else:
        yield _Edit(manifest, ("metadata", "archived"), drift.kind is DriftKind.ARCHIVED)


def _declaring(
    id: ResourceId, kind: type[Manifest], manifests: Sequence[Manifest]
) -> Manifest | None:
    place = tuple(part for part in (id.project, id.domain, id.name) if part)
    return next((one for one in manifests if isinstance(one, kind) and one.place == place), None)


def _named(id: ResourceId, manifests: Sequence[Manifest]) -> Manifest | None:
    return _declaring(id, _NAMED[id.facet], manifests)


def _new_file(strays: Sequence[Drift], remarks: list[str]) -> str:
    documents: list[Mapping[str, Any]] = []
    for drift in strays:
        if "," in drift.live or drift.live in WORDS:
            remarks.append(f"{drift.id}: no manifest can say that {drift.live} is active")
            continue
        id = drift.id
        documents.append(switch(id.project, id.domain, id.name, drift.live))
    return format_text(to_yaml(documents).encode(), _NEW_FILE) if documents else ""


def _diff(file: str, before: str | None, after: str) -> str:
    name = Path(file).as_posix()
    lines = difflib.unified_diff(
        (before or "").splitlines(keepends=True),
        after.splitlines(keepends=True),
        "/dev/null" if before is None else f"a/{name}",
        f"b/{name}",
    )
    found: list[str] = []
    for line in lines:
        found.append(line)
        if not line.endswith("\n"):
            found.append("\n\\ No newline at end of file\n")
    return "".join(found)
