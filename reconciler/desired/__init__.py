"""Manifests → DesiredState: `needs` names what must be read, `bind` takes what was found."""

from reconciler.desired.bind import Declaration, bind, declare, needs
from reconciler.desired.code import Codes
from reconciler.desired.code import folder_of as code_folder
from reconciler.desired.packaged import Fetched, sources

__all__ = ["Codes", "Declaration", "Fetched", "bind", "code_folder", "declare", "needs", "sources"]
