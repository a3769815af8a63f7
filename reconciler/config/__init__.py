"""Which Admin to talk to, and how: flag, environment and files brought to one frozen Config."""

from reconciler.config.cache import cache_folder
from reconciler.config.config import Config
from reconciler.config.resolve import resolve

__all__ = ["Config", "cache_folder", "resolve"]
