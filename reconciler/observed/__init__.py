"""Reader → ObservedState."""

from reconciler.observed.observe import observe

__all__ = ["observe"]
