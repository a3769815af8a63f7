"""Manifests → DesiredState: `needs` names what must be read, `bind` takes what was found."""

from typing import TYPE_CHECKING

from reconciler.compiler import castable
from reconciler.desired.bind import Declaration, bind, declare, needs
from reconciler.desired.code import Codes
from reconciler.desired.code import folder_of as code_folder
from reconciler.desired.drawing import drawing
from reconciler.desired.entities import sources
from reconciler.desired.in_words import in_words
from reconciler.desired.kept import (
    Kept,
    alike,
    candidates,
    confirmed,
    keeping,
    known,
    launched,
    newcomers,
    remembered,
)
from reconciler.desired.member import Fetched
from reconciler.desired.recall import KEY_BYTES, Recall, Recalled
from reconciler.doors import opened_for

if TYPE_CHECKING:
    from reconciler.desired.attribute_files import manifests_of
    from reconciler.desired.backfill_workflow import chunk_workflow
    from reconciler.desired.decompile import submitted_templates
    from reconciler.desired.literals import coerce
    from reconciler.desired.member import Member
    from reconciler.desired.package import Contents, PackageError, read_package
    from reconciler.desired.package_images import looks_up_children, read_settings
    from reconciler.desired.placeholders import ADDRESS
    from reconciler.desired.registration import Registration, declared
    from reconciler.desired.repack import entity_files
else:
    # A set without packages takes none of these.
    __getattr__ = opened_for(
        __name__,
        {
            "attribute_files": ("manifests_of",),
            "backfill_workflow": ("chunk_workflow",),
            "decompile": ("submitted_templates",),
            "literals": ("coerce",),
            "member": ("Member",),
            "package": ("Contents", "PackageError", "read_package"),
            "package_images": ("looks_up_children", "read_settings"),
            "placeholders": ("ADDRESS",),
            "registration": ("Registration", "declared"),
            "repack": ("entity_files",),
        },
    )

__all__ = [
    "ADDRESS",
    "KEY_BYTES",
    "Codes",
    "Contents",
    "Declaration",
    "Fetched",
    "Kept",
    "Member",
    "PackageError",
    "Recall",
    "Recalled",
    "Registration",
    "alike",
    "bind",
    "candidates",
    "castable",
    "chunk_workflow",
    "code_folder",
    "coerce",
    "confirmed",
    "declare",
    "declared",
    "drawing",
    "entity_files",
    "in_words",
    "keeping",
    "known",
    "launched",
    "looks_up_children",
    "manifests_of",
    "needs",
    "newcomers",
    "read_package",
    "read_settings",
    "remembered",
    "sources",
    "submitted_templates",
]
