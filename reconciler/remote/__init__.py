"""The facade: `Remote` brings the yard to the corridor; `validate` needs no Admin at all.

What only some commands use is loaded when it is asked for, so that a plan does not wait for it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from reconciler.remote.code import build_code, code_folders, list_code, read_code, validate
from reconciler.remote.remote import Remote
from reconciler.remote.workspace_ledger import Held, Home, WorkspaceLedger

if TYPE_CHECKING:
    from reconciler.remote.build import Built, build_for_plan, build_packages
    from reconciler.remote.drawing import draw
    from reconciler.remote.images import ImageUpdate, update_images
    from reconciler.remote.imports import attributes_as_manifests

__all__ = [
    "Built",
    "Held",
    "Home",
    "ImageUpdate",
    "Remote",
    "WorkspaceLedger",
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

_LAZY = {
    "Built": "build",
    "ImageUpdate": "images",
    "attributes_as_manifests": "imports",
    "build_for_plan": "build",
    "build_packages": "build",
    "draw": "drawing",
    "update_images": "images",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
