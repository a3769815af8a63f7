"""The door to flytekit: an extra, loaded when its objects are at hand."""

import importlib.util
import sys
from typing import Any

from reconciler.errors import ConfigError

_KINDS = ("PythonTask", "WorkflowBase", "LaunchPlan")


def need_flytekit() -> None:
    """Raise: ConfigError, saying how to get it, if flytekit is not installed."""
    if "flytekit" not in sys.modules and importlib.util.find_spec("flytekit") is None:
        raise ConfigError(
            "flytekit is not installed, and only it can write down its own tasks and workflows: "
            "pip install 'flyte-reconciler[flytekit]'"
        )


def is_of_flytekit(thing: Any) -> bool:
    """Tell, without loading flytekit, whether something is one of its objects to register."""
    return any(
        kind.__module__.startswith("flytekit.") and kind.__name__ in (*_KINDS, "ReferenceEntity")
        for kind in type(thing).__mro__
    )
