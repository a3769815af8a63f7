"""The facade: `Remote` brings the yard to the corridor; `validate` needs no Admin at all."""

from reconciler.remote.code import build_code, code_folders, list_code, validate
from reconciler.remote.remote import Remote

__all__ = ["Remote", "build_code", "code_folders", "list_code", "validate"]
