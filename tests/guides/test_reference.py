"""The API reference says what the docstrings say, and there is one for all that is public."""

import importlib
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_is_fresh() -> None:
    """`make docs` would change nothing."""
    pages = dict(generator().pages())

    assert [path.name for path, text in pages.items() if not path.exists()] == []
    assert [path.name for path, text in pages.items() if path.read_text() != text] == []
    assert sorted(path.name for path in (DOCS / "reference").iterdir()) == sorted(
        path.name for path in pages
    )


@pytest.mark.parametrize("door", generator().DOORS)
def test_what_is_public_has_a_docstring(door: str) -> None:
    """Classes and functions that users import say what they are for."""
    module = importlib.import_module(f"reconciler.{door}")
    offered = generator().public(module)
    explained = {
        name: value
        for name, value in offered.items()
        if inspect.isclass(value) or inspect.isroutine(value)
    }

    assert [name for name, value in explained.items() if not inspect.getdoc(value)] == []
