"""Which Admin to talk to, and how: flag, environment and files brought to one frozen Config."""

from reconciler.config.config import Config
from reconciler.config.resolve import resolve

__all__ = ["Config", "resolve"]
