"""The facade: `Remote` brings the yard to the corridor; `validate` needs no Admin at all."""

from reconciler.remote.build import Built, build_for_plan, build_packages
from reconciler.remote.code import build_code, code_folders, list_code, read_code, validate
from reconciler.remote.draw import draw
from reconciler.remote.remote import Remote

__all__ = [
    "Built",
    "Remote",
    "build_code",
    "build_for_plan",
    "build_packages",
    "code_folders",
    "draw",
    "list_code",
    "read_code",
    "validate",
]
