"""Files and folders up, whatever literals hold down, and what `flyte://` URLs stand for."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.config import Config
from reconciler.errors import (
    AlreadyExistsError,
    DownloadError,
    InvalidArgumentError,
    NotFoundError,
    UnsuitableError,
    UploadError,
)
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox
from tests.storage.conftest import no_credentials
from tests.storage.ran import NODE, PAGE, Ran, blob, ran


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("folder")
    (folder / "deep").mkdir()
    (folder / "nothing").mkdir()
    (folder / "part.txt").write_text("top")
    (folder / "deep" / "part.txt").write_text("below")
    with ran(folder) as done:
        yield done


@pytest.fixture
def remote(done: Ran) -> Iterator[Remote]:
    with Remote(done.config) as remote:
        remote._data_access.native = remote._data_access.objects._native = no_credentials()
        yield remote


def asked(done: Ran, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The RPCs that reach Admin from now on."""
    calls: list[str] = []
    answer = done.world.admin.call

    def call(method: str, *rest: Any) -> bytes:
        calls.append(method.rpartition("/")[2])
        return answer(method, *rest)

    monkeypatch.setattr(done.world.admin, "call", call)
    return calls


def content(done: Ran, url: str) -> bytes:
    return done.world.admin.objects.get(url)


def written(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_file_goes_where_its_content_says(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """As flytekit has it: digest and native URL; it need not be writable."""
    file = tmp_path / "data.csv"
    file.write_bytes(b"a,b\n")
    file.chmod(stat.S_IRUSR)
    md5, url = remote.upload_file(file)
    assert md5 == hashlib.md5(b"a,b\n").digest()
    assert url.startswith("s3://bucket/flytesnacks/development/")
    assert url.endswith("/data.csv")
    assert content(done, url) == b"a,b\n"
    assert remote.upload_file(file) == (md5, url)


def test_a_file_that_changed_is_another(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """Nothing is remembered by its path."""
    file = tmp_path / "data"
    file.write_bytes(b"1")
    _, first = remote.upload_file(file)
    file.write_bytes(b"2")
    _, second = remote.upload_file(file)
    assert (content(done, first), content(done, second)) == (b"1", b"2")


def test_a_root_takes_each_name_once(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """Another content is refused as what it is."""
    file = tmp_path / "f"
    file.write_bytes(b"1")
    _, url = remote.upload_file(file, "p", "d", filename_root="run/7")
    assert url == "s3://bucket/p/d/run/7/f"
    file.write_bytes(b"2")
    with pytest.raises(AlreadyExistsError):
        remote.upload_file(file, "p", "d", filename_root="run/7")


@pytest.mark.parametrize("name", ["a b?c#d%41&e.txt", "ü+=;,:@$!*'()[].txt", "%"])
def test_odd_names_are_kept(done: Ran, remote: Remote, tmp_path: Path, name: str) -> None:
    """What means something in URLs means nothing in names."""
    file = tmp_path / "up" / name
    file.parent.mkdir()
    file.write_bytes(name.encode())
    _, url = remote.upload_file(file)
    assert content(done, url) == name.encode()
    (path,) = remote.download(url, tmp_path / "down")
    assert path.name == name


@pytest.mark.parametrize("root", ["..", "a/../b", "a//b"])
def test_roots_that_lead_elsewhere_are_refused(remote: Remote, tmp_path: Path, root: str) -> None:
    """Admin would resolve them, to another project even."""
    file = tmp_path / "f"
    file.write_bytes(b"")
    with pytest.raises(ValueError, match="lead elsewhere"):
        remote.upload_file(file, filename_root=root)


def test_what_is_no_file(remote: Remote, tmp_path: Path) -> None:
    """With the way out for a folder."""
    with pytest.raises(ValueError, match="upload_directory"):
        remote.upload_file(tmp_path)
    with pytest.raises(ValueError, match="is no file"):
        remote.upload_file(tmp_path / "none")


def test_a_folder_keeps_its_structure(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """Two files of one name do not meet; the URL is the root's, even of a single file."""
    (tmp_path / "t" / "a").mkdir(parents=True)
    (tmp_path / "t" / "x").write_text("1")
    (tmp_path / "t" / "a" / "x").write_text("2")
    url = remote.upload_directory(tmp_path / "t")
    assert (content(done, f"{url}/x"), content(done, f"{url}/a/x")) == (b"1", b"2")
    os.unlink(tmp_path / "t" / "x")
    single = remote.upload_directory(tmp_path / "t")
    assert content(done, f"{single}/a/x") == b"2"
    assert single != url


def test_names_are_part_of_where_it_goes(remote: Remote, tmp_path: Path) -> None:
    """The same contents under other names are another folder; the same folder is the same."""
    urls = []
    for number, names in enumerate((["a", "b"], ["a", "c"], ["a", "b"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in names:
            (folder / name).write_text(name[:1] if name == "a" else "same")
        urls.append(remote.upload_directory(folder))
    assert urls[0] == urls[2] != urls[1]


def test_what_is_there_is_not_sent_again(
    done: Ran, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder costs two calls, and no file; one that was begun only what is missing."""
    for number in range(6):
        (tmp_path / f"f{number}").write_text(f"{number}" * (number + 1))
    calls = asked(done, monkeypatch)
    sent = remote.upload_directory(tmp_path)
    first = len(calls)
    again = remote.upload_directory(tmp_path)
    assert sent == again
    assert len(calls) - first <= 2

    objects: Any = done.world.admin.objects
    root = sent.rpartition("/")[2]
    objects.delete_at(f"flytesnacks/development/.index/{root}/1.json")
    objects.delete_at(f"flytesnacks/development/{root}/f4")
    times = {path: objects.info(f"{sent}/{path}").modified for path in ("f0", "f5")}
    remote.upload_directory(tmp_path)
    assert content(done, f"{sent}/f4") == b"44444"
    assert times == {path: objects.info(f"{sent}/{path}").modified for path in ("f0", "f5")}


def test_all_that_cannot_be_carried_is_told_at_once(remote: Remote, tmp_path: Path) -> None:
    """Before anything is sent."""
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "two\nlines").write_text("")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_text("")
    with pytest.raises(UnsuitableError) as caught:
        remote.upload_directory(tmp_path)
    said = "\n".join(caught.value.problems)
    for words in ("lies in", "leads nowhere", "neither a file", "control", "not UTF-8"):
        assert words in said
    assert len(caught.value.problems) == 5


def test_links_are_followed(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """An object store has none."""
    (tmp_path / "elsewhere" / "sub").mkdir(parents=True)
    (tmp_path / "elsewhere" / "sub" / "f").write_text("linked")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "link").symlink_to(tmp_path / "elsewhere" / "sub" / "f")
    (tmp_path / "t" / "folder").symlink_to(tmp_path / "elsewhere")
    url = remote.upload_directory(tmp_path / "t")
    assert content(done, f"{url}/link") == content(done, f"{url}/folder/sub/f") == b"linked"


def test_a_named_root_takes_more_files_but_no_others(
    done: Ran, remote: Remote, tmp_path: Path
) -> None:
    """Whatever lies there stays; the error names all that would have been replaced."""
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("1")
    url = remote.upload_directory(tmp_path, "p", "d", filename_root="named/below")
    assert url == "s3://bucket/p/d/named/below"
    (tmp_path / "c").write_text("new")
    remote.upload_directory(tmp_path, "p", "d", filename_root="named/below")
    assert content(done, f"{url}/c") == b"new"
    for name in "ab":
        (tmp_path / name).write_text("2")
    with pytest.raises(UploadError, match="a, b"):
        remote.upload_directory(tmp_path, "p", "d", filename_root="named/below")
    assert content(done, f"{url}/a") == b"1"


def test_a_folder_comes_back_as_it_was(remote: Remote, tmp_path: Path) -> None:
    """Empty folders, too."""
    (tmp_path / "t" / "empty" / "deeper").mkdir(parents=True)
    (tmp_path / "t" / "f").write_text("")
    url = remote.upload_directory(tmp_path / "t")
    root = url.rpartition("/")[2]
    assert remote.download(url, tmp_path / "back") == (tmp_path / "back" / root / "f",)
    assert (tmp_path / "back" / root / "empty" / "deeper").is_dir()
    literal = blob(url, folder=True)
    assert remote.download(literal, tmp_path / "alone") == (tmp_path / "alone" / "data" / "f",)


EVERYTHING = {
    "file/report.txt": b"a report",
    "folder/part.txt": b"top",
    "folder/deep/part.txt": b"below",
    "dataset/part.txt": b"top",
    "dataset/deep/part.txt": b"below",
    "schema/part.txt": b"top",
    "schema/deep/part.txt": b"below",
    "files/0/part": b"part 0",
    "files/1/part": b"part 1",
    "offloaded/file/report.txt": b"a report",
    "offloaded/..%2Fup.json": b"7\n",
    "union/report.txt": b"a report",
    "raw.bin": b"\x00\x01",
    "none.json": b"null\n",
    "span.json": b'"90s"\n',
    "truth.json": b"false\n",
}


def test_every_kind_of_literal_is_written(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """Into folders that are made; nothing leads out of them, nothing is left out."""
    to = tmp_path / "not" / "there" / "yet"
    paths = remote.download(LiteralMap(literals=done.outputs), to)
    found = written(to)
    assert {name: found[name] for name in EVERYTHING} == EVERYTHING
    rest = {name: json.loads(found[name]) for name in found.keys() - EVERYTHING.keys()}
    assert rest == {
        "struct.json": {"a": [1, None]},
        "packed.json": {"a": {"1": "eA=="}},
        "numbers.json": [0, 1, 2],
        "moment.json": "2024-02-29T12:00:00Z",
        "word.json": "ü",
        "ratio.json": 0.5,
    }
    assert sorted(str(path.relative_to(to)) for path in paths) == sorted(found)
    assert (to / "folder" / "nothing").is_dir()


def test_whatever_holds_literals_is_taken(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """Messages, mappings, flytekit's models, what `get` gives, and URLs."""
    from flytekit.core.type_engine import LiteralsResolver
    from flytekit.models.literals import Literal as Model
    from flytekit.models.literals import LiteralMap as Models

    word = done.outputs["word"]
    model = Model.from_flyte_idl(word)
    given: list[Any] = [
        LiteralMap(literals={"word": word}),
        {"word": word},
        Models({"word": model}),
        LiteralsResolver({"word": model}),
        {"word": model},
        f"{NODE}/o/word",
        f"{NODE}/0/o/word",
    ]
    for number, data in enumerate(given):
        remote.download(data, tmp_path / str(number))
        assert written(tmp_path / str(number)) == {"word.json": '"ü"\n'.encode()}, data
    remote.download(model, str(tmp_path / "alone"))
    assert list(written(tmp_path / "alone")) == ["data.json"]
    remote.download(remote.get(f"{NODE}/o"), tmp_path / "resolver")
    assert len(written(tmp_path / "resolver")) == len(EVERYTHING) + 6
    remote.download(f"{NODE}/d", tmp_path / "deck")
    assert written(tmp_path / "deck") == {"deck.html": PAGE}
    with pytest.raises(TypeError, match="cannot be downloaded"):
        remote.download(5, tmp_path)
    with pytest.raises(ValueError, match="recursive=True"):
        remote.download({"word": word}, tmp_path, recursive=False)


def test_what_is_gone_is_told(remote: Remote, tmp_path: Path) -> None:
    """And nothing half is left; a literal without a place has nothing to bring."""
    with pytest.raises(DownloadError, match="no such object"):
        remote.download(blob("s3://bucket/none"), tmp_path)
    with pytest.raises(DownloadError, match="lists nothing"):
        remote.download(blob("s3://bucket/none", folder=True), tmp_path)
    with pytest.raises(UnsuitableError, match="a: it has no URI"):
        remote.download({"a": blob(""), "b": Literal()}, tmp_path)
    assert written(tmp_path) == {}


def test_flyte_urls_stand_for_literals_and_decks(remote: Remote) -> None:
    """Of nodes and of attempts; as values, too."""
    outputs = remote.get(f"{NODE}/o")
    assert outputs.get("word", str) == "ü"
    assert remote.get(f"{NODE}/0/o").get("truth", bool) is False
    assert remote.get(f"{NODE}/i")["x"] == 1
    assert remote.get(f"{NODE}/o/word").scalar.primitive.string_value == "ü"
    assert remote.get(f"{NODE}/0/o/word").scalar.primitive.string_value == "ü"
    assert remote.get(f"{NODE}/d") == PAGE
    assert remote.get_data(f"{NODE}/o").WhichOneof("data") == "literal_map"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        (f"{NODE}9/o", NotFoundError),
        (f"{NODE}9/d", NotFoundError),
        (f"{NODE}/9/o", InvalidArgumentError),
        (f"{NODE}/o/nobody", InvalidArgumentError),
        ("flyte://elsewhere", InvalidArgumentError),
        ("", InvalidArgumentError),
    ],
)
def test_urls_that_stand_for_nothing_are_errors(
    remote: Remote, url: str, error: type[Exception]
) -> None:
    """Not None."""
    with pytest.raises(error):
        remote.get(url)


def test_decks_have_links(remote: Remote) -> None:
    """That anybody may open."""
    url = remote.get_download_artifact_signed_url("n0", None, None, "e1")
    assert url.startswith("http")
    assert remote.deck("n0", "e1") == PAGE
    with pytest.raises(InvalidArgumentError):
        remote.deck("n1", "e1")


def test_flytekit_finds_what_was_uploaded(done: Ran, remote: Remote, tmp_path: Path) -> None:
    """Its own upload of the same file goes to the same place, and finds it there."""
    from flytekit.configuration import Config, PlatformConfig
    from flytekit.remote import FlyteRemote

    file = tmp_path / "same name.txt"
    file.write_text("same")
    ours = remote.upload_file(file)
    platform = PlatformConfig(endpoint=done.config.endpoint, insecure=True)
    theirs = FlyteRemote(Config(platform=platform), "flytesnacks", "development")
    assert theirs.upload_file(file) == ours


def test_flytekit_reads_folders_that_were_uploaded(tmp_path: Path) -> None:
    """Past Admin, as tasks do: it finds just the files."""
    from flytekit.core.data_persistence import FileAccessProvider

    (tmp_path / "t" / "a").mkdir(parents=True)
    (tmp_path / "t" / "a" / "c").write_text("1")
    (tmp_path / "t" / "d").write_text("2")
    with Sandbox() as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with Remote(config) as remote:
            url = remote.upload_directory(tmp_path / "t")
        provider = FileAccessProvider(str(tmp_path / "s"), str(tmp_path / "r"))
        provider.get_data(url, str(tmp_path / "got"), is_multipart=True)
    assert written(tmp_path / "got") == {"a/c": b"1", "d": b"2"}


def test_a_store_of_plain_files_has_odd_names_too(tmp_path: Path) -> None:
    """The embedded Admin's own; there the disk itself is at hand, and knows them escaped."""
    (tmp_path / "t" / "a b").mkdir(parents=True)
    (tmp_path / "t" / "a b" / "c%41?").write_text("1")
    with Sandbox() as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with Remote(config) as remote:
            url = remote.upload_directory(tmp_path / "t")
            root = url.rpartition("/")[2]
            remote.download(url, tmp_path / "got")
            assert written(tmp_path / "got" / root) == {"a b/c%41?": b"1"}
            top = f"flytesnacks/development/{root}"
            for native in (True, False):
                fs = remote.filesystem(native=native)
                assert fs.find(top) == [f"{top}/a b/c%41?"]
                assert fs.cat(f"{top}/a b/c%41?") == b"1"
            remote.download(f"{url}/a%20b/c%2541%3F", tmp_path / "file")
    assert written(tmp_path / "file") == {"c%41?": b"1"}
