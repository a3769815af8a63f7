"""The world of docs/registering.md: the module that its examples import."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.testing import EmbeddedAdmin

PAGE = Path(__file__).parent.parent.parent / "docs" / "registering.md"
NAME = "weather_flow"


def registered(admin: EmbeddedAdmin) -> Mapping[str, Any]:
    """The page's first block is the module, and can be imported."""
    code = PAGE.read_text().partition("```python\n")[2].partition("```")[0]
    file = Path(f"{NAME}.py").resolve()
    file.write_text(code)
    spec = importlib.util.spec_from_file_location(NAME, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {}
