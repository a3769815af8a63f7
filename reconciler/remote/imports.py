"""What other tools keep in files or left in Admin, as manifests."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler.desired import manifests_of
from reconciler.manifest import API_VERSION, Project, format_text, read_attribute_files, to_yaml
from reconciler.manifest import LaunchPlan as LaunchPlanManifest

_ABOUT_PROJECTS = (
    "# A project that is declared is declared to be active, too, unless its spec says "
    "`state: archived`.\n"
)

# Versions that a manifest of a switch takes for words.
WORDS = ("auto", "latest", "active")
_SYSTEM = ".flytegen."  # what Flyte makes for single tasks


def attributes_as_manifests(files: Sequence[Path]) -> str:
    """Return flytectl's attribute files as one YAML text of manifests that mean the same.

    Raises: ManifestError with every problem of every file.
    """
    documents = manifests_of(read_attribute_files(files))
    declares_projects = any(document["kind"] == Project.KIND for document in documents)
    return (_ABOUT_PROJECTS if declares_projects else "") + _text(documents)


def active_as_manifests(launch_plans: Sequence[LaunchPlan]) -> tuple[str, list[str]]:
    """Return the switches of what is active, and a remark on each that cannot be said as it is.

    Args:
        launch_plans: Active versions, sorted by place and name.

    Shape: a LaunchPlan document without a workflow for each name: which version is active, and
        nothing of what it is.
    """
    remarks: list[str] = []
    return _text(_switches(launch_plans, remarks)), remarks


def _text(documents: Iterable[dict[str, Any]]) -> str:
    # In the form that `reconciler fmt --check` asks for: what is imported is committed as it is.
    return format_text(to_yaml(documents).encode(), "what was imported")


def _switches(launch_plans: Sequence[LaunchPlan], remarks: list[str]) -> Iterator[dict[str, Any]]:
    for (project, domain, name), group in groupby(launch_plans, key=_place):
        versions = sorted(group, key=lambda one: one.closure.created_at.ToNanoseconds())
        version = versions[-1].id.version
        path = f"{project}/{domain}/{name}"
        if name.startswith(_SYSTEM):
            continue
        if version in WORDS:
            remarks.append(f"{path} is left out: its version {version!r} is a word in manifests")
            continue
        if len(versions) > 1:
            all_of_them = ", ".join(one.id.version for one in versions)
            remarks.append(
                f"of {path} several versions are active, {all_of_them}; the newest is declared, "
                "and apply would switch the others off"
            )
        yield switch(project, domain, name, version)


def switch(project: str, domain: str, name: str, version: str) -> dict[str, Any]:
    """The document that says which version of a launch plan is active, and nothing else."""
    return {
        "apiVersion": API_VERSION,
        "kind": LaunchPlanManifest.KIND,
        "metadata": {"project": project, "domain": domain, "name": name},
        "spec": {"version": version, "state": "active"},
    }


def _place(launch_plan: LaunchPlan) -> tuple[str, str, str]:
    id = launch_plan.id
    return id.project, id.domain, id.name
