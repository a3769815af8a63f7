"""The store keeps what it acknowledged, and belongs to one process."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from reconciler.sandbox import Refusal, Store, StoreError
from reconciler.sandbox.services.projects import seed_project
from reconciler.sandbox.store import SCHEMA_VERSION

PROGRAM = """
import sys
from reconciler.sandbox.store import Store
from reconciler.sandbox.services.projects import seed_project
store = Store.open(sys.argv[1])
number = 0
while True:
    seed_project(store, f"p{number}", now=number)
    print(number, flush=True)
    number += 1
"""


def seed_and_fail(store: Store) -> None:
    """Write a project in a transaction that does not end well."""
    with store.write():
        seed_project(store, "a", now=1)
        raise RuntimeError


def projects(store: Store) -> list[str]:
    """The ids of all projects, in the order of their insertion."""
    with store.read() as session:
        return [row["identifier"] for row in session.all("SELECT * FROM projects ORDER BY id")]


def test_a_file_keeps_what_was_written(tmp_path: Path) -> None:
    """Closed and opened again, everything is there, and it is no longer new."""
    path = tmp_path / "deep" / "store.db"
    first = Store.open(path)
    assert first.is_new
    seed_project(first, "a", now=1)
    first.close()

    second = Store.open(path)

    assert not second.is_new
    assert projects(second) == ["a"]
    second.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """Whatever ends it, a write that did not return is not there."""
    store = Store.open(tmp_path / "store.db")
    with pytest.raises(RuntimeError):
        seed_and_fail(store)

    assert projects(store) == []
    store.close()


def test_a_write_within_a_write_is_one_transaction() -> None:
    """The inner one is undone with the outer one."""
    store = Store.open()
    with pytest.raises(RuntimeError), store.write():
        seed_and_fail(store)

    assert projects(store) == []
    store.close()


def test_readers_see_one_moment_while_others_write(tmp_path: Path) -> None:
    """A reader neither waits for a writer nor sees half of what it does."""
    store = Store.open(tmp_path / "store.db")
    seed_project(store, "a", now=1)
    with store.read() as session:
        before = session.one("SELECT count(*) FROM projects")
        with ThreadPoolExecutor(1) as other:
            other.submit(seed_project, store, "b", now=2).result()
        after = session.one("SELECT count(*) FROM projects")

    assert before is not None
    assert after is not None
    assert (before[0], after[0]) == (1, 1)
    assert projects(store) == ["a", "b"]
    store.close()


@pytest.mark.parametrize("name", [":memory:", "store.db"])
def test_no_write_of_many_at_once_is_lost(name: str, tmp_path: Path) -> None:
    """Sixteen writers wait for each other and all get through."""
    store = Store.open(name if name == ":memory:" else tmp_path / name)
    with ThreadPoolExecutor(16) as pool:
        done = [pool.submit(seed_project, store, f"p{n}", now=n) for n in range(160)]
    for one in done:
        one.result()

    assert sorted(projects(store)) == sorted(f"p{n}" for n in range(160))
    store.close()


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """Killed in the middle of writing, the process loses nothing it had answered for."""
    path = tmp_path / "store.db"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(50)]
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += process.stdout.readlines()
    last = int([line for line in acknowledged if line.endswith("\n")][-1])

    store = Store.open(path)

    assert projects(store)[: last + 1] == [f"p{n}" for n in range(last + 1)]
    store.close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """It is told who has the file, and what to do."""
    path = tmp_path / "store.db"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(StoreError, match=f"in use by another process .pid {process.pid}."):
            Store.open(path)
        process.kill()
        process.stdout.read()


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """Writing to what one does not know would spoil it."""
    path = tmp_path / "store.db"
    Store.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    with pytest.raises(StoreError, match="schema version"):
        Store.open(path)


def test_something_else_is_refused(tmp_path: Path) -> None:
    """A file that is no database is left alone."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, but long enough to be looked at" * 20)

    with pytest.raises(StoreError, match="not a store"):
        Store.open(path)

    assert path.read_text().startswith("not a database")


def test_a_database_of_someone_else_is_refused(tmp_path: Path) -> None:
    """Its tables are not mixed with ours."""
    path = tmp_path / "books.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE books (title TEXT)")
    connection.close()

    with pytest.raises(StoreError, match=r"not a store .* a table books of someone else's"):
        Store.open(path)


def test_an_older_store_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step by step, keeping what it holds; a step that fails leaves nothing of itself."""
    path = tmp_path / "store.db"
    first = Store.open(path)
    seed_project(first, "kept", now=1)
    first.close()
    monkeypatch.setattr("reconciler.sandbox.store.SCHEMA_VERSION", SCHEMA_VERSION + 2)
    steps = {
        SCHEMA_VERSION: "ALTER TABLE projects ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'",
        SCHEMA_VERSION + 1: "UPDATE projects SET colour = 'blue'; UPDATE gone SET at = 1",
    }
    monkeypatch.setattr("reconciler.sandbox.store.MIGRATIONS", steps)

    with pytest.raises(StoreError, match="no such table: gone"):
        Store.open(path)
    steps[SCHEMA_VERSION + 1] = "UPDATE projects SET name = colour"
    second = Store.open(path)

    assert not second.is_new
    with second.read() as session:
        rows = session.all("SELECT identifier, name FROM projects")
        version = session.all("PRAGMA user_version")[0][0]
    assert [tuple(row) for row in rows] == [("kept", "red")]
    assert version == SCHEMA_VERSION + 2
    second.close()


def test_a_refused_store_can_be_opened_after_all(tmp_path: Path) -> None:
    """Refusing a file does not keep it locked."""
    path = tmp_path / "store.db"
    path.write_text("x" * 2000)
    with pytest.raises(StoreError):
        Store.open(path)
    path.unlink()

    Store.open(path).close()


def test_a_nul_is_refused_as_postgresql_does() -> None:
    """SQLite would take it; clients of Admin must not."""
    store = Store.open()
    with pytest.raises(Refusal) as refused, store.write() as session:
        session.run("SELECT ?", ("a\0b",))

    assert refused.value.code is grpc.StatusCode.UNKNOWN
    assert refused.value.message == (
        'failed database operation with invalid byte sequence for encoding "UTF8": 0x00'
    )
    store.close()


def test_a_taken_key_names_its_constraint() -> None:
    """In PostgreSQL's words."""
    store = Store.open()
    values = {"created_at": 1, "updated_at": 1, "identifier": "a", "name": "a"}
    with store.write() as session:
        session.insert("projects", **values)
    with pytest.raises(Refusal, match='"projects_pkey"'), store.write() as session:
        session.insert("projects", **values)
    store.close()
