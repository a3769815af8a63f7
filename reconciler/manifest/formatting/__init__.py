"""Manifests in one form: keys in the order of the reference, comments kept, meaning unchanged."""

from reconciler.manifest.formatting.text import format_text

__all__ = ["format_text"]
