"""Python values as literals: what is taken, how, and what is refused with which words."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType
from flytekit import StructuredDataset
from flytekit.core.type_engine import TypeEngine
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from google.protobuf.struct_pb2 import Struct
from pydantic import BaseModel

from reconciler.model import parse_type
from reconciler.remote.executions.uploads import Uploads
from reconciler.remote.executions.values import to_literal


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


@dataclass
class Point:
    x: int
    y: float = 0.5
    names: list[str] = field(default_factory=list)
    at: datetime | None = None


@dataclass
class Other:
    z: int


@dataclass
class Report:
    file: FlyteFile
    folders: dict[str, FlyteDirectory]
    name: str


class Model(BaseModel):
    a: int
    b: list[float] = []


def typed(kind: Any) -> LiteralType:
    """A type of Python's as flytekit declares it, or one of the type language."""
    if isinstance(kind, str):
        return parse_type(kind)
    return TypeEngine.to_literal_type(kind).to_flyte_idl()


def made(value: Any, kind: Any, uploads: Uploads | None = None) -> Literal:
    return to_literal(value, typed(kind), where="v", uploads=uploads)


def shown(literal: Literal) -> Any:
    """A literal as plain data, to compare with."""
    scalar = literal.scalar
    match literal.WhichOneof("value"):
        case "collection":
            return [shown(one) for one in literal.collection.literals]
        case "map":
            return {key: shown(literal.map.literals[key]) for key in literal.map.literals}
    match scalar.WhichOneof("value"):
        case "primitive":
            kind = scalar.primitive.WhichOneof("value")
            value = getattr(scalar.primitive, kind)
            if kind == "datetime":
                return value.ToDatetime(tzinfo=UTC)
            return value.ToTimedelta() if kind == "duration" else value
        case "union":
            return (scalar.union.type.structure.tag, shown(scalar.union.value))
        case "binary":
            return msgpack.unpackb(scalar.binary.value, strict_map_key=False)
        case "blob" | "structured_dataset" | "schema" as kind:
            return getattr(scalar, kind).uri
    return None


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, "float", 1.0),
        ([1, 2.5], "list[float]", [1.0, 2.5]),
        (Decimal("1.5"), "float", 1.5),
        (np.int64(3), "int", 3),
        (np.float32(0.5), "float", 0.5),
        (np.bool_(True), "bool", True),
        (Level.LOW, "int", 1),
        (NOON, "datetime", NOON),
        (datetime(2026, 3, 1, 12), "datetime", NOON),
        (datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1))), "datetime", NOON),
        (date(2026, 3, 1), "datetime", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", "datetime", NOON),
        (np.datetime64("2026-03-01T12:00:00.000000000"), "datetime", NOON),
        (timedelta(hours=1), "duration", timedelta(hours=1)),
        ("1h", "duration", timedelta(hours=1)),
        ("PT1H", "duration", timedelta(hours=1)),
        (np.timedelta64(1, "h"), "duration", timedelta(hours=1)),
        (Path("a/b"), "str", "a/b"),
        ((1, 2), "list[int]", [1, 2]),
        (range(3), "list[int]", [0, 1, 2]),
        ((one for one in (1, 2)), "list[int]", [1, 2]),
        ({3, 1, 2}, "list[int]", [1, 2, 3]),
        (np.array([[1, 2], [3, 4]]), "list[list[int]]", [[1, 2], [3, 4]]),
        ({"a": 1}.keys(), "list[str]", ["a"]),
        ([], "list[int]", []),
        ({"a": (1,)}, "dict[str, list[int]]", {"a": [1]}),
        (Color.RED, "enum[red, blue]", "red"),
        ("blue", "enum[red, blue]", "blue"),
        ({"a": [1, {"b": None}]}, "struct", {"a": [1, {"b": None}]}),
        ({1: "a", 2: "b"}, dict[int, str], {1: "a", 2: "b"}),
        ({"at": NOON, "c": Color.RED}, "struct", {"at": "2026-03-01T12:00:00+00:00", "c": "red"}),
        ("s3://b/f.csv", "file[csv]", "s3://b/f.csv"),
        (FlyteFile("s3://b/f"), "file", "s3://b/f"),
        (FlyteDirectory("s3://b/d"), "directory", "s3://b/d"),
        (StructuredDataset(uri="s3://b/t", file_format="parquet"), "dataset", "s3://b/t"),
        ("s3://b/t", "dataset[parquet]", "s3://b/t"),
        ({"uri": "s3://b/x"}, "file[PythonPickle]", "s3://b/x"),
        (None, "none", None),
    ],
)
def test_values_become_what_is_declared(value: Any, kind: Any, expected: Any) -> None:
    """By the declared type alone, and never by rounding."""
    assert shown(made(value, kind)) == expected


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (1.0, "int", "v: expected int, found the number 1.0"),
        ("1", "int", "v: expected int, found the text '1'"),
        (True, "int", "v: expected int, found the truth value true"),
        (1, "str", "v: expected str, found the number 1"),
        (1, "bool", "v: expected bool"),
        ("true", "bool", "v: expected bool"),
        (2**63, "int", "does not fit the 64 bits"),
        (2**53 + 1, "float", "no float is exactly"),
        ("noon", "datetime", "is no datetime"),
        ("soon", "duration", "is no duration"),
        (None, "int", "v: expected int, found nothing"),
        ("ab", "list[str]", "v: expected list"),
        ({"a": 1}, "list[int]", "v: expected list"),
        ([1, "x"], "list[int]", r"v\[1\]: expected int"),
        ({1: 1}, "dict[str, int]", "the key 1 must be a text"),
        ({1, "a"}, "list[str]", "the items of this set have no order"),
        ("green", "enum[red, blue]", "'green' is none of red, blue"),
        ("blu", "enum[red, blue]", r"did you mean blue\?"),
        ("RED", "enum[red, blue]", "'RED' is none of red, blue"),
        (object(), "struct", "v: expected struct"),
        ({"a": object()}, "struct", r"v\['a'\]: a struct cannot hold a object"),
        ({"f": FlyteFile("/tmp/x")}, "struct", "lies on this machine; give a URI"),
        (5, "file", "v: expected file"),
        ("local.txt", "file", "lies on this machine; give a URI"),
        (5, "schema", "v: expected schema"),
        (Other(1), Point, "x"),
        ({"y": 1.0}, Point, "'x' is a required property"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(value: Any, kind: Any, message: str) -> None:
    """The place, what was expected and what was found."""
    with pytest.raises(ValueError, match=message):
        made(value, kind)


def test_dataclasses_and_models_are_structs() -> None:
    """With their fields' values as flytekit writes them; a dict will do as well."""
    point = Point(1, names=["a"], at=NOON)
    expected = {"x": 1, "y": 0.5, "names": ["a"], "at": "2026-03-01T12:00:00+00:00"}

    assert shown(made(point, Point)) == expected
    assert shown(made(expected, Point)) == expected
    assert shown(made(Model(a=1, b=[1]), Model)) == {"a": 1, "b": [1.0]}
    assert made(point, Point).scalar.binary.tag == "msgpack"


def test_protobuf_messages_are_structs() -> None:
    """As flytekit's transformer of them says."""
    message = Struct()
    message["a"] = "b"

    assert made(message, "struct").scalar.generic["a"] == "b"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, int | None, ("none", None)),
        (3, int | None, ("int", 3)),
        (3, int | float, ("int", 3)),
        (3.5, int | float, ("float", 3.5)),
        (3, float | str, ("float", 3.0)),
        ("a", int | str, ("str", "a")),
        ("2026-03-01", datetime | str, ("str", "2026-03-01")),
        (NOON, datetime | str, ("datetime", NOON)),
        (Color.RED, str | Color, ("DefaultEnumTransformer", "red")),
        ("red", str | Color, ("str", "red")),
        (Point(1), Other | Point, ("Object-Dataclass-Transformer", None)),
        (["a"], list[int] | list[str], ("Typed List", ["a"])),
        (iter("ab"), list[int] | list[str], ("Typed List", ["a", "b"])),
        ({"type": "float", "value": 3}, int | float, ("float", 3.0)),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Iterator) else str(one),
)
def test_variant_that_bends_the_value_least_takes_it(
    value: Any, kind: Any, expected: tuple[str, Any]
) -> None:
    """And its type goes along verbatim, tag included."""
    literal = made(value, kind)
    tag, inner = shown(literal)

    assert tag == expected[0]
    assert expected[1] is None or inner == expected[1]
    assert literal.scalar.union.type in typed(kind).union_type.variants


def test_variant_of_a_dataclass_goes_by_its_name() -> None:
    """Two that have the same fields are told apart."""

    @dataclass
    class Twin:
        z: int

    literal = made(Twin(1), Other | Twin)

    assert literal.scalar.union.type.metadata["title"] == "Twin"


def test_literals_pass_if_admin_would_cast_them() -> None:
    """flyteidl's and flytekit's; others are refused."""
    from flytekit.models.literals import Literal as Theirs

    literal = made(3, "int")
    assert made(literal, "int") == literal
    assert made(Theirs.from_flyte_idl(literal), "int") == literal
    assert made(literal, "int | none") == literal  # bare, and of one variant only
    with pytest.raises(ValueError, match="expected str, found a literal of int"):
        made(literal, "str")
    with pytest.raises(ValueError, match="'green' is none of red, blue"):
        made(made("green", "str"), "enum[red, blue]")
    with pytest.raises(ValueError, match="the literal has no value"):
        made(Literal(), "str")


class TestUploads:
    """What lies on this machine is sent when everything else fits."""

    def settled(self, literal: Literal, uploads: Uploads) -> tuple[str, list[str]]:
        sent: list[str] = []

        def upload(path: Path, project: str, domain: str) -> str:
            what = ",".join(sorted(one.name for one in path.iterdir())) if path.is_dir() else ""
            sent.append(f"{path.name}[{what}]")
            return f"s3://up/{project}/{domain}/{path.name}"

        uploads.settle({"v": literal}, upload=upload, project="p", domain="d", parallelism=2)
        return str(shown(literal)), sent

    def test_a_path_is_a_file(self, tmp_path: Path) -> None:
        """As a Path, a text, a `file://` or flytekit's FlyteFile; once, however often it comes."""
        file = tmp_path / "f.txt"
        file.write_text("hello")
        forms = [file, str(file), f"file://{file}", FlyteFile(str(file))]
        uploads = Uploads()
        literal = made(forms, "list[file[txt]]", uploads)

        uris, sent = self.settled(literal, uploads)

        assert uris == str(["s3://up/p/d/f.txt"] * 4)
        assert sent == ["f.txt[]"]
        assert literal.collection.literals[0].scalar.blob.metadata.type.format == "txt"

    def test_a_folder_is_a_directory(self, tmp_path: Path) -> None:
        """And neither is the other."""
        (tmp_path / "one").mkdir()
        (tmp_path / "one" / "f").write_text("x")
        uploads = Uploads()
        literal = made(FlyteDirectory(str(tmp_path / "one")), "directory", uploads)

        assert self.settled(literal, uploads) == ("s3://up/p/d/one", ["one[f]"])
        with pytest.raises(ValueError, match="is a directory, and a file is wanted"):
            made(tmp_path / "one", "file", uploads)
        with pytest.raises(ValueError, match="is a file, and a directory is wanted"):
            made(tmp_path / "one" / "f", "directory", uploads)
        with pytest.raises(ValueError, match="not there"):
            made(tmp_path / "two", "file", uploads)

    def test_a_frame_is_a_dataset(self) -> None:
        """Written as Parquet, in one part; inside flytekit's StructuredDataset, too."""
        pd = pytest.importorskip("pandas")
        for frame in (pd.DataFrame({"a": [1]}), StructuredDataset(dataframe=pd.DataFrame())):
            uploads = Uploads()
            literal = made(frame, "dataset", uploads)

            assert self.settled(literal, uploads) == ("s3://up/p/d/dataset", ["dataset[00000]"])
            metadata = literal.scalar.structured_dataset.metadata
            assert metadata.structured_dataset_type.format == "parquet"

    def test_any_object_is_a_pickle(self) -> None:
        """Where the type is one; loaded again it is the same."""
        uploads = Uploads()
        literal = made({"a": {1, 2}}, "file[PythonPickle]", uploads)

        assert self.settled(literal, uploads)[1] == ["value.pickle[]"]

    def test_a_path_may_be_a_unions_variant(self, tmp_path: Path) -> None:
        """A Path is a file before it is a text."""
        file = tmp_path / "f.txt"
        file.write_text("hello")
        uploads = Uploads()
        literal = made(file, "str | file", uploads)

        assert "s3://up/p/d/f.txt" in self.settled(literal, uploads)[0]

    def test_files_inside_structs_go_along(self, tmp_path: Path) -> None:
        """At any depth of a dataclass; texts that look like paths stay."""
        file = tmp_path / "f.txt"
        file.write_text("hello")
        report = Report(FlyteFile(str(file)), {"a": FlyteDirectory(str(tmp_path))}, str(file))
        uploads = Uploads()
        literal = made([report], list[Report], uploads)

        _, sent = self.settled(literal, uploads)

        assert sorted(sent) == sorted(["f.txt[]", f"{tmp_path.name}[f.txt]"])
        assert shown(literal) == [
            {
                "file": {"path": "s3://up/p/d/f.txt"},
                "folders": {"a": {"path": f"s3://up/p/d/{tmp_path.name}"}},
                "name": str(file),
            }
        ]

    def test_nothing_is_sent_for_remote_things(self) -> None:
        uploads = Uploads()
        assert self.settled(made("s3://b/k", "file", uploads), uploads) == ("s3://b/k", [])
