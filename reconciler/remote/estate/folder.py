"""An estate as a folder of manifests, by project and domain.

PROJECT/project.yaml              the project, its attributes
PROJECT/DOMAIN/domain.yaml        attributes, archived and described names
PROJECT/DOMAIN/launch-plans.yaml  launch plans that YAML can say exactly
PROJECT/DOMAIN/packages.yaml      packages of everything else, and beside it their archives
"""

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


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a folder, by their paths in it, and what they cannot say."""

    files: Files
    remarks: tuple[str, ...] = ()


def as_files(
    estate: Estate,
    *,
    launch_plans: Mapping[ResourceId, dict[str, Any]] | None = None,
    code: Callable[[str], bytes] | None = None,
    ignore: Mapping[str, str] | None = None,
) -> Written:
    """Return the folder that says an estate.

    Args:
        launch_plans: The documents of those that are said in YAML; the others go into packages.
        code: Gives the archive at an address, for code that is to go along.
        ignore: Rules that what is there already does not keep, with the reason.
    """
    plans = launch_plans or {}
    places = Places(estate)
    texts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    files: dict[str, bytes] = {}
    for project in {scope[0]: None for scope in estate.scopes}:
        if (document := places.project(project)) is not None:
            texts[f"{as_file(project)}/project.yaml"].append(document)
    for scope in estate.scopes:
        if (document := places.domain(scope)) is not None:
            texts[f"{folder_of(scope)}/domain.yaml"].append(document)
    for id in sorted(plans):
        texts[f"{folder_of(id.scope)}/launch-plans.yaml"].append(plans[id])
    rest = {id: one for id, one in estate.closure.versions.items() if id not in plans}
    for one in archives(Closure(rest), estate.descriptions, code=code):
        folder = folder_of(one.scope)
        files[f"{folder}/packages/{one.file}"] = one.content
        document = one.document(estate.active, ignore or {}, folder="packages/")
        texts[f"{folder}/packages.yaml"].append(document)
    for name, documents in texts.items():
        files[name] = format_text(to_yaml(documents).encode(), name).encode()
    return Written(dict(sorted(files.items())), (*estate.remarks, *places.remarks))


def folder_of(scope: Scope) -> str:
    """Where the files of a project and domain are."""
    return "/".join(map(as_file, scope))


def write(folder: Path, files: Files) -> None:
    """Write files into a folder, which is made if it is not there.

    Raises: OSError.
    """
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
