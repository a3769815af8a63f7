"""The workspace, `reconciler.yaml`: environments, variables, images, and what they settle."""

from reconciler.manifest.workspace.files import load_workspace
from reconciler.manifest.workspace.models import Admin, Workspace

__all__ = ["Admin", "Workspace", "load_workspace"]
