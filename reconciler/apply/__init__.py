"""Plan → events → ApplyReport."""

from reconciler.apply.executor import execute

__all__ = ["execute"]
