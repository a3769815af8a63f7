"""Manifests → DesiredState: `needs` names what must be read, `bind` takes what was found."""

from reconciler.desired.bind import Declaration, bind, declare, needs

__all__ = ["Declaration", "bind", "declare", "needs"]
