"""flytectl's attribute files as manifests that mean the same."""

from collections.abc import Sequence
from typing import Any

from reconciler.desired.in_words import in_words
from reconciler.errors import ManifestError
from reconciler.manifest import API_VERSION, AttributeFile, Domain, Project
from reconciler.model import Diagnostic, Origin


def manifests_of(files: Sequence[AttributeFile]) -> tuple[dict[str, Any], ...]:
    """Return the documents that declare what `files` say: projects, then domains, each once.

    Attributes of workflows stand in their domain, for the files do not say who registers them.

    Raises: ManifestError for what no manifest can say, and for one row that is said twice.
    """
    problems: list[Diagnostic] = []
    said: dict[tuple[str, str, str, str], Origin] = {}
    specs: dict[tuple[str, str], dict[str, Any]] = {}
    for file in files:
        try:
            facet, words = in_words(file.attributes)
        except ValueError as error:
            problems.append(Diagnostic("unsayable", str(error), file.origin))
            continue
        row = (file.project, file.domain, file.workflow, facet)
        first = said.setdefault(row, file.origin)
        if first is not file.origin:
            level = "/".join(part for part in row[:3] if part)
            message = f"{facet} of {level} are in {first} already"
            problems.append(Diagnostic("duplicate", message, file.origin))
            continue
        spec = specs.setdefault((file.project, file.domain), {})
        if file.workflow:
            spec = spec.setdefault("workflows", {}).setdefault(file.workflow, {})
        if facet == "pluginOverrides" and not file.domain:
            hint = "Admin has never taken them; leave the file out"
            message = "Admin refuses plugin overrides for whole projects"
            problems.append(Diagnostic("refused-field", message, file.origin, hint))
            continue
        spec.setdefault("attributes", {})[facet] = words
    if problems:
        raise ManifestError(problems)
    places = sorted(specs, key=lambda place: (bool(place[1]), place))
    return tuple(_document(project, domain, specs[project, domain]) for project, domain in places)


def _document(project: str, domain: str, spec: dict[str, Any]) -> dict[str, Any]:
    ordered = {key: spec[key] for key in ("attributes", "workflows") if key in spec}
    if not domain:
        kind, metadata = Project.KIND, {"name": project}
    else:
        kind, metadata = Domain.KIND, {"project": project, "name": domain}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": ordered}
