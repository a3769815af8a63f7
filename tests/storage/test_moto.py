"""The data plane on somebody else's S3: its signatures, its conditions, its listing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from reconciler.admin import connect
from reconciler.errors import ChangedObjectError, MissingObjectError
from reconciler.sandbox import Sandbox, parse_config
from reconciler.storage import Access, FlyteFS, read_tree, upload_tree
from tests.storage.conftest import config_of, no_credentials

KEYS = {"access_key_id": "key", "secret_key": "secret", "region": "us-east-1"}


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def elsewhere(store: str) -> Iterator[Sandbox]:
    stow = {"kind": "s3", "config": {**KEYS, "endpoint": store, "disable_ssl": True}}
    storage = {"type": "stow", "container": "bucket", "stow": stow}
    with Sandbox(config=parse_config({"storage": storage})) as sandbox:
        yield sandbox


@pytest.fixture
def fs(elsewhere: Sandbox) -> Iterator[FlyteFS]:
    with connect(config_of(elsewhere)) as connection:
        native = no_credentials()
        yield FlyteFS(
            access=Access(connection, project="p", domain="d", native=native, parallelism=3)
        )


def test_there_and_back(fs: FlyteFS, tree: Path, tmp_path: Path, elsewhere: Sandbox) -> None:
    """A folder by signatures alone; its files in parts; what is empty, and what is missing."""
    access = fs._access
    url = upload_tree(
        read_tree(tree),
        project="p",
        domain="d",
        proxy=access.proxy,
        resolver=access.resolver,
        indexes=access.indexes,
        parallelism=3,
    )
    back = tmp_path / "back"
    access.objects.fetch_folder(url, back)
    assert read_tree(back).root == read_tree(tree).root
    root = f"p/d/{url.rpartition('/')[2]}"
    assert fs.find(root) == [f"{root}/a/deep/empty.bin", f"{root}/a/part.txt", f"{root}/part.txt"]
    assert fs.cat_file(f"{root}/a/part.txt", 1, 3) == b"el"
    assert fs.info(f"{root}/a/deep/empty.bin")["size"] == 0
    with pytest.raises(MissingObjectError):
        access.proxy.read(f"{url}/none")


def test_nothing_is_written_over(fs: FlyteFS) -> None:
    """Admin compares with the digest that the store keeps beside the object."""
    fs.pipe("p/d/once/f", b"1")
    fs.pipe("p/d/once/f", b"1")
    with pytest.raises(FileExistsError):
        fs.pipe("p/d/once/f", b"2")


def test_a_change_is_noticed(fs: FlyteFS, elsewhere: Sandbox) -> None:
    """By the store itself, which is asked for the version that was meant."""
    fs.pipe("p/d/changes/f", b"0123456789")
    proxy, url = fs._access.proxy, fs.native("p/d/changes/f")
    etag = proxy.stat(url).etag
    elsewhere.admin.objects.put(url, b"9876543210")
    with pytest.raises(ChangedObjectError):
        proxy.read(url, start=5, stop=6, etag=etag)


def test_credentials_list_what_nobody_published(
    fs: FlyteFS, store: str, elsewhere: Sandbox
) -> None:
    """By the store's own library."""
    fs.pipe("p/d/unlisted/a b/c", b"1")
    config = config_of(elsewhere)
    storage = replace(config.storage, endpoint=store, access_key="key", secret_key="secret")
    with connect(config) as connection:
        native = no_credentials(replace(config, storage=storage))
        access = Access(connection, project="p", domain="d", native=native)
        assert FlyteFS(access=access).find("p/d/unlisted") == ["p/d/unlisted/a b/c"]
        url = access.resolver.resolve_remote_path("p/d/unlisted/a b/c")
        assert access.objects.read(url) == b"1"
