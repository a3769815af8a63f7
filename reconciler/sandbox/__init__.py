"""The embedded Admin: a Flyte Admin in one process, on SQLite, for tests and first steps.

It answers as flyteadmin v1.16.8 does. It shares with the rest of the project only what is the
same by nature on both sides of the wire: the workflow compiler and the arithmetic of schedules.

Two submodules belong to this door and are loaded when they are asked for: `daemon` (a sandbox in
the background) and `finishing` (drive executions to their end).
"""

from reconciler.sandbox.admin import Admin
from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.config_file import ConfigError, load_config, parse_config
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.faults import Fault, Faults, FaultsError, Rule, parse_faults
from reconciler.sandbox.foreground import flytekit_environment, serve
from reconciler.sandbox.options import Options
from reconciler.sandbox.server import Sandbox
from reconciler.sandbox.store import Store, StoreError

__all__ = [
    "Admin",
    "ConfigError",
    "Fault",
    "Faults",
    "FaultsError",
    "Options",
    "Refusal",
    "Rule",
    "Sandbox",
    "SandboxConfig",
    "Store",
    "StoreError",
    "flytekit_environment",
    "load_config",
    "parse_config",
    "parse_faults",
    "serve",
]
