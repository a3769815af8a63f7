"""Which code goes along with what is registered: modules that are loaded, or a whole folder."""

import importlib
import os
import site
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconciler.errors import BundleError, ConfigError
from reconciler.model import CodeFolder
from reconciler.remote.register.extra import is_of_flytekit, need_flytekit

_SPECIAL = set("\\*?[]!# ")


def code_folder(
    source_path: str | Path, *, module_name: str | None = None, everything: bool = False
) -> CodeFolder:
    """The code of a registration.

    Args:
        source_path: The folder that imports start from.
        module_name: Imported from there first, if it is not yet.
        everything: All files but those that the ignore files and the usual rules leave out;
            else only modules that are loaded now, installed ones left out.

    Raises: BundleError for no folder; ConfigError for a module that cannot be imported.
    """
    root = os.path.realpath(source_path)
    if not os.path.isdir(root):
        raise BundleError([f"{source_path}: is no folder; say where imports start from"])
    if module_name and module_name not in sys.modules:
        _imported(module_name, root)
    if everything:
        return CodeFolder(root)
    include = tuple(sorted(f"/{_escaped(path)}" for path in _loaded_below(root)))
    if not include:
        raise BundleError(
            [f"{root}: no module is loaded from there; say source_path, or copy everything"]
        )
    # What is loaded is needed, whatever git thinks of it.
    return CodeFolder(root, include=include, ignore_files=())


def folder_of(
    entity: Any,
    source_path: str | Path | None = None,
    module_name: str | None = None,
    *,
    everything: bool = False,
) -> CodeFolder:
    """The code of an object: of the folder that is said, or that its module is imported from.

    Raises: as `code_folder`; ConfigError without flytekit, and for an object that no file holds.
    """
    need_flytekit()
    root = source_path if source_path is not None else root_of(entity)
    return code_folder(root, module_name=module_name, everything=everything)


def root_of(entity: Any) -> Path:
    """The folder that imports of an object's module start from.

    Raises: ConfigError for an object that no file holds.
    """
    from flytekit.core.tracker import extract_task_module
    from flytekit.tools.script_mode import _find_project_root

    workflow = getattr(entity, "workflow", entity)
    function = getattr(workflow, "task_function", None) or getattr(
        workflow, "_workflow_function", None
    )
    try:
        file = extract_task_module(function or workflow)[3]
    except Exception as error:  # flytekit's finding of modules has no errors of its own
        raise ConfigError(f"{entity.name} is of no file; say source_path") from error
    if not file or not os.path.isfile(file):
        raise ConfigError(f"{entity.name} is of no file; say source_path")
    return Path(_find_project_root(file))


def find_root(entity: Any) -> str | None:
    """The same as text; None for an object that no file holds, or no object."""
    if not is_of_flytekit(entity):
        return None
    try:
        return str(root_of(entity))
    except ConfigError:
        return None


def _imported(name: str, root: str) -> None:
    sys.path.insert(0, root)
    try:
        importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(f"module {name} cannot be imported from {root}: {error}") from error
    finally:
        sys.path.remove(root)


def _loaded_below(root: str) -> Iterator[str]:
    """Relative paths of the modules that are loaded from a folder and not installed in it."""
    installed = [sys.prefix, sys.base_prefix, site.getusersitepackages(), *site.getsitepackages()]
    places = [os.path.realpath(place) + os.sep for place in installed]
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            continue
        path = os.path.realpath(file)
        if not path.startswith(root + os.sep) or not os.path.isfile(path):
            continue
        # A folder inside an installation is code that is worked on; an installation inside the
        # folder is none.
        if any(path.startswith(place) for place in places if not _holds(place, root)):
            continue
        yield os.path.relpath(path, root).replace(os.sep, "/")


def _holds(place: str, root: str) -> bool:
    return (root + os.sep).startswith(place)


def _escaped(path: str) -> str:
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in path)
