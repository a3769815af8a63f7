"""Projects, domains, attributes and names of an estate, as documents."""

from collections import defaultdict
from typing import Any

from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED
from flyteidl.admin.project_pb2 import Project as ProjectMessage

from reconciler.desired import in_words
from reconciler.manifest import API_VERSION, Domain, Project
from reconciler.model import Resource, Scope
from reconciler.remote.estate.estate import Estate

_KEYS = {"task": "tasks", "workflow": "workflows", "launch_plan": "launchPlans"}


def in_order(value: Any) -> Any:
    """JSON values with the keys of every mapping sorted: protobuf gives maps in any order."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


class Places:
    """The documents of one estate; `remarks` say what no manifest can."""

    def __init__(self, estate: Estate, *, as_active: bool = False) -> None:
        """Make them.

        Args:
            as_active: Say nothing of projects being archived.
        """
        self.remarks: list[str] = []
        self._projects: dict[str, dict[str, Any]] = {}
        self._domains: defaultdict[Scope, dict[str, Any]] = defaultdict(dict)
        for project in estate.projects:
            spec = self._projects[project.id] = _project(project)
            if as_active:
                spec.pop("state", None)
        for row in estate.rows:
            self._add_row(row)
        for name in estate.names:
            self._add_name(name)

    def project(self, id: str) -> dict[str, Any] | None:
        """The document of a project; None where it was not asked for."""
        spec = self._projects.get(id)
        if spec is None:
            return None
        return _document(Project.KIND, {"name": id}, spec)

    def domain(self, scope: Scope) -> dict[str, Any] | None:
        """The document of a domain of a project; None if there is nothing to say about it."""
        spec = self._domains.get(scope)
        if not spec:
            return None
        ordered = {key: spec[key] for key in ("attributes", *_KEYS.values()) if key in spec}
        return _document(Domain.KIND, {"project": scope[0], "name": scope[1]}, ordered)

    def _add_row(self, row: Resource) -> None:
        id = row.id
        try:
            facet, words = in_words(row.spec)
        except ValueError as error:
            self.remarks.append(f"{id} is left out: {error}")
            return
        spec = self._domains[id.scope] if id.domain else self._projects.setdefault(id.project, {})
        if id.name:
            spec = spec.setdefault("workflows", {}).setdefault(id.name, {})
        elif not id.domain and facet == "pluginOverrides":
            self.remarks.append(f"{id} is left out: Admin refuses these for whole projects")
            return
        spec.setdefault("attributes", {})[facet] = words

    def _add_name(self, name: Resource) -> None:
        metadata: Any = name.spec
        names = self._domains[name.id.scope].setdefault(_KEYS[name.id.facet], {})
        said = names.setdefault(name.id.name, {})
        if metadata.description:
            said["description"] = metadata.description
        if metadata.state == NAMED_ENTITY_ARCHIVED:
            said["archived"] = True


def _project(project: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if project.name and project.name != project.id:
        spec["title"] = project.name
    if project.description:
        spec["description"] = project.description
    if project.labels.values:
        spec["labels"] = dict(sorted(project.labels.values.items()))
    if project.state == ProjectMessage.ARCHIVED:
        spec["state"] = "archived"
    return spec


def _document(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata}
    return {**document, "spec": spec} if spec else document
