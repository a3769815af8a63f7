"""`flyte://` as a file system: what it does, what it cannot, and that it tells which."""

import errno
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reconciler.admin import connect
from reconciler.config import Config, Login
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox, parse_config
from reconciler.storage import Access, FlyteFS, FlytePathResolver, HttpFileWriter
from tests.storage.conftest import KEYS, STORAGE, config_of, no_credentials

ODD = "a b?c#d%41&ü/.hidden/x"


@pytest.fixture
def fs(access: Access) -> FlyteFS:
    return FlyteFS(access=access)


@pytest.fixture
def another(make_access: Callable[..., Access]) -> FlyteFS:
    """The same as another process has it."""
    return FlyteFS(access=make_access())


def test_what_is_written_is_read(fs: FlyteFS, another: FlyteFS, top: str) -> None:
    """Under whatever name, in any process, in parts and as text."""
    path = f"flyte://{top}/{ODD}"
    with fs.open(path, "wb") as file:
        assert isinstance(file, HttpFileWriter)
        file.write(b"one\r\n")
        file.write(memoryview(b"two"))
        assert file.tell() == 8
    with another.open(path, "rt", newline=None) as file:
        assert file.read() == "one\ntwo"
    with another.open(path, block_size=2) as file:
        assert (file.seek(-3, os.SEEK_END), file.read()) == (5, b"two")
    assert another.cat_file(path, 3, 6) == b"\r\nt"
    assert another.cat_file(path, -3) == b"two"
    assert another.cat_ranges([path] * 2, [0, 5], [3, 8]) == [b"one", b"two"]
    info = another.info(path)
    assert (info["name"], info["size"], info["type"]) == (f"{top}/{ODD}", 8, "file")
    assert another.isfile(path)
    assert not another.isdir(path)
    assert another.modified(path) is not None
    assert another.ukey(path) == another.ukey(path)


def test_an_open_file_stays_the_one_it_was(fs: FlyteFS, sandbox: Sandbox, top: str) -> None:
    """Somebody at the store writes over it: that is told, not mixed in."""
    fs.pipe(f"{top}/f", b"0123456789" * 10)
    file = fs.open(f"{top}/f", block_size=10, cache_type="none")
    assert file.read(4) == b"0123"
    objects: Any = sandbox.admin.objects
    with objects.write_at(f"{top}/f") as writing:
        writing.write(b"x" * 100)
        writing.commit()
    with pytest.raises(OSError, match="another object") as caught:
        file.read(4)
    assert caught.value.errno == errno.ESTALE


def test_nothing_is_ever_written_over(fs: FlyteFS, top: str, tmp_path: Path) -> None:
    """The same bytes are no other object; other bytes are refused when they are complete."""
    fs.pipe(f"{top}/f", b"1")
    fs.pipe(f"{top}/f", b"1")
    with pytest.raises(FileExistsError, match="take another name"):
        fs.pipe(f"{top}/f", b"2")
    with pytest.raises(FileExistsError):
        fs.open(f"{top}/f", "xb")
    (tmp_path / "f").write_bytes(b"2")
    with pytest.raises(FileExistsError):
        fs.put_file(str(tmp_path / "f"), f"{top}/f")
    assert fs.cat(f"{top}/f") == b"1"


@pytest.mark.parametrize(
    "operation",
    [
        lambda fs, path: fs.rm(path),
        lambda fs, path: fs.rm_file(path),
        lambda fs, path: fs.rmdir(path),
        lambda fs, path: fs.delete(path),
        lambda fs, path: fs.mv(path, f"{path}2"),
        lambda fs, path: fs.open(path, "ab"),
        lambda fs, path: fs.open(path, "r+b"),
    ],
)
def test_what_there_is_no_way_to_do(fs: FlyteFS, top: str, operation: Any) -> None:
    """An OSError with the reason, before anything happened."""
    fs.pipe(f"{top}/f", b"1")
    with pytest.raises(OSError, match=r"deletes nothing|read or written whole") as caught:
        operation(fs, f"{top}/f")
    assert caught.value.errno == errno.ENOTSUP
    assert not fs.exists(f"{top}/f2")


@pytest.mark.parametrize(
    "path", ["flyte://p/d/root", "flyte://p/d", "p/d/root/../../x", "p/d/r/a//b"]
)
def test_places_that_are_none(fs: FlyteFS, path: str) -> None:
    """Neither to write nor to read."""
    with pytest.raises(OSError, match=r"part is missing|lead elsewhere") as caught:
        fs.pipe(path, b"")
    assert caught.value.errno == errno.EINVAL
    with pytest.raises(OSError, match=r"(?i)is a directory|no such|a folder|elsewhere"):
        fs.cat_file(path)


def failing(file: Any) -> None:
    file.write(b"half")
    raise RuntimeError("enough")


def test_what_failed_was_never_there(
    fs: FlyteFS, top: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception while it is written: nothing is uploaded, and no temporary file stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError), fs.open(f"{top}/f", "wb") as file:
        failing(file)
    assert not fs.exists(f"{top}/f")
    dropped = fs.open(f"{top}/f", "wb")
    dropped.write(b"nobody closes this")
    del dropped
    assert not fs.exists(f"{top}/f")
    assert os.listdir(tmp_path) == []


def test_a_transaction_uploads_at_its_end(fs: FlyteFS, top: str) -> None:
    """Or not at all."""
    with fs.transaction:
        fs.pipe(f"{top}/f", b"1")
        assert not fs.exists(f"{top}/f")
    assert fs.cat(f"{top}/f") == b"1"
    with pytest.raises(RuntimeError), fs.transaction:
        failing(fs.open(f"{top}/g", "wb"))
    assert not fs.exists(f"{top}/g")


def test_listings_know_what_was_written_here(fs: FlyteFS, another: FlyteFS, top: str) -> None:
    """Others know it once it is published, and can see files by their names before."""
    for name in ("a", "sub/b", "sub/deep/c"):
        fs.pipe(f"{top}/{name}", name.encode())
    assert fs.ls(top, detail=False) == [f"{top}/a", f"{top}/sub"]
    assert fs.glob(f"{top}/**/c") == [f"{top}/sub/deep/c"]
    assert [files for _, _, files in fs.walk(top)] == [["a"], ["b"], ["c"]]
    assert fs.du(top) == 16
    assert another.exists(f"{top}/sub/b")
    with pytest.raises(FileNotFoundError, match="lists nothing"):
        another.ls(top)

    assert fs.publish(top) == 3
    assert fs.publish(top) == 0
    another.invalidate_cache()
    assert another.find(top) == [f"{top}/a", f"{top}/sub/b", f"{top}/sub/deep/c"]
    another.pipe(f"{top}/z", b"later")
    assert another.publish(top) == 1
    assert f"{top}/z" in fs.ls(top, detail=False, refresh=True)


def test_a_folder_that_was_put_is_listed_everywhere(
    fs: FlyteFS, another: FlyteFS, top: str, tree: Path, tmp_path: Path
) -> None:
    """Its structure goes up and comes down."""
    fs.put(str(tree), top, recursive=True)
    files = ["a/deep/empty.bin", "a/part.txt", "part.txt"]
    assert another.find(top) == [f"{top}/{name}" for name in files]
    another.get(top, str(tmp_path / "back"), recursive=True)
    back = sorted(p for p in (tmp_path / "back").rglob("*") if p.is_file())
    assert [str(p.relative_to(tmp_path / "back")) for p in back] == files
    another.cp(f"{top}/a", f"{top}-copy/", recursive=True)
    assert another.cat(f"{top}-copy/a/part.txt") == b"below"


def test_credentials_list_what_nobody_published(
    make_access: Callable[..., Access], connection: Any, sandbox: Sandbox, top: str
) -> None:
    """The store itself is asked then, through fsspec."""
    storage = replace(
        config_of(sandbox).storage,
        endpoint=f"http://{sandbox.http_endpoint}",
        access_key=KEYS["access_key_id"],
        secret_key=KEYS["secret_key"],
        addressing_style="path",
    )
    config = replace(config_of(sandbox), storage=storage)
    FlyteFS(access=make_access()).pipe(f"{top}/{ODD}", b"1")
    fs = FlyteFS(access=make_access(native=no_credentials(config)))
    assert fs.find(top) == [f"{top}/{ODD}"]
    assert f"{top}" in fs.ls("flyte://flytesnacks/development", detail=False)
    refused = replace(config, storage=replace(storage, secret_key="wrong"))
    useless = make_access(native=no_credentials(refused))
    with pytest.raises(FileNotFoundError, match="lists nothing"):
        FlyteFS(access=useless).ls(top)
    url = useless.resolver.resolve_remote_path(f"{top}/{ODD}")
    assert useless.objects.read(url) == b"1"
    assert useless.native.find(url) is None


def test_native_urls_are_admin_s(fs: FlyteFS, top: str, sandbox: Sandbox) -> None:
    """And what lies there can be signed, for those without an account."""
    fs.pipe(f"{top}/{ODD}", b"1")
    url = fs.native(f"flyte://{top}/{ODD}")
    assert sandbox.admin.objects.get(url) == b"1"
    signed = fs.sign(f"{top}/{ODD}")
    assert signed.startswith(f"http://{sandbox.http_endpoint}/bucket/")


def test_paths_resolve_without_being_written(access: Access, top: str) -> None:
    """Both ways, for each Admin by itself; no other path resolves to nothing."""
    resolver = FlytePathResolver(access.proxy)
    url = resolver.resolve_remote_path(f"flyte://{top}/a b")
    assert url == f"s3://bucket/{top}/a%20b"
    found = resolver.path_of(url, project="flytesnacks", domain="development")
    assert str(found) == f"{top}/a b"
    assert resolver.path_of("s3://else/p/d/r", project="p", domain="d") is None
    with pytest.raises(ValueError, match="not flyte://"):
        resolver.resolve_remote_path("flyte://v1/p/d/e/n/o")


@pytest.fixture
def environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECONCILER_ADMIN", sandbox.endpoint)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_fsspec_finds_it(environment: None, top: str) -> None:
    """By its entry point, configured as everything else is; one for all threads."""
    with fsspec.open(f"flyte://{top}/f", "wb") as file:
        file.write(b"1")
    found: list[Any] = [fsspec.filesystem("flyte")]
    thread = threading.Thread(target=lambda: found.append(fsspec.filesystem("flyte")))
    thread.start()
    thread.join()
    assert found[0] is found[1]
    assert isinstance(found[0], FlyteFS)
    assert fsspec.open(f"flyte://{top}/f").open().read() == b"1"


def test_an_endpoint_is_enough(sandbox: Sandbox, top: str) -> None:
    """Other libraries' options are plain words."""
    options = {"endpoint": sandbox.endpoint, "insecure": True}
    with fsspec.open(f"flyte://{top}/f", "wb", **options) as file:
        file.write(b"1")
    fs = fsspec.filesystem("flyte", **options)
    assert fs.cat(f"{top}/f") == b"1"
    assert fs is fsspec.filesystem("flyte", **options)
    assert fs.config.endpoint == sandbox.endpoint


def test_several_admins_do_not_mix(
    sandbox: Sandbox, top: str, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those of Remotes, nor those of an environment that changes."""
    with Sandbox(config=parse_config({"storage": STORAGE})) as other:
        with Remote(config_of(sandbox)) as one, Remote(config_of(other)) as two:
            first, second = one.filesystem(), two.filesystem()
            first.pipe(f"{top}/f", b"1")
            second.pipe(f"{top}/f", b"2")
            assert (first.cat(f"{top}/f"), second.cat(f"{top}/f")) == (b"1", b"2")
            assert first.fsid != second.fsid
        before = fsspec.filesystem("flyte")
        monkeypatch.setenv("RECONCILER_ADMIN", other.endpoint)
        after = fsspec.filesystem("flyte")
        assert (before.cat(f"{top}/f"), after.cat(f"{top}/f")) == (b"1", b"2")
        after.clear_instance_cache()


READ = """
import pickle, sys
fs = pickle.loads(bytes.fromhex(sys.argv[1]))
print(fs.cat_file(sys.argv[2]).decode(), end="")
"""


def test_it_travels_to_other_processes(sandbox: Sandbox, top: str) -> None:
    """As dask and multiprocessing send it; one of a Remote, too."""
    with Remote(config_of(sandbox)) as remote:
        fs = remote.filesystem()
        fs.pipe(f"{top}/f", b"from afar")
        sent = pickle.dumps(fs).hex()
    run = [sys.executable, "-c", READ, sent, f"{top}/f"]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout == "from afar"


def test_secrets_do_not_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has a secret here finds its own there, for this very Admin."""
    login = Login(token="token-5f1e")
    config = Config(endpoint="127.0.0.1:9", source="here", insecure=True, login=login)
    config = replace(config, storage=replace(config.storage, secret_key="store-77aa"))
    with connect(config) as connection:
        fs = FlyteFS(access=Access(connection, project="p", domain="d"))
        sent = pickle.dumps(fs)
    assert b"5f1e" not in sent
    assert b"77aa" not in sent
    there = pickle.loads(sent)
    assert there.config.endpoint == "127.0.0.1:9"
    assert there.config.login.token == ""


def test_an_admin_that_is_gone_is_no_missing_file() -> None:
    """`exists` says so instead of no."""
    config = Config(endpoint="127.0.0.1:9", source="the test", insecure=True)
    from reconciler.admin import RetryPolicy

    with connect(config, policy=RetryPolicy(attempts=1)) as connection:
        fs = FlyteFS(access=Access(connection, project="p", domain="d"))
        with pytest.raises(OSError) as caught:
            fs.exists("p/d/r/f")
    assert not isinstance(caught.value, FileNotFoundError)
