"""A sandbox in the background: start, look, stop, begin anew.

What is known of it lies in a state folder: `state.json` (where it listens, how it was started),
`log` (what it says), `lock`. The process holds a lock on the latter for as long as it lives, so a
number that meanwhile names another process, or a file that a crash left behind, deceives nobody.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.sandbox.foreground import flytekit_environment
from reconciler.sandbox.options import Options
from reconciler.sandbox.store import MEMORY

STOP_SECONDS = 10.0  # how long it may take to end in order
_KILL_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_LAST_LINES = 5


class DaemonError(Exception):
    """It cannot be started, or does not end; the message says why."""


@dataclass(frozen=True)
class Running:
    """A sandbox in the background.

    Attributes:
        grpc, http: host:port of its ports.
        data: Where it keeps everything.
        started: When, in RFC 3339.
        options: How it was started.
    """

    pid: int
    grpc: str
    http: str
    data: str
    started: str
    options: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point flytekit at it."""
        return flytekit_environment(self.grpc)


def state_folder() -> Path:
    """Return the state folder of who does not name one: below `XDG_STATE_HOME`."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "reconciler" / "sandbox"


def start(folder: Path, options: Options) -> Running:
    """Start a sandbox in the background; it accepts calls when this returns.

    Raises:
        DaemonError: One is running there already, or this one ends at once.
    """
    options = options.resolved()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder) as lock:
        if lock is None:
            running = status(folder)
            where = f" (pid {running.pid}, gRPC {running.grpc})" if running else ""
            raise DaemonError(f"a sandbox is running already{where}: stop that one first")
        (folder / "state.json").unlink(missing_ok=True)
        ready, telling = os.pipe()
        try:
            os.set_inheritable(telling, True)
            os.set_inheritable(lock, True)
            pid = _spawn(folder, [*options.arguments(), "--verbose", f"--ready-fd={telling}"])
        finally:
            os.close(telling)
        with os.fdopen(ready) as pipe:
            said = pipe.read()  # until it is ready, or dead
    if not said:
        _reap(pid)
        raise DaemonError(f"it ended at once: {_last_words(folder)}")
    where_it_is = json.loads(said)
    running = Running(
        pid=pid,
        grpc=where_it_is["grpc"],
        http=where_it_is["http"],
        data=options.data,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        options=asdict(options),
    )
    _write(folder / "state.json", asdict(running))
    return running


def status(folder: Path) -> Running | None:
    """Return what runs there, None if nothing does."""
    if not folder.is_dir():
        return None
    with _locked(folder) as lock:
        if lock is not None:
            return None
    try:
        return Running(**json.loads((folder / "state.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # it is just being started


def stop(folder: Path) -> bool:
    """End what runs there, in order if it can; return whether anything did.

    Raises:
        DaemonError: It does not end.
    """
    running = status(folder)
    if running is None:
        return False
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, number)
        if _ends(folder, running.pid, seconds):
            (folder / "state.json").unlink(missing_ok=True)
            return True
    raise DaemonError(f"the sandbox (pid {running.pid}) does not end")


def reset(folder: Path, data: str | None = None) -> Running | None:
    """Forget everything, and start again, at the same ports, if it was running.

    Args:
        data: Path of the store to remove, if nothing runs that would tell.

    Returns:
        What runs afterwards.
    """
    running = status(folder)
    if running is not None:
        stop(folder)
        data = running.data
    if data is not None and data != MEMORY:
        remove_store(Path(data))
    if running is None:
        return None
    ports = {"grpc_port": _port(running.grpc), "http_port": _port(running.http)}
    return start(folder, Options(**running.options | ports))


def remove_store(path: Path) -> None:
    """Remove a store with everything that lies beside it; there need not be one.

    Raises:
        DaemonError: Another process uses it.
    """
    guard = Path(f"{path}.lock")
    if guard.exists():
        with guard.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                holder = file.read().strip()
                raise DaemonError(f"{path} is in use by another process (pid {holder})") from exc
    for suffix in ("", "-wal", "-shm", ".lock"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.rmtree(f"{path}.objects", ignore_errors=True)


def log_lines(folder: Path, *, last: int | None = None) -> list[str]:
    """Return what the sandbox said since it was started last, or only the last lines of it."""
    try:
        lines = (folder / "log").read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    return lines if last is None else lines[max(len(lines) - last, 0) :]


def follow_log(folder: Path) -> Iterator[str]:
    """Yield lines as they come, for as long as the sandbox runs."""
    with (folder / "log").open(encoding="utf-8", errors="replace") as file:
        file.seek(0, os.SEEK_END)
        while True:
            line = file.readline()
            if line:
                yield line.rstrip("\n")
            elif status(folder) is None:
                return
            else:
                time.sleep(10 * _PAUSE_SECONDS)


def ask(http: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask a running sandbox through one of its controls; return its answer.

    Args:
        http: host:port of its HTTP port.
        path: For instance `/sandbox/status`.

    Raises:
        DaemonError: Nobody answers there, or the sandbox refuses.
    """
    request = urllib.request.Request(
        f"http://{http}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request) as answer:
            told: dict[str, Any] = json.load(answer)
            return told
    except urllib.error.HTTPError as exc:
        with exc:
            raise DaemonError(_reason(exc.read()) or f"{http}{path}: {exc}") from exc
    except (OSError, ValueError) as exc:
        raise DaemonError(f"no sandbox answers at {http}: {exc}") from exc


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return ""


def _port(endpoint: str) -> int:
    return int(endpoint.rpartition(":")[2])


def _spawn(folder: Path, arguments: Sequence[str]) -> int:
    """Start the process, free of this terminal, and return its pid."""
    log = str(folder / "log")
    mode = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    line = [sys.executable, "-m", "reconciler.sandbox", *arguments]
    return os.posix_spawn(
        sys.executable,
        line,
        dict(os.environ),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, mode, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int | None]:
    """Give the lock of a state folder, None if a running sandbox has it."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            # Closed without unlocking: whoever inherited it keeps it.
            yield lock
    finally:
        os.close(lock)


def _ends(folder: Path, pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # if it is a child of ours: do not let it linger
        with _locked(folder) as lock:
            if lock is not None:
                return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _last_words(folder: Path) -> str:
    lines = log_lines(folder, last=_LAST_LINES)
    return "\n".join(lines).removeprefix("error: ") or f"it said nothing, see {folder / 'log'}"


def _write(path: Path, content: dict[str, Any]) -> None:
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(content, indent=2), "utf-8")
    aside.replace(path)
