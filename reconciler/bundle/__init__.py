"""A folder, or the bundle inside a package → one digest, one archive."""

from reconciler.bundle.bundler import CodeBundler

__all__ = ["CodeBundler"]
