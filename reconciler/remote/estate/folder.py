"""An estate as a folder of manifests, by project and domain.

PROJECT/project.yaml              the project, its attributes
PROJECT/DOMAIN/domain.yaml        attributes, archived and described names
PROJECT/DOMAIN/launch-plans.yaml  launch plans that YAML can say exactly
PROJECT/DOMAIN/packages.yaml      packages of everything else, and beside it their archives
"""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.manifest import format_text, to_yaml
from reconciler.model import ResourceId, Scope
from reconciler.remote.estate.documents import Places
from reconciler.remote.estate.estate import Closure, Estate
from reconciler.remote.estate.packages import archives, as_file

Files = Mapping[str, bytes]
# No manifest is looked for in a folder that is hidden.
ARCHIVED = ".archived"
_IN_ARCHIVED = f"what is in it is in {ARCHIVED}, to be applied first"


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a folder, by their paths in it, and what they cannot say."""

    files: Files
    remarks: tuple[str, ...] = ()


def as_files(
    estate: Estate,
    *,
    documents: Mapping[ResourceId, dict[str, Any]] | None = None,
    code: Callable[[str], bytes] | None = None,
    ignore: Mapping[str, str] | None = None,
    whole: bool = False,
) -> Written:
    """Return the folder that says an estate.

    Args:
        documents: Of the versions that are said in YAML; the others go into packages.
        code: Gives the archive at an address, for code that is to go along.
        ignore: Rules that what is there already does not keep, with the reason.
        whole: Say also what is in archived projects, where nothing can be registered: in
            `.archived`, as if they were active, which has to be applied first.
    """
    active = estate.within({scope[0] for scope in estate.scopes} - estate.archived)
    written = _files(active, documents or {}, code, ignore or {})
    files, remarks = dict(written.files), [*written.remarks]
    if not estate.archived:
        return Written(files, tuple(remarks))
    shelved = estate.within(estate.archived)
    places = Places(shelved)
    for project in sorted(estate.archived):
        document = places.project(project)
        if document is not None:
            name = f"{as_file(project)}/project.yaml"
            files[name] = _text(name, [document])
        remarks.append(
            f"project {project} is archived, and nothing can be registered there: "
            + (_IN_ARCHIVED if whole else "what is in it is left out")
        )
    if whole:
        within = _files(shelved, {}, code, ignore or {}, as_active=True)
        files |= {f"{ARCHIVED}/{name}": content for name, content in within.files.items()}
    return Written(dict(sorted(files.items())), tuple(remarks))


def _files(
    estate: Estate,
    documents: Mapping[ResourceId, dict[str, Any]],
    code: Callable[[str], bytes] | None,
    ignore: Mapping[str, str],
    *,
    as_active: bool = False,
) -> Written:
    places = Places(estate, as_active=as_active)
    texts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    files: dict[str, bytes] = {}
    for project in {scope[0]: None for scope in estate.scopes}:
        if (document := places.project(project)) is not None:
            texts[f"{as_file(project)}/project.yaml"].append(document)
    for scope in estate.scopes:
        if (document := places.domain(scope)) is not None:
            texts[f"{folder_of(scope)}/domain.yaml"].append(document)
    versions = estate.closure.versions
    for id in sorted(documents.keys() & versions.keys()):
        texts[file_of(id)].append(documents[id])
    rest = {id: one for id, one in versions.items() if id not in documents}
    for one in archives(Closure(rest), estate.descriptions, code=code):
        folder = folder_of(one.scope)
        files[f"{folder}/packages/{one.file}"] = one.content
        document = one.document(estate.active, ignore, folder="packages/")
        texts[f"{folder}/packages.yaml"].append(document)
    files |= {name: _text(name, some) for name, some in texts.items()}
    return Written(dict(sorted(files.items())), (*estate.remarks, *places.remarks))


def _text(name: str, documents: list[dict[str, Any]]) -> bytes:
    return format_text(to_yaml(documents).encode(), name).encode()


def file_of(id: ResourceId) -> str:
    """Where a version is that YAML says."""
    return f"{folder_of(id.scope)}/{id.kind.slug.replace('_', '-')}s.yaml"


def folder_of(scope: Scope) -> str:
    """Where the files of a project and domain are."""
    return "/".join(map(as_file, scope))


def write(folder: Path, files: Files) -> None:
    """Write files into a folder, which is made if it is not there.

    Nobody else may read them: they hold whatever values Admin does, as they are.

    Raises: OSError.
    """
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb", opener=privately) as file:
            file.write(content)


def privately(path: str, flags: int) -> int:
    """An `opener` of files that only their owner may read and write."""
    handle = os.open(path, flags, 0o600)
    # What was there before keeps its mode otherwise.
    os.fchmod(handle, 0o600)
    return handle
