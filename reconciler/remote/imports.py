"""What other tools keep in files, as manifests. Needs no Admin."""

from collections.abc import Sequence
from pathlib import Path

from reconciler.desired import manifests_of
from reconciler.manifest import Project, read_attribute_files, to_yaml

_ABOUT_PROJECTS = (
    "# A project that is declared is declared to be active, too, unless its spec says "
    "`state: archived`.\n"
)


def attributes_as_manifests(files: Sequence[Path]) -> str:
    """Return flytectl's attribute files as one YAML text of manifests that mean the same.

    Raises: ManifestError with every problem of every file.
    """
    documents = manifests_of(read_attribute_files(files))
    declares_projects = any(document["kind"] == Project.KIND for document in documents)
    return (_ABOUT_PROJECTS if declares_projects else "") + to_yaml(documents)
