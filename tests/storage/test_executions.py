"""What executions took and made, as folders and files of `flyte://v1/…`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.admin import connect
from reconciler.storage import Access, FlyteFS
from tests.storage.conftest import no_credentials
from tests.storage.ran import NODE, PAGE, Ran, ran

FOLDER = {"part.txt": b"top", "deep/part.txt": b"below"}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("folder")
    for name, content in FOLDER.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    with ran(folder) as done:
        yield done


@pytest.fixture(scope="module")
def fs(done: Ran) -> Iterator[FlyteFS]:
    with connect(done.config) as connection:
        native = no_credentials()
        yield FlyteFS(
            access=Access(connection, project="flytesnacks", domain="development", native=native)
        )


def names(fs: FlyteFS, path: str) -> list[str]:
    found = [one.rpartition("/")[2] for one in fs.ls(path, detail=False)]
    return sorted(found)


def test_a_node_has_inputs_outputs_and_a_deck(fs: FlyteFS) -> None:
    """And an execution has its nodes."""
    assert names(fs, NODE.rpartition("/")[0]) == ["n0"]
    assert names(fs, NODE) == ["d", "i", "o"]
    assert names(fs, f"{NODE}/i") == ["x"]
    assert fs.cat(f"{NODE}/i/x") == b"1\n"
    assert fs.cat(f"{NODE}/d") == PAGE


def test_outputs_are_listed_by_name(fs: FlyteFS, done: Ran) -> None:
    """Of a node, and of an attempt; what has parts is a folder."""
    assert names(fs, f"{NODE}/o") == sorted(done.outputs)
    assert names(fs, f"{NODE}/0/o") == sorted(done.outputs)
    folders = [one["name"] for one in fs.ls(f"{NODE}/o") if one["type"] == "directory"]
    assert [one.rpartition("/")[2] for one in folders] == [
        "dataset",
        "files",
        "folder",
        "offloaded",
        "schema",
    ]


def test_a_blob_is_its_file(fs: FlyteFS) -> None:
    """Read in parts, by signed URLs; also through a union, and from the store past Admin."""
    with fs.open(f"{NODE}/o/file") as file:
        file.seek(2)
        assert file.read(3) == b"rep"
    assert fs.cat_file(f"{NODE}/o/union", start=-6) == b"report"
    info = fs.info(f"{NODE}/o/file")
    assert (info["size"], info["type"]) == (8, "file")
    assert info["native_url"] == fs.native(f"{NODE}/o/file") == "s3://bucket/out/report.txt"


@pytest.mark.parametrize("name", ["folder", "dataset", "schema"])
def test_a_folder_has_its_files(fs: FlyteFS, name: str) -> None:
    """Listed by the index that its upload left."""
    top = f"{NODE}/o/{name}"
    found = {path.split(f"/{name}/")[1]: fs.cat(path) for path in fs.find(top)}
    assert found == FOLDER


def test_lists_and_maps_have_their_members(fs: FlyteFS) -> None:
    """By number and by key, if there are files in them; what was offloaded is there, too."""
    assert names(fs, f"{NODE}/o/files") == ["0", "1"]
    assert fs.cat(f"{NODE}/o/files/1") == b"part 1"
    assert fs.cat(f"{NODE}/o/offloaded/file") == b"a report"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("struct", {"a": [1, None]}),
        ("packed", {"a": {"1": "eA=="}}),
        ("none", None),
        ("numbers", [0, 1, 2]),
        ("moment", "2024-02-29T12:00:00Z"),
        ("span", "90s"),
        ("word", "ü"),
        ("truth", False),
        ("ratio", 0.5),
    ],
)
def test_what_is_plain_is_json(fs: FlyteFS, name: str, value: object) -> None:
    """Text that any program reads."""
    with fs.open(f"{NODE}/o/{name}", "rt", encoding="utf-8") as file:
        assert json.load(file) == value
    assert fs.info(f"{NODE}/o/{name}")["size"] == len(fs.cat(f"{NODE}/o/{name}"))


def test_all_of_it_can_be_had(fs: FlyteFS, tmp_path: Path) -> None:
    """With its structure."""
    fs.get(f"{NODE}/o/folder", str(tmp_path / "folder"), recursive=True)
    fs.get(f"{NODE}/o/raw", str(tmp_path / "raw"))
    assert (tmp_path / "folder/deep/part.txt").read_bytes() == b"below"
    assert (tmp_path / "raw").read_bytes() == b"\x00\x01"


@pytest.mark.parametrize(
    "path",
    [
        f"{NODE}9/o",
        f"{NODE}/o/nobody",
        f"{NODE}/7/o",
        f"{NODE}/0/d",
        f"{NODE}/x",
        f"{NODE}/o/folder/none",
        f"{NODE}/o/files/9",
        "flyte://v1/flytesnacks/development/e.1/n0/o",
    ],
)
def test_what_is_not_there(fs: FlyteFS, path: str) -> None:
    """A FileNotFoundError, whatever Admin calls it."""
    assert not fs.exists(path)
    with pytest.raises(FileNotFoundError):
        fs.cat_file(path)


def test_nothing_can_be_written_there(fs: FlyteFS, tmp_path: Path) -> None:
    """Told as a disk tells it."""
    with pytest.raises(OSError, match="there to be read") as caught:
        fs.pipe(f"{NODE}/o/new", b"")
    assert caught.value.errno == 30
