"""Which Admin to talk to, and how: flag, environment and files brought to one frozen Config."""

from typing import TYPE_CHECKING

from reconciler.config.cache import cache_folder
from reconciler.config.config import Config
from reconciler.config.endpoint import is_on_this_machine
from reconciler.config.keys import known_keys
from reconciler.config.login import Flow, Login, read_secret, read_text
from reconciler.config.origin import Origin, Origins
from reconciler.config.resolve import resolve
from reconciler.config.storage import Storage
from reconciler.doors import opened_for

if TYPE_CHECKING:
    from reconciler.config.assertion import Assertion
else:
    __getattr__ = opened_for(__name__, {"assertion": ("Assertion",)})

__all__ = [
    "Assertion",
    "Config",
    "Flow",
    "Login",
    "Origin",
    "Origins",
    "Storage",
    "cache_folder",
    "is_on_this_machine",
    "known_keys",
    "read_secret",
    "read_text",
    "resolve",
]
