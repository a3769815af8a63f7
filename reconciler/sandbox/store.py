"""The rows behind the embedded Admin: one SQLite database, in a file or in memory.

A store has one writer at a time and, when it is a file, any number of readers beside it, each
on a snapshot of its own. What a write acknowledged is on the disk: the file is in WAL mode and
every commit is synced, so that a killed process loses nothing it answered for. A second process
on the same file is refused, because the two would not see each other's uploads and clocks.

PostgreSQL is what the real Admin runs on, and clients see its errors. The ones that follow from
the values alone (a NUL in a text, a key that is already there) are told here, once, in its
words; those of filters are in `listing`.
"""

import contextlib
import fcntl
import os
import queue
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from reconciler.sandbox.btree import check_key
from reconciler.sandbox.errors import already_exists, database, internal
from reconciler.sandbox.likes import like

MEMORY = ":memory:"

SCHEMA_VERSION = 1
MIGRATIONS: dict[int, str] = {}  # from this version to the next: a script

# What ails the disk or the file, and no statement of ours.
_TROUBLES = ("disk is full", "disk I/O error", "readonly database", "database is locked")

_UNIQUE = re.compile(r"UNIQUE constraint failed: (\w+)\.")


_NAME = ("project", "domain", "name")
_VERSION = (*_NAME, "version")
_EXECUTION = ("execution_project", "execution_domain", "execution_name")

# What makes a row unique: PostgreSQL's name of the index, its texts, and how many integers are
# before them.
KEYS: Mapping[str, tuple[str, tuple[str, ...], int]] = {
    "projects": ("projects_pkey", ("identifier",), 0),
    "tasks": ("tasks_pkey", _VERSION, 0),
    "workflows": ("workflows_pkey", _VERSION, 0),
    "launch_plans": ("launch_plans_pkey", _VERSION, 0),
    "named_entity_metadata": ("named_entity_metadata_pkey", _NAME, 1),
    "description_entities": ("description_entities_pkey", _VERSION, 1),
    "resources": (
        "resource_idx",
        ("project", "domain", "workflow", "launch_plan", "resource_type"),
        0,
    ),
    "executions": ("executions_pkey", _EXECUTION, 0),
    "execution_tags": ("execution_tags_pkey", (*_EXECUTION, "key", "value"), 0),
    "node_executions": ("node_executions_pkey", (*_EXECUTION, "node_id"), 0),
    "task_executions": ("task_executions_pkey", (*_VERSION, *_EXECUTION, "node_id"), 0),
    "signals": ("signals_pkey", (*_EXECUTION, "signal_id"), 0),
    "schedulable_entities": ("schedulable_entities_pkey", _VERSION, 0),
}


class StoreError(Exception):
    """The store cannot be opened: it is in use, newer than us, or no store at all."""


class Session:
    """One transaction's view of the store: run statements, read rows.

    Rows are `sqlite3.Row`: by position or by column name. Statements raise `Refusal` with
    PostgreSQL's text for a violated key or a text it could not hold.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        _refuse_nul(parameters)
        try:
            return self._connection.execute(sql, parameters)
        except sqlite3.OperationalError as exc:
            raise _translated(exc) from exc
        except sqlite3.IntegrityError as exc:
            table = _UNIQUE.match(str(exc))
            if table is None:
                raise
            raise already_exists(KEYS[table[1]][0]) from exc

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row, or None."""
        cursor = self.run(sql, parameters)
        try:
            row: sqlite3.Row | None = cursor.fetchone()
        except sqlite3.OperationalError as exc:
            raise _translated(exc) from exc
        return row

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return every row."""
        cursor = self.run(sql, parameters)
        try:
            return cursor.fetchall()
        except sqlite3.OperationalError as exc:
            raise _translated(exc) from exc

    def insert(self, table: str, **values: Any) -> int:
        """Insert one row; return its `id`."""
        _refuse_nul(tuple(values.values()))
        if table in KEYS:
            index, parts, integers = KEYS[table]
            check_key(index, [values[part] for part in parts], integers=integers)
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        cursor = self.run(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values())
        )
        return int(cursor.lastrowid or 0)

    def update(self, table: str, id: int, **values: Any) -> None:
        """Write columns of the row with this `id`."""
        assignments = ", ".join(f'"{name}" = ?' for name in values)
        self.run(f"UPDATE {table} SET {assignments} WHERE id = ?", (*values.values(), id))


def _refuse_nul(parameters: Sequence[Any]) -> None:
    for value in parameters:
        if isinstance(value, str) and "\0" in value:
            raise database('invalid byte sequence for encoding "UTF8": 0x00')


def _translated(exc: sqlite3.OperationalError) -> Exception:
    """Return what a client is told of it; what is our own fault as it is."""
    text = str(exc)
    if "user-defined function raised exception" in text:
        return database("LIKE pattern must not end with escape character")
    if any(trouble in text for trouble in _TROUBLES):
        return internal(f"unexpected error type for: {text}")
    return exc


def _pg_like(value: str | bytes | None, pattern: str | bytes) -> bool | None:
    if value is None:
        return None
    return like(_encoded(value), _encoded(pattern))


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


class Store:
    """The database; open with `Store.open`, close when done.

    Threads share it freely. `read()` and `write()` are its only doors.

    Attributes:
        is_new: Whether opening it created it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.in_memory = path == MEMORY
        self._lock = threading.RLock()
        self._local = threading.local()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._guard: int | None = None
        if not self.in_memory:
            self._guard = _lock_file(path)
        try:
            self._writer = self._connect()
        except sqlite3.DatabaseError as exc:
            self._unlock()
            raise _no_store(path, exc) from exc
        try:
            self.is_new = _migrate(self._writer, path)
        except BaseException as exc:
            self._writer.close()
            self._unlock()
            if isinstance(exc, sqlite3.DatabaseError):
                raise _no_store(path, exc) from exc
            raise

    @classmethod
    def open(cls, path: str | os.PathLike[str] = MEMORY) -> "Store":
        """Open the store at `path`, creating and migrating it as needed.

        Raises:
            StoreError: Another process holds it, a newer version wrote it, or it is something
                else altogether.
        """
        return cls(os.fspath(path))

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session on one snapshot of the store; it must not write."""
        if self.in_memory:
            with self._lock:
                yield Session(self._writer)
            return
        outer: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if outer is not None:  # a read within a read of the same thread
            yield Session(outer)
            return
        connection = self._local.connection = self._borrow()
        try:
            connection.execute("BEGIN")
            yield Session(connection)
        finally:
            self._local.connection = None
            connection.rollback()
            self._readers.put(connection)

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Give the session of one transaction: committed on return, undone by an exception.

        Writers wait for each other; a write within a write is the same transaction.
        """
        with self._lock:
            if self._writer.in_transaction:
                yield Session(self._writer)
                return
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield Session(self._writer)
                self._writer.execute("COMMIT")
            except BaseException as exc:
                self._writer.rollback()  # a failed commit (a full disk) leaves one open too
                if isinstance(exc, sqlite3.OperationalError):
                    raise _translated(exc) from exc
                raise

    def generation(self) -> int:
        """Return a number that is another one after every write that changed something."""
        with self._lock:
            return self._writer.total_changes

    def close(self) -> None:
        """Close every connection and let the file go."""
        with self._lock:
            while not self._readers.empty():
                self._readers.get_nowait().close()
            self._writer.close()
            self._unlock()

    def _borrow(self) -> sqlite3.Connection:
        """Take an idle reader, or make one more: as many as ever read at once."""
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=60
        )
        connection.row_factory = sqlite3.Row
        if not self.in_memory:
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL syncs the log at every commit: slower than NORMAL, which may lose the last
            # acknowledged writes when the machine (not the process) dies.
            connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA case_sensitive_like = ON")
        connection.create_function("pg_like", 2, _pg_like, deterministic=True)
        return connection

    def _unlock(self) -> None:
        if self._guard is not None:
            os.close(self._guard)
            self._guard = None


def _no_store(path: str, why: object) -> StoreError:
    return StoreError(f"{path} is not a store of the embedded Admin: {why}")


def _lock_file(path: str) -> int:
    """Take the store for this process; the kernel lets it go when the process ends."""
    Path(path).resolve().parent.mkdir(parents=True, exist_ok=True)
    guard = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        holder = os.read(guard, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(guard)
        raise StoreError(
            f"{path} is in use by another process (pid {holder}): stop that one, "
            "or give this one a store of its own"
        ) from exc
    os.ftruncate(guard, 0)
    os.write(guard, f"{os.getpid()}\n".encode())
    return guard


def _migrate(connection: sqlite3.Connection, path: str) -> bool:
    """Bring the schema to this version; return whether there was none before."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} has schema version {version}, this program knows {SCHEMA_VERSION}: "
            "use the version that wrote it, or a new store"
        )
    if version == 0:
        other = connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
        if other is not None:
            raise _no_store(path, f"it has a table {other[0]} of someone else's")
        schema = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
        _run_script(connection, schema, SCHEMA_VERSION)
        return True
    for step in range(version, SCHEMA_VERSION):
        _run_script(connection, MIGRATIONS[step], step + 1)
    return False


def _run_script(connection: sqlite3.Connection, script: str, version: int) -> None:
    connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {version}; COMMIT")
