"""Every family of inputs, in the order they are run."""

from tests.fuzz import archives, attribute_files, manifests, packages, workspaces

FAMILIES = (
    *manifests.FAMILIES,
    *workspaces.FAMILIES,
    *attribute_files.FAMILIES,
    *packages.FAMILIES,
    *archives.FAMILIES,
)
