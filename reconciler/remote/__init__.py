"""The facade: `Remote` brings the yard to the corridor; `validate` needs no Admin at all."""

from reconciler.pipeline import validate
from reconciler.remote.remote import Remote

__all__ = ["Remote", "validate"]
