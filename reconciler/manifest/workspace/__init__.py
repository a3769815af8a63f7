"""The workspace, `reconciler.yaml`: environments, variables, images, and what they settle."""

from reconciler.manifest.files import LISTING_FILE
from reconciler.manifest.workspace.assignments import (
    Assignment,
    parse_assignment,
    read_assignments,
)
from reconciler.manifest.workspace.files import load_workspace, workspace_files
from reconciler.manifest.workspace.image_models import ImageSpec
from reconciler.manifest.workspace.images import (
    KNOWN_AFTER_BUILD,
    LOCK_FILE,
    ImageState,
    LockedImage,
    image_states,
    inputs_hash,
    lock_text,
    read_lock,
)
from reconciler.manifest.workspace.listing import Listed, Workspaces, load_listing
from reconciler.manifest.workspace.models import Admin, Workspace
from reconciler.manifest.workspace.settle import Settled, choose_environments, settle

__all__ = [
    "KNOWN_AFTER_BUILD",
    "LISTING_FILE",
    "LOCK_FILE",
    "Admin",
    "Assignment",
    "ImageSpec",
    "ImageState",
    "Listed",
    "LockedImage",
    "Settled",
    "Workspace",
    "Workspaces",
    "choose_environments",
    "image_states",
    "inputs_hash",
    "load_listing",
    "load_workspace",
    "lock_text",
    "parse_assignment",
    "read_assignments",
    "read_lock",
    "settle",
    "workspace_files",
]
