"""Which Admin to talk to, and how: flag, environment and files brought to one frozen Config."""

from reconciler.config.cache import cache_folder
from reconciler.config.config import Config
from reconciler.config.login import Flow, Login, read_secret, read_text
from reconciler.config.resolve import resolve

__all__ = ["Config", "Flow", "Login", "cache_folder", "read_secret", "read_text", "resolve"]
