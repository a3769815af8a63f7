"""Container registries: what a tag means now, told by their own HTTP API."""

from reconciler.registry.credentials import Credentials, credentials_for
from reconciler.registry.name import ImageName, parse_image
from reconciler.registry.registry import Registry

__all__ = ["Credentials", "ImageName", "Registry", "credentials_for", "parse_image"]
