"""The facade: `Remote` brings the yard to the corridor; `validate` needs no Admin at all."""

from reconciler.remote.build import Built, build_for_plan, build_packages
from reconciler.remote.code import build_code, code_folders, list_code, read_code, validate
from reconciler.remote.draw import draw
from reconciler.remote.images import ImageUpdate, update_images
from reconciler.remote.imports import attributes_as_manifests
from reconciler.remote.remote import Held, Home, Remote

__all__ = [
    "Built",
    "Held",
    "Home",
    "ImageUpdate",
    "Remote",
    "attributes_as_manifests",
    "build_code",
    "build_for_plan",
    "build_packages",
    "code_folders",
    "draw",
    "list_code",
    "read_code",
    "update_images",
    "validate",
]
