"""Take what is active in one environment to another: the same bytes, nothing built again.

What is registered there is read with all that it is made of, and written down as packages for the
other place. From there on it is a plan like any other: shown, guarded, saved, applied, and to be
rolled back.
"""

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.admin import AdminClient, SystemClock, eq, gte
from reconciler.errors import ConfigError
from reconciler.manifest import format_text, to_yaml
from reconciler.model import Kind, Resource, ResourceId, Scope
from reconciler.remote.estate.estate import Closure
from reconciler.remote.estate.folder import folder_of, write
from reconciler.remote.estate.packages import archives
from reconciler.remote.estate.reading import EstateReader
from reconciler.remote.exports import code_of

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote


@dataclass(frozen=True, slots=True)
class Unproven:
    """A launch plan version that has not shown what is asked of it: how many runs succeeded."""

    id: ResourceId
    succeeded: int


@dataclass(frozen=True, slots=True)
class Promotion:
    """What is to be taken to another place.

    Attributes:
        active: By activation, where it comes from, the version that is active there.
        closure: These, and all that they are made of.
        places: Project and domain → where the same is to be.
        unproven: Those that have not shown what is asked of them.
    """

    active: Mapping[ResourceId, str]
    closure: Closure
    places: Mapping[Scope, Scope]
    unproven: tuple[Unproven, ...] = ()

    def there(self, activation: ResourceId) -> ResourceId:
        """The activation that one of these comes to."""
        scope = self.places.get(activation.scope, activation.scope)
        return ResourceId(activation.kind, *scope, activation.name)


def promotion(
    source: "Remote",
    scopes: Collection[Scope],
    *,
    places: Mapping[Scope, Scope] | Callable[[Scope], Scope],
    names: Sequence[str] = (),
    owned: Collection[ResourceId] | None = None,
    runs: int = 0,
    within: timedelta | None = None,
) -> Promotion:
    """Read what is to be promoted. Nothing is written anywhere.

    Args:
        source: Where it comes from.
        scopes: The projects and domains in which launch plans are looked for.
        places: Project and domain of the source → where the same is to be.
        names: Globs of names, or of project/domain/name; none for all.
        owned: The activations that count; None for all.
        runs: How many executions of each version must have succeeded there.
        within: How long ago these may have begun at most; None for any time.

    Raises: ConfigError for a name of which nothing is active, and where nothing is active at all;
        AdminError or UnreachableError.
    """
    reader = EstateReader(source._connection, parallelism=source._parallelism)
    active = {
        activation: version
        for activation, version in reader.active(scopes).items()
        if owned is None or activation in owned
    }
    chosen = _chosen(active, names)
    roots = [activation.at(version) for activation, version in chosen.items()]
    closure = reader.closure(roots)
    if closure.unreadable:
        lost = ", ".join(map(str, sorted(closure.unreadable)))
        raise ConfigError(f"Admin itself cannot give the content of {lost}; nothing was promoted")
    there = {scope: _place(places, scope) for scope in {id.scope for id in closure.versions}}
    moving = {scope: to for scope, to in there.items() if scope != to}
    unproven = _unproven(source, roots, runs, within) if runs else ()
    return Promotion(chosen, closure, moving, tuple(unproven))


def write_promotion(
    found: Promotion,
    folder: Path,
    *,
    source: "Remote",
    same_store: bool,
) -> Path:
    """Write a promotion as manifests and return where they are.

    Args:
        folder: Where a folder of its own, named by the content, is made for it.
        same_store: Whether the other place has the same Admin, so that what stays where it is
            needs no telling, and code is where it was; else code goes along.

    Raises: DownloadError for code that cannot be had; ConfigError if the folder cannot be written.
    """
    versions: Mapping[ResourceId, Resource] = found.closure.versions
    if same_store:
        versions = {id: one for id, one in versions.items() if id.scope in found.places}
    if not any(id.kind is Kind.LAUNCH_PLAN for id in versions):
        raise ConfigError("both environments are the same place; there is nothing to promote")
    reader = EstateReader(source._connection, parallelism=source._parallelism)
    closure = replace(found.closure, versions=versions)
    active = {found.there(id): version for id, version in found.active.items()}
    files: dict[str, bytes] = {}
    documents: dict[str, list[dict[str, object]]] = {}
    for one in archives(
        closure,
        reader.descriptions(closure),
        places=found.places,
        code=None if same_store else code_of(source),
        name="promoted",
    ):
        place = folder_of(one.scope)
        files[f"{place}/packages/{one.file}"] = one.content
        document = one.document(active, {}, folder="packages/")
        documents.setdefault(f"{place}/packages.yaml", []).append(document)
    for name, texts in documents.items():
        files[name] = format_text(to_yaml(texts).encode(), name).encode()
    return _kept(folder, files)


def active_in(remote: "Remote", scopes: Collection[Scope]) -> Mapping[ResourceId, str]:
    """By activation, the version that is active in these places.

    Raises: AdminError or UnreachableError.
    """
    return EstateReader(remote._connection, parallelism=remote._parallelism).active(scopes)


def _place(places: Mapping[Scope, Scope] | Callable[[Scope], Scope], scope: Scope) -> Scope:
    return places(scope) if callable(places) else places.get(scope, scope)


def _chosen(active: Mapping[ResourceId, str], names: Sequence[str]) -> dict[ResourceId, str]:
    if not active:
        raise ConfigError("no launch plan is active there, so there is nothing to promote")
    if not names:
        return dict(active)
    found: dict[ResourceId, str] = {}
    for pattern in names:
        fitting = {id for id in active if _fits(pattern, id)}
        if not fitting:
            known = ", ".join(sorted({id.name for id in active})[:10])
            raise ConfigError(f"nothing called {pattern} is active there; active are {known}")
        found |= {id: active[id] for id in sorted(fitting)}
    return found


def _fits(pattern: str, id: ResourceId) -> bool:
    return fnmatchcase(id.path if pattern.count("/") == 2 else id.name, pattern)


def _unproven(
    source: "Remote", roots: Sequence[ResourceId], runs: int, within: timedelta | None
) -> Iterator[Unproven]:
    client = AdminClient(source._connection.reads)
    since = SystemClock().now() - within if within is not None else None

    def succeeded(id: ResourceId) -> int:
        filters = [
            eq("launch_plan.name", id.name),
            eq("launch_plan.version", id.version),
            eq("phase", "SUCCEEDED"),
        ]
        if since is not None:
            filters.append(gte("execution_created_at", _instant(since)))
        page, _ = client.list_executions_paginated(
            id.project, id.domain, limit=runs, filters=filters
        )
        return len(page)

    with ThreadPoolExecutor(source._parallelism, thread_name_prefix="runs") as pool:
        for id, count in zip(roots, pool.map(succeeded, roots), strict=True):
            if count < runs:
                yield Unproven(id, count)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _kept(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder that their content names; what is there already is the same."""
    sha = hashlib.sha256()
    for name, content in sorted(files.items()):
        sha.update(f"{name}\0{len(content)}\0".encode() + content)
    target = folder / sha.hexdigest()[:24]
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="half-", dir=folder))
        write(made, files)
        try:
            made.rename(target)
        except OSError:
            # Somebody else wrote the same meanwhile.
            if not target.exists():
                raise
    except OSError as error:
        raise ConfigError(f"cannot write {target}: {error.strerror or error}") from error
    return target
