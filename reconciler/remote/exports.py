"""Everything that an Admin holds, as manifests: to begin with, and to restore it from.

Importing and exporting write the same folders (`estate.folder`). An import is checked before it is
written: planned against the very Admin it came from, it must change nothing.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest import RULES, load
from reconciler.model import Diagnostic, Kind, ResourceId
from reconciler.remote.estate.estate import Estate
from reconciler.remote.estate.folder import Written, as_files, folder_of, privately, write
from reconciler.remote.estate.launch_plans import launch_plan_document
from reconciler.remote.estate.packages import packed
from reconciler.remote.estate.reading import EstateReader

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote

Form = Literal["yaml", "packages"]
_REASON = "as it was when it was imported"
_ARCHIVES = (".tgz", ".tar.gz")
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of an export or import.

    Attributes:
        target: The folder or file that was written.
        files: How many files.
        counts: How many there are of each kind, by a word for it.
        in_yaml: How many launch plans are said in YAML.
        remarks: What cannot be said as it is.
        changes: What a plan of it would change all the same; None if that was not asked.
    """

    target: Path
    files: int
    counts: Mapping[str, int]
    in_yaml: int = 0
    remarks: tuple[str, ...] = ()
    changes: tuple[ResourceId, ...] | None = None


def import_live(
    remote: "Remote",
    target: Path,
    *,
    project: str | None,
    domain: str | None,
    form: Form,
) -> Exported:
    """See `Remote.import_live`."""
    _check_new(target)
    estate = _reader(remote).whole(project=project, domain=domain)
    plans = _in_words(estate) if form == "yaml" else {}
    written, changes = _checked(remote, estate, plans)
    _write(target, written)
    return Exported(
        target, len(written.files), estate.counts(), len(plans), written.remarks, changes
    )


def export(
    remote: "Remote",
    target: Path,
    *,
    project: str | None,
    domain: str | None,
    newest: int,
    with_code: bool,
) -> Exported:
    """See `Remote.export`."""
    _check_new(target)
    estate = _reader(remote).whole(project=project, domain=domain, newest=max(newest, 1))
    written = as_files(estate, code=code_of(remote) if with_code else None, whole=True)
    _write(target, written)
    return Exported(target, len(written.files), estate.counts(), 0, written.remarks)


def code_of(remote: "Remote") -> Callable[[str], bytes]:
    """What gives the archive of code at an address of an Admin's store.

    Raises: DownloadError, when called.
    """
    from reconciler.storage import Access

    access = Access(
        remote._connection, project=remote.default_project, domain=remote.default_domain
    )
    return access.objects.read


def _reader(remote: "Remote") -> EstateReader:
    return EstateReader(remote._connection, parallelism=remote._parallelism)


def _checked(
    remote: "Remote", estate: Estate, plans: dict[ResourceId, dict[str, Any]]
) -> tuple[Written, tuple[ResourceId, ...]]:
    """The files, once a plan of them changes as little as can be; with what it would change.

    Args:
        plans: Documents of launch plans; those that do not mean what is there are taken out.
    """
    ignore: dict[str, str] = {}
    problems: Sequence[Diagnostic] = ()
    for _ in range(_ATTEMPTS):
        written = as_files(estate, launch_plans=plans, ignore=ignore)
        try:
            changes = _changes(remote, written)
        except ManifestError as error:
            problems = error.diagnostics
            estate = _excused(estate, problems, plans, ignore)
            continue
        unlike = set(changes) & plans.keys()
        if not unlike:
            return written, changes
        for id in unlike:
            del plans[id]
    raise ManifestError(list(problems))


def _changes(remote: "Remote", written: Written) -> tuple[ResourceId, ...]:
    """What a plan of these files would change, or finds with other content."""
    if not written.files:
        return ()
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        write(Path(folder), written.files)
        plan = remote.plan(load([folder]))
    ids = {action.id for action in plan.actions} | {one.id for one in plan.conflicts}
    return tuple(sorted(ids))


def _in_words(estate: Estate) -> dict[ResourceId, dict[str, Any]]:
    found = {}
    for id, one in estate.closure.versions.items():
        if id.kind is Kind.LAUNCH_PLAN:
            active = estate.active.get(id.activation) == id.version
            document = launch_plan_document(one, active=active)
            if document is not None:
                found[id] = document
    return found


def _excused(
    estate: Estate,
    problems: Sequence[Diagnostic],
    plans: dict[ResourceId, dict[str, Any]],
    ignore: dict[str, str],
) -> Estate:
    """Make the next attempt one without these problems: excuse what is no error of Admin's, say
    launch plans in packages, and leave out what not even these can say."""
    rules = {one.code for one in problems if one.code in RULES} - ignore.keys()
    ignore |= dict.fromkeys(rules, _REASON)
    spoken = {
        folder_of(id.scope)
        for id in plans
        for problem in problems
        if problem.origin and f"{folder_of(id.scope)}/launch-plans.yaml" in problem.origin.file
    }
    for id in [id for id in plans if folder_of(id.scope) in spoken]:
        del plans[id]
    if rules or spoken:
        return estate
    texts = [problem.message for problem in problems]
    bad = {
        id: text
        for id in estate.closure.versions
        for text in texts
        if f"{id.kind} {id.project}/{id.domain}/{id.name}" in text
    }
    if not bad:
        raise ManifestError(list(problems))
    versions = {id: one for id, one in estate.closure.versions.items() if id not in bad}
    remarks = [f"{id} is left out: {text}" for id, text in sorted(bad.items())]
    return replace(
        estate,
        closure=replace(estate.closure, versions=versions),
        active={
            activation: version
            for activation, version in estate.active.items()
            if activation.at(version) not in bad
        },
        remarks=(*estate.remarks, *remarks),
    )


def _check_new(target: Path) -> None:
    if target.is_dir() and not _is_archive(target):
        if any(target.iterdir()):
            raise ConfigError(f"{target} is not empty, so nothing was written")
    elif target.exists():
        raise ConfigError(f"{target} exists already, so nothing was written")


def _write(target: Path, written: Written) -> None:
    try:
        if _is_archive(target):
            with open(target, "xb", opener=privately) as file:
                file.write(packed([*written.files.items()]))
        else:
            target.mkdir(parents=True, exist_ok=True)
            write(target, written.files)
    except OSError as error:
        raise ConfigError(f"cannot write {target}: {error.strerror or error}") from error


def _is_archive(target: Path) -> bool:
    return target.name.endswith(_ARCHIVES)
