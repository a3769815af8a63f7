"""Projects to begin with, from a YAML file.

    projects:
      - risk
      - id: fraud
        name: Fraud detection
        description: Owned by the fraud team
        labels: {team: fraud}
        state: archived

A project that is there already is brought to what the file says; others are left alone.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import grpc
import yaml
from flyteidl.admin import project_pb2

from reconciler.sandbox.config_file import ConfigError
from reconciler.sandbox.errors import Refusal

_SERVICE = "/flyteidl.service.AdminService"
_TEXTS = ("id", "name", "description")
_KEYS = (*_TEXTS, "labels", "state")
_STATES = {"active": project_pb2.Project.ACTIVE, "archived": project_pb2.Project.ARCHIVED}


class SeedError(ConfigError):
    """The file cannot be read, makes no sense, or Admin refuses what it says."""


class Server(Protocol):
    """What planting needs of an Admin."""

    def within(self, full_method: str, payload: bytes) -> bytes:
        """Answer an RPC of the sandbox itself, or raise Refusal."""
        ...


def load_seed(path: str | os.PathLike[str]) -> tuple[project_pb2.Project, ...]:
    """Read the projects of a file.

    Raises:
        SeedError: It is not there, no YAML, or not of this form.
    """
    try:
        content = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise SeedError(f"{path}: {exc}") from exc
    if not isinstance(content, dict) or content.keys() != {"projects"}:
        raise SeedError(f"{path}: expected one key, projects")
    projects = content["projects"]
    if not isinstance(projects, list):
        raise SeedError(f"{path}: projects: expected a list")
    return tuple(
        _project(entry, f"{path}: projects[{place}]") for place, entry in enumerate(projects)
    )


def plant(server: Server, projects: Iterable[project_pb2.Project]) -> None:
    """Let the Admin have these projects as they are.

    Raises:
        SeedError: It refuses one.
    """
    for project in projects:
        request = project_pb2.ProjectRegisterRequest(project=project)
        try:
            server.within(f"{_SERVICE}/RegisterProject", request.SerializeToString())
        except Refusal as refusal:
            if refusal.code != grpc.StatusCode.ALREADY_EXISTS:
                raise SeedError(f"project {project.id}: {refusal.message}") from refusal
            server.within(f"{_SERVICE}/UpdateProject", project.SerializeToString())


def _project(entry: Any, where: str) -> project_pb2.Project:
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, dict) or "id" not in entry:
        raise SeedError(f"{where}: expected an id, or an object with one")
    unknown = [str(key) for key in entry if key not in _KEYS]
    if unknown:
        raise SeedError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(_KEYS)}")
    for key in _TEXTS:
        if key in entry and not isinstance(entry[key], str):
            raise SeedError(f"{where}.{key}: expected a text, not {entry[key]!r}")
    state = str(entry.get("state", "active")).lower()
    if state not in _STATES:
        raise SeedError(f"{where}.state: expected active or archived, not {state}")
    project = project_pb2.Project(
        id=entry["id"],
        name=entry.get("name") or entry["id"],
        description=entry.get("description", ""),
        state=_STATES[state],
    )
    labels = entry.get("labels")
    if labels is not None:
        if not isinstance(labels, dict):
            raise SeedError(f"{where}.labels: expected an object")
        project.labels.SetInParent()
        project.labels.values.update({str(key): str(value) for key, value in labels.items()})
    return project
