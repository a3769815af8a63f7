"""What only flytekit can convert: types that it, or a plugin of it, has a transformer of."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import BlobType, LiteralType

from reconciler.remote.executions.uploads import PLACED, Uploads, parts
from reconciler.remote.executions.values import to_literal

Convert = Callable[[str, Any, LiteralType], Literal]


def converter(hints: Mapping[str, Any], uploads: Uploads) -> Convert:
    """Return what converts one input: as this project does, or else as flytekit would.

    Args:
        hints: The Python types of inputs, by name; flytekit is asked about these alone.
        uploads: Where what must be uploaded is noted.
    """

    def convert(name: str, value: Any, declared: LiteralType) -> Literal:
        try:
            return to_literal(value, declared, where=name, uploads=uploads)
        except ValueError:
            if name not in hints or "flytekit" not in sys.modules:
                raise
            literal = _by_flytekit(value, hints[name], declared, uploads, name)
            if literal is None:
                raise
            return literal

    return convert


def _by_flytekit(
    value: Any, hint: Any, declared: LiteralType, uploads: Uploads, where: str
) -> Literal | None:
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.core.data_persistence import FileAccessProvider
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.types import LiteralType as Model

    # What it writes stays on this machine, and is uploaded as everything else.
    folder = str(uploads.folder())
    access = FileAccessProvider(local_sandbox_dir=folder, raw_output_prefix=folder)
    context = FlyteContextManager.current_context()
    builder = context.with_file_access(access)
    try:
        with FlyteContextManager.with_context(builder) as inner:
            model = TypeEngine.to_literal(inner, value, hint, Model.from_flyte_idl(declared))
    except Exception:
        return None  # what this project says about the value is the better message
    literal = Literal.FromString(model.to_flyte_idl().SerializeToString())
    for place in parts(literal, *PLACED):
        if "://" not in place.uri:
            path = Path(place.uri)
            place.uri = uploads.of_path(path, directory=_is_folder(place, path), where=where)
    # Files that it names inside a struct would stay here, and nobody would find them.
    structs = parts(literal, "binary", "generic")
    if any(folder.encode() in one.SerializeToString() for one in structs):
        return None
    return literal


def _is_folder(place: Any, path: Path) -> bool:
    metadata = getattr(place, "metadata", None)
    kind = getattr(metadata, "type", None)
    if isinstance(kind, BlobType):
        return bool(kind.dimensionality == BlobType.MULTIPART)
    return path.is_dir()
