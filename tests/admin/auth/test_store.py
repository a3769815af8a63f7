"""Where a person's token is kept: theirs alone, whole or not at all, one writer at a time."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from reconciler.admin.auth.store import FileVault, Kept, TokenStore, name_of
from reconciler.config import Config, Login
from reconciler.errors import ConfigError, LoginError
from tests.admin.auth.conftest import ToAsking, kept_files, mode
from tests.admin.auth.people import Somebody
from tests.fakes import MemoryClock

KEPT = Kept(access="a-token", refresh="r-token", fresh_until=1.0, until=2.0, header="h")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, told: list[str]) -> TokenStore:
    return store_at(tmp_path, told)


def store_at(tmp_path: Path, told: list[str], **fields: Any) -> TokenStore:
    folder = str(tmp_path / "tokens")
    config = Config(endpoint="h:1", source="the test", token_folder=folder, **fields)
    return TokenStore(config, MemoryClock(), told.append)


def test_what_is_kept_is_its_owners(store: TokenStore, tmp_path: Path) -> None:
    """0600 in a folder of 0700, whatever the umask; and no half-written file beside it."""
    before = os.umask(0)
    try:
        store.write(KEPT)
    finally:
        os.umask(before)

    assert store.read() == KEPT
    (file,) = kept_files(tmp_path)
    assert (mode(file), mode(file.parent)) == ("0o600", "0o700")
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_that_others_may_enter_is_closed(store: TokenStore, tmp_path: Path) -> None:
    """It may have been there before us."""
    (tmp_path / "tokens").mkdir(mode=0o755)

    store.write(KEPT)

    assert mode(tmp_path / "tokens") == "0o700"


def test_a_file_that_others_may_read_is_mended_and_told(
    store: TokenStore, tmp_path: Path, told: list[str]
) -> None:
    """The token may be known; the person should hear of it."""
    store.write(KEPT)
    (file,) = kept_files(tmp_path)
    file.chmod(0o644)

    assert store.read() == KEPT
    assert mode(file) == "0o600"
    assert "could be read by others" in told[0]
    assert "a-token" not in told[0]


def test_a_file_that_others_may_write_is_not_used(
    store: TokenStore, tmp_path: Path, told: list[str]
) -> None:
    """Somebody may have put their own token there, to have us act in their name."""
    store.write(KEPT)
    (file,) = kept_files(tmp_path)
    file.chmod(0o620)

    assert store.read() is None
    assert "can be written by others; it is not used" in told[0]


def test_a_link_is_not_followed(store: TokenStore, tmp_path: Path, told: list[str]) -> None:
    """Nor a folder or pipe read."""
    store.write(KEPT)
    (file,) = kept_files(tmp_path)
    elsewhere = tmp_path / "elsewhere.json"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)

    assert store.read() is None
    assert "cannot read the kept token" in told[0]


def test_whoever_reads_meanwhile_finds_a_whole_one(store: TokenStore) -> None:
    """The one before or the one after, never half of either."""
    written = [Kept(access=f"{n}" * (1 + n % 7 * 500), refresh=str(n)) for n in range(100)]
    store.write(written[0])
    found: list[Kept | None] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            found.append(store.read())

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for one in written:
            store.write(one)
        done.set()
        for reader in readers:
            reader.result()

    assert found
    assert all(one in written for one in found)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"unknown": 1}', "\x00"])
def test_a_damaged_file_is_as_good_as_none(
    store: TokenStore, tmp_path: Path, content: str
) -> None:
    """Another version's as well."""
    store.write(KEPT)
    kept_files(tmp_path)[0].write_text(content)

    assert store.read() is None


def test_where_nothing_can_be_kept_it_is_told(tmp_path: Path, told: list[str]) -> None:
    """And the login goes on."""
    (tmp_path / "tokens").write_text("a file in the way")
    store = store_at(tmp_path, told)

    with store.locked(1):
        store.write(KEPT)

    assert "the token is not kept" in told[0]
    assert store.read() is None


def test_without_a_folder_nothing_is_kept(told: list[str]) -> None:
    """A user without a home does not leave tokens among everybody's temporary files."""
    config = Config(endpoint="h:1", source="the test", token_folder="")
    store = TokenStore(config, MemoryClock(), told.append)

    store.write(KEPT)

    assert (store.read(), told) == (None, [])


def test_another_process_is_waited_for(store: TokenStore, tmp_path: Path) -> None:
    """But not for ever."""
    with store.locked(1):
        pass
    lock = tmp_path / "tokens" / f"{store.name}.lock"
    script = (
        "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(LoginError, match="another process has been logging in"):
            store.locked(2).__enter__()
        other.communicate()
    with store.locked(1):
        assert mode(lock) == "0o600"


text = st.text(max_size=8)


@given(
    one=st.tuples(text, text, text, st.frozensets(text)),
    two=st.tuples(text, text, text, st.frozensets(text)),
)
@settings(derandomize=True, max_examples=60)
def test_names_differ_as_configurations_do(one: Any, two: Any) -> None:
    """Endpoint, client, audience and scopes; the order of scopes means nothing."""

    def name(parts: Any) -> str:
        endpoint, client, audience, scopes = parts
        login = Login(client_id=client, audience=audience, scopes=tuple(scopes))
        return name_of(Config(endpoint=endpoint, source="", login=login))

    assert (name(one) == name(two)) == (one == two)


class MemoryKeyring(KeyringBackend):
    """The system's keyring, or one that is locked."""

    priority = 1

    def __init__(self, *, locked: bool = False) -> None:
        self.locked = locked
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked("r-token is in here")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_the_keyring_is_used_when_asked(
    ring: MemoryKeyring, to_asking: ToAsking, somebody: Somebody, tmp_path: Path
) -> None:
    """And then there is no file; unasked it is not even looked at."""
    to_asking(somebody.person(), keyring=True).reader.domains()
    to_asking(None, keyring=True).reader.domains()

    assert len(somebody.opened) == len(ring.held) == 1
    assert kept_files(tmp_path) == []


def test_a_locked_keyring_stops_nobody(
    ring: MemoryKeyring, tmp_path: Path, told: list[str]
) -> None:
    """It is told, without what it said."""
    ring.locked = True
    store = store_at(tmp_path, told, keyring=True)

    store.write(KEPT)

    assert store.read() is None
    assert all("keyring does not work (KeyringLocked)" in line for line in told)
    assert "r-token" not in "".join(told)


def test_a_keyring_without_its_library_is_told(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how to get it."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(ConfigError, match=r"pip install 'flyte-reconciler\[keyring\]'"):
        store_at(tmp_path, told, keyring=True)


def test_no_repr_shows_a_token(tmp_path: Path) -> None:
    """Where it could reach a log."""
    assert "token" not in repr(KEPT).replace("refresh_token", "")
    assert FileVault(tmp_path, print).read("nothing") is None
