"""Every family of inputs, in the order they are run."""

from tests.fuzz import archives, attribute_files, code, manifests, packages, workspaces

FAMILIES = (
    *manifests.FAMILIES,
    *workspaces.FAMILIES,
    *attribute_files.FAMILIES,
    *code.FAMILIES,
    *packages.FAMILIES,
    *archives.FAMILIES,
)
