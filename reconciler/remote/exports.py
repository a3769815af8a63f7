"""Everything that an Admin holds, as manifests: to begin with, and to restore it from.

Importing and exporting write the same folders (`estate.folder`). An import is checked before it is
written: planned against the very Admin it came from, it must change nothing.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest import RULES, load
from reconciler.model import Diagnostic, Kind, ResourceId
from reconciler.remote.estate.estate import Estate
from reconciler.remote.estate.folder import Files, Written, as_files, file_of, privately, write
from reconciler.remote.estate.launch_plans import launch_plan_document
from reconciler.remote.estate.packages import packed
from reconciler.remote.estate.reading import EstateReader
from reconciler.remote.estate.templates import template_document

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote

Form = Literal["yaml", "packages"]
_REASON = "as it was when it was imported"
_ARCHIVES = (".tgz", ".tar.gz")
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of an export or import.

    Attributes:
        target: The folder or file that was written.
        files: How many files.
        counts: How many there are of each kind, by a word for it.
        in_yaml: How many versions are said in YAML.
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
    documents = _in_words(estate, form)
    written, changes = _checked(remote, estate, documents)
    _write(target, written)
    return Exported(
        target, len(written.files), estate.counts(), len(documents), written.remarks, changes
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
    remote: "Remote", estate: Estate, documents: dict[ResourceId, dict[str, Any]]
) -> tuple[Written, tuple[ResourceId, ...]]:
    """The files, once a plan of them changes as little as can be; with what it would change.

    Args:
        documents: Of what YAML says; those that do not mean what is there are taken out.
    """
    ignore: dict[str, str] = {}
    problems: Sequence[Diagnostic] = ()
    for _ in range(_ATTEMPTS):
        written = as_files(estate, documents=documents, ignore=ignore)
        try:
            changes = _changes(remote, written)
        except ManifestError as error:
            problems = error.diagnostics
            estate = _excused(estate, problems, documents, ignore, written.files)
            continue
        unlike = set(changes) & documents.keys()
        if not unlike:
            return written, changes
        for id in unlike:
            del documents[id]
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


def _in_words(estate: Estate, form: Form) -> dict[ResourceId, dict[str, Any]]:
    if form == "packages":
        return {}
    found = {}
    for id, one in estate.closure.versions.items():
        if id.kind is Kind.LAUNCH_PLAN:
            active = estate.active.get(id.activation) == id.version
            document = launch_plan_document(one, active=active)
        else:
            document = template_document(one, estate.descriptions.get(id))
        if document is not None:
            found[id] = document
    return found


def _excused(
    estate: Estate,
    problems: Sequence[Diagnostic],
    documents: dict[ResourceId, dict[str, Any]],
    ignore: dict[str, str],
    files: Files,
) -> Estate:
    """Make the next attempt one without these problems: excuse what is no error of Admin's, say
    in packages what YAML cannot, and leave out what not even these can."""
    rules = {one.code for one in problems if one.code in RULES} - ignore.keys()
    ignore |= dict.fromkeys(rules, _REASON)
    spoken = set(_at_fault(problems, documents, files))
    for id in spoken:
        del documents[id]
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


def _at_fault(
    problems: Sequence[Diagnostic], documents: Collection[ResourceId], files: Files
) -> Iterator[ResourceId]:
    """Whose document each problem is in, of those that YAML says."""
    by_file: defaultdict[str, list[ResourceId]] = defaultdict(list)
    for id in sorted(documents):
        by_file[file_of(id)].append(id)
    for problem in problems:
        origin = problem.origin
        name = next((one for one in by_file if origin and origin.file.endswith(f"/{one}")), None)
        if origin is None or name is None:
            continue
        above = files[name].decode().split("\n")[: origin.line]
        yield by_file[name][above.count("---")]


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
