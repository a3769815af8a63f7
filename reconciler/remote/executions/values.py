"""Python values → literals, by the type that was declared.

Whatever YAML may give is taken as `desired.coerce` takes it, and besides it what Python programs
have at hand: tuples, sets and generators for lists, enum members, dataclasses, pydantic models,
numpy scalars and arrays, local paths for files and directories, data frames for datasets, and
flytekit's own FlyteFile, FlyteDirectory and StructuredDataset. Not by way of flytekit: a list's
type is the declared one and not the one of its first item, an int is a float where one is wanted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import BlobType, LiteralType, SimpleType
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from reconciler.compiler import castable, literal_type
from reconciler.desired import coerce
from reconciler.model import describe
from reconciler.remote.executions.frames import is_frame, write_frame
from reconciler.remote.executions.structs import (
    from_numpy,
    in_order,
    is_numpy,
    is_of_flytekit,
    is_record,
    plain,
)
from reconciler.remote.executions.uploads import Uploads

# How far a value was bent to fit, as `coerce` counts: the variant of a union that bends it least
# takes it.
_EXACT, _WIDENED, _FAR = 0, 1, 2
_PICKLE = "PythonPickle"


def to_literal(
    value: Any, declared: LiteralType, *, where: str, uploads: Uploads | None = None
) -> Literal:
    """Return a Python value as a literal of the declared type.

    Args:
        value: A literal is taken as it is if Admin would cast it to the type.
        where: How messages name the place of the value, such as `input day`.
        uploads: Where what must be uploaded is noted; None to refuse what lies on this machine.

    Raises: ValueError naming the place inside, the expected type and what was found.
    """
    return coerce(value, declared, where=where, adapt=_Adapting(uploads).adapt)


@dataclass(frozen=True)
class _Adapting:
    uploads: Uploads | None

    def adapt(self, value: Any, declared: LiteralType, where: str) -> tuple[Any, int]:
        given = _given_literal(value)
        if given is not None:
            return _checked(given, declared, where), _EXACT
        match declared.WhichOneof("type"):
            case "union_type":
                # Every variant is to see all of it.
                return list(value) if isinstance(value, Iterator) else value, _EXACT
            case "simple":
                return self._simple(value, declared, where)
            case "enum_type" if isinstance(value, Enum):
                return value.value, _EXACT
            case "collection_type":
                return _list(value, where), _EXACT
            case "blob":
                return self._blob(value, declared.blob, where), _EXACT
            case "structured_dataset_type" | "schema" as kind:
                return self._dataset(value, where, with_format=kind != "schema"), _EXACT
        return value, _EXACT

    def _simple(self, value: Any, declared: LiteralType, where: str) -> tuple[Any, int]:
        kind = declared.simple
        if kind == SimpleType.STRUCT:
            return self._struct(value, declared, where)
        if isinstance(value, Enum):
            return value.value, _FAR
        if is_numpy(value):
            return from_numpy(value), _EXACT
        if kind == SimpleType.STRING and isinstance(value, PurePath):
            return str(value), _FAR
        if kind == SimpleType.FLOAT and isinstance(value, Decimal):
            return float(value), _WIDENED
        return value, _EXACT

    def _struct(self, value: Any, declared: LiteralType, where: str) -> tuple[Any, int]:
        if isinstance(value, Message):
            literal = Literal()
            literal.scalar.generic.update(MessageToDict(value))
            return literal, _EXACT
        if not is_record(value) and not isinstance(value, Mapping):
            return value, _EXACT
        fields = declared.metadata.fields
        title = fields["title"].string_value if "title" in fields else ""
        own = not is_record(value) or title == type(value).__name__

        def local(path: Path, directory: bool, where: str) -> str:
            return self._path(path, where, directory=directory)

        return plain(value, where, local), _EXACT if own else _WIDENED

    def _blob(self, value: Any, blob: BlobType, where: str) -> Any:
        directory = blob.dimensionality == BlobType.MULTIPART
        for name in ("FlyteFile", "FlyteDirectory"):
            if is_of_flytekit(value, name):
                # Not `str(value)`: that would download it.
                value = getattr(value, "remote_source", None) or str(value.path)
        if blob.format == _PICKLE and not _is_place(value):
            return {"uri": self._pickled(value, where)}
        if isinstance(value, PurePath):
            return self._path(Path(value), where, directory=directory)
        if isinstance(value, str) and value.startswith("file://"):
            return self._path(Path(value.removeprefix("file://")), where, directory=directory)
        if isinstance(value, str) and "://" not in value:
            return self._path(Path(value), where, directory=directory)
        return {"uri": value} if blob.format == _PICKLE and isinstance(value, str) else value

    def _path(self, path: Path, where: str, *, directory: bool) -> str:
        if self.uploads is None:
            raise ValueError(f"{where}: {path} lies on this machine; give a URI")
        return self.uploads.of_path(path.expanduser(), directory=directory, where=where)

    def _dataset(self, value: Any, where: str, *, with_format: bool) -> Any:
        format = ""
        if is_of_flytekit(value, "StructuredDataset"):
            uri = value.uri or getattr(value.literal, "uri", None)
            format = value.file_format or ""
            value = str(uri) if uri else value.dataframe
        elif is_of_flytekit(value, "FlyteSchema"):
            value = str(value.remote_path or value.local_path)
        if is_frame(value):
            if self.uploads is None:
                raise ValueError(f"{where}: a data frame lies on this machine; give a URI")
            frame = value
            value = self.uploads.of_object(
                frame, "dataset", lambda folder: write_frame(frame, folder)
            )
            format = "parquet"
        if isinstance(value, PurePath) or (isinstance(value, str) and "://" not in value):
            value = self._path(Path(value), where, directory=Path(value).is_dir())
        return {"uri": value, "format": format} if format and with_format else value

    def _pickled(self, value: Any, where: str) -> str:
        try:
            import cloudpickle
        except ImportError:
            raise ValueError(
                f"{where}: its type is a pickled Python object; install cloudpickle to give one"
            ) from None
        if self.uploads is None:
            raise ValueError(f"{where}: a pickle must be uploaded; say {{uri: …}} of one")

        def write(folder: Path) -> Path:
            file = folder / "value.pickle"
            file.write_bytes(cloudpickle.dumps(value))
            return file

        return self.uploads.of_object(value, "value.pickle", write)


def _given_literal(value: Any) -> Literal | None:
    """The value if it is a literal, flyteidl's own or flytekit's model of one."""
    if isinstance(value, Literal):
        return value
    if is_of_flytekit(value, "Literal"):
        return Literal.FromString(value.to_flyte_idl().SerializeToString())
    return None


def _checked(literal: Literal, declared: LiteralType, where: str) -> Literal:
    found = literal_type(literal)
    if found is None:
        raise ValueError(f"{where}: the literal has no value")
    if not castable(found, declared):
        raise ValueError(
            f"{where}: expected {describe(declared)}, found a literal of {describe(found)}"
        )
    if declared.WhichOneof("type") == "enum_type":  # to Admin any text is a member
        coerce(literal.scalar.primitive.string_value, declared, where=where)
    return literal


def _list(value: Any, where: str) -> Any:
    if isinstance(value, list | tuple | str | bytes | Mapping):
        return value
    if is_numpy(value):
        return from_numpy(value)
    if isinstance(value, Iterable) and not is_record(value):
        return in_order(value, where)
    return value


def _is_place(value: Any) -> bool:
    """True for what says where a pickle lies: a URI, or a mapping with one."""
    if isinstance(value, str):
        return "://" in value
    return isinstance(value, Mapping) and "uri" in value and set(value) <= {"uri", "format"}
