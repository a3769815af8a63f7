"""Manifests → DesiredState: `needs` names what must be read, `bind` takes what was found."""

from reconciler.compiler import castable
from reconciler.desired.attribute_files import manifests_of
from reconciler.desired.bind import Declaration, bind, declare, needs
from reconciler.desired.code import Codes
from reconciler.desired.code import folder_of as code_folder
from reconciler.desired.drawing import drawing
from reconciler.desired.in_words import in_words
from reconciler.desired.package import Contents, PackageError, read_package
from reconciler.desired.packaged import Fetched, sources
from reconciler.desired.repack import entity_files

__all__ = [
    "Codes",
    "Contents",
    "Declaration",
    "Fetched",
    "PackageError",
    "bind",
    "castable",
    "code_folder",
    "declare",
    "drawing",
    "entity_files",
    "in_words",
    "manifests_of",
    "needs",
    "read_package",
    "sources",
]
