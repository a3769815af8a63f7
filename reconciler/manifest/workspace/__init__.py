"""The workspace, `reconciler.yaml`: environments, variables, images, and what they settle."""

from reconciler.manifest.workspace.models import Workspace, load_workspace

__all__ = ["Workspace", "load_workspace"]
