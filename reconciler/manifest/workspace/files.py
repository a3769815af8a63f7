"""Reading the workspace file and what it includes."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import ManifestError
from reconciler.manifest.files import WORKSPACE_FILE
from reconciler.manifest.layers import Layered, Piece
from reconciler.manifest.models.base import Path as Steps
from reconciler.manifest.models.base import Positions
from reconciler.manifest.reader import read
from reconciler.manifest.validate import validate
from reconciler.manifest.workspace.models import Workspace
from reconciler.model import Diagnostic, Origin

# Lists that grow by what is included; anything else that two files say, the including one says.
_GROWING = ("manifests", "scopes", "ignore", "reveal", "env", "defaults", "policies")
# Relative to the file that says them.
_PATHS = ("manifests", "ignore")


def load_workspace(path: str | Path) -> Workspace:
    """Read a workspace file, or `reconciler.yaml` in the folder that `path` names.

    Raises: ManifestError with everything that is wrong with it and with what it includes.
    """
    file = Path(path)
    if file.is_dir():
        file /= WORKSPACE_FILE
    problems: list[Diagnostic] = []
    value, places = _document(file, None, problems)
    if isinstance(value, dict):
        value, places = _with_includes(value, places, file, (), problems)
    workspace = validate(value, places, {Workspace.KIND: Workspace}, problems)
    if problems or workspace is None:
        raise ManifestError(problems)
    return workspace


def workspace_files(path: str | Path) -> Sequence[Path]:
    """A workspace file and every file that it includes, directly or not, each once.

    What cannot be read or understood includes nothing: `load_workspace` tells what is wrong.
    """
    found: dict[Path, Path] = {}
    waiting = [Path(path)]
    while waiting:
        file = waiting.pop(0)
        if file.resolve() in found:
            continue
        found[file.resolve()] = file
        try:
            value, _ = _document(file, None, [])
        except ManifestError:
            continue
        spec = value.get("spec") if isinstance(value, dict) else None
        names = spec.get("include") if isinstance(spec, dict) else None
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str):
                waiting.append(Path(os.path.normpath(file.parent / name)))
    return tuple(found.values())


def _document(
    file: Path, included_at: Origin | None, problems: list[Diagnostic]
) -> tuple[Any, Positions]:
    """The one document of a file.

    Raises: ManifestError if there is no such thing: nothing can be said of the rest then.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        message = f"there is no {file}" if included_at else "there is no such file"
        raise _unusable("missing-file", message, file, included_at) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise _unusable("unreadable", message, file, None) from error
    found: list[Diagnostic] = []
    documents = list(read(data, str(file), found))
    if found:
        raise ManifestError([*problems, *found])
    if len(documents) != 1:
        raise _unusable("workspace-file", "a workspace file holds one document", file, None)
    document, value = documents[0]
    return value, document


def _with_includes(
    value: dict[str, Any],
    places: Positions,
    file: Path,
    above: tuple[Path, ...],
    problems: list[Diagnostic],
) -> tuple[dict[str, Any], Positions]:
    spec = value.get("spec")
    names = spec.get("include", []) if isinstance(spec, dict) else []
    if not isinstance(names, list) or not all(
        isinstance(name, str) and "\0" not in name for name in names
    ):
        return value, places  # validation says what is wrong with it
    pieces: dict[Steps, Piece] = {}
    merged: dict[str, Any] = {}
    for at, name in enumerate(names):
        origin = places.value_origin(("spec", "include", at))
        target = file.parent / name
        if target.resolve() in (one.resolve() for one in (*above, file)):
            problems.append(Diagnostic("include", f"{name} includes itself in a circle", origin))
            continue
        found, where = _document(target, origin, problems)
        inner = _fragment(found, where, problems)
        if inner is None:
            continue
        found, where = _with_includes(found, where, target, (*above, file), problems)
        rebased = _rebased(found["spec"], target.parent, file.parent)
        merged = _merge(merged, rebased, ("spec",), where, ("spec",), pieces)
    if not merged or not isinstance(spec, dict):
        return value, places
    return {**value, "spec": _over(merged, spec, ("spec",), places, pieces)}, Layered(
        places, pieces
    )


def _fragment(
    value: Any, places: Positions, problems: list[Diagnostic]
) -> Mapping[str, Any] | None:
    """The spec of an included file, which may leave out everything else."""
    spec = value.get("spec") if isinstance(value, dict) else None
    if not isinstance(spec, dict) or value.get("kind") != Workspace.KIND:
        message = f"an included file is a document of kind {Workspace.KIND} with a spec"
        problems.append(Diagnostic("include", message, places.origin(())))
        return None
    return spec


def _rebased(spec: Mapping[str, Any], inner: Path, outer: Path) -> dict[str, Any]:
    """A fragment's spec with its paths seen from the file that includes it."""

    def moved(path: Any) -> Any:
        return (
            Path(os.path.relpath(inner / path, outer)).as_posix()
            if isinstance(path, str)
            else path
        )

    rebased = {key: item for key, item in spec.items() if key != "include"}
    for key in _PATHS:
        if isinstance(rebased.get(key), list):
            rebased[key] = [moved(path) for path in rebased[key]]
    if isinstance(rebased.get("policies"), list):
        rebased["policies"] = [
            {**one, "path": moved(one["path"])} if isinstance(one, dict) and "path" in one else one
            for one in rebased["policies"]
        ]
    return rebased


def _merge(
    under: Mapping[str, Any],
    over: Mapping[str, Any],
    path: Steps,
    places: Positions,
    inner: Steps,
    pieces: dict[Steps, Piece],
) -> dict[str, Any]:
    """Lay one fragment over those before it; `pieces` learns what it says."""
    merged = dict(under)
    for key, item in over.items():
        here, there = (*path, key), (*inner, key)
        existing = merged.get(key)
        if isinstance(item, dict) and isinstance(existing, dict):
            merged[key] = _merge(existing, item, here, places, there, pieces)
        elif path == ("spec",) and key in _GROWING and isinstance(item, list):
            if not isinstance(existing, list | None):
                continue  # validation says what is wrong with it
            start = len(existing or ())
            merged[key] = [*(existing or ()), *item]
            for at in range(len(item)):
                pieces[*here, start + at] = Piece(places, (*there, at), "include")
        else:
            merged[key] = item
            pieces[here] = Piece(places, there, "include")
    return merged


def _over(
    under: Mapping[str, Any],
    own: Mapping[str, Any],
    path: Steps,
    places: Positions,
    pieces: dict[Steps, Piece],
) -> dict[str, Any]:
    """Lay what the including file says over what it includes."""
    merged = dict(under)
    for key, item in own.items():
        here = (*path, key)
        existing = merged.get(key)
        if isinstance(item, dict) and isinstance(existing, dict):
            merged[key] = _over(existing, item, here, places, pieces)
        elif path == ("spec",) and key in _GROWING and isinstance(item, list):
            if not isinstance(existing, list | None):
                continue  # validation says what is wrong with it
            start = len(existing or ())
            merged[key] = [*(existing or ()), *item]
            for at in range(len(item)):
                pieces[*here, start + at] = Piece(places, (*here, at), "manifest")
        else:
            merged[key] = item
            for inside in [one for one in pieces if one[: len(here)] == here]:
                del pieces[inside]
    return merged


def _unusable(code: str, message: str, file: Path, origin: Origin | None) -> ManifestError:
    return ManifestError([Diagnostic(code, message, origin or Origin(str(file)))])
