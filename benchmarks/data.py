"""1 GB to the store and back, beside a plain HTTP client that does as little as can be done.

The embedded Admin and its store run in a process of their own, and so does each measurement: what
it takes in memory is its own. Both sides write to memory where the system has a place for it, for
a disk is slower than either, and unevenly so.
"""

import hashlib
import http.client
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.world import Figure

SIZE = 1_000_000_000
_PIECE = 1 << 20
_SHARE = 1 / 0.8  # of a plain client's time that ours may take
_MEMORY = 150.0  # MB
_TRIES = 3
_KEYS = {"access_key_id": "key", "secret_key": "secret"}
_STORAGE = {"type": "s3", "container": "bucket", "stow": {"kind": "s3", "config": _KEYS}}


def run(size: int = SIZE, tries: int = _TRIES) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir=_roomy(7 * size)) as name, served(Path(name)) as endpoint:
        file = Path(name, "file")
        _write(file, size)
        # Alternately, and the best of each: whatever else the machine does meets both.
        up, plain_up, down, plain_down, memory = [], [], [], [], []
        for _ in range(tries):
            plain_up.append(_measured("plain-up", endpoint, file)["seconds"])
            sent = _measured("up", endpoint, file)
            plain_down.append(_measured("plain-down", endpoint, file, sent["url"])["seconds"])
            got = _measured("down", endpoint, file, sent["url"])
            up.append(sent["seconds"])
            down.append(got["seconds"])
            memory += [sent["memory"], got["memory"]]
        what = f"{size / 1e6:,.0f} MB"
        for verb, ours, plain in (("up", up, plain_up), ("down", down, plain_down)):
            beside = f"{min(ours):.2f} s beside {min(plain):.2f} s"
            share = min(ours) / min(plain)
            yield Figure(
                f"{what} {verb}, as a share of a plain client's", share, "", _SHARE, beside
            )
        yield Figure(f"{what}: the most memory of either", max(memory), "MB", _MEMORY)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run an embedded Admin whose store needs signatures in another process; its endpoint."""
    command = [sys.executable, "-m", "benchmarks.data", "serve", str(folder / "admin.sqlite")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait(30)
        server.stdout.close()


def _measured(*arguments: str | Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.data", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _write(file: Path, size: int) -> None:
    piece = os.urandom(_PIECE)
    with open(file, "wb") as out:
        for start in range(0, size, _PIECE):
            out.write(piece[: min(_PIECE, size - start)])


def _roomy(size: int) -> str | None:
    """A folder in memory with room for so many bytes, if there is one."""
    try:
        found = os.statvfs("/dev/shm")
    except OSError:
        return None
    return "/dev/shm" if found.f_bavail * found.f_frsize > 1.1 * size else None


def _serve(data: str) -> None:
    from reconciler.sandbox import Sandbox, parse_config

    with Sandbox(data, config=parse_config({"storage": _STORAGE})) as sandbox:
        print(sandbox.endpoint, flush=True)
        sys.stdin.read()


def _child(what: str, endpoint: str, file: Path, url: str = "") -> None:
    from reconciler.config import Config
    from reconciler.remote import Remote

    config = Config(endpoint=endpoint, source="the benchmark", insecure=True)
    with Remote(config) as remote:
        _warm(remote, file.parent / f"warm-{what}")
        done: dict[str, Callable[[], str]] = {
            "up": lambda: remote.upload_file(file)[1],
            "plain-up": lambda: _plain_up(remote.client, file),
            "down": lambda: str(remote.download(url, file.parent / "back")[0]),
            "plain-down": lambda: _plain_down(remote.client, url, file.parent / "plain"),
        }
        started = time.perf_counter()
        url = done[what]()
        seconds = time.perf_counter() - started
    memory = _most_memory()
    print(json.dumps({"seconds": seconds, "memory": memory, "url": url}))


def _most_memory() -> float:
    """What this process took at most, in MB.

    Not `ru_maxrss` where there is better: that begins with what the parent took when it forked.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _warm(remote: Any, folder: Path) -> None:
    """Load and connect what a program that carries files has loaded and connected."""
    folder.mkdir(exist_ok=True)
    small = folder / "small"
    small.write_bytes(b"small")
    _, url = remote.upload_file(small)
    remote.download(url, folder)


def _plain_up(client: Any, file: Path) -> str:
    """An MD5 pass, and a PUT."""
    with open(file, "rb") as content:
        md5 = hashlib.file_digest(content, "md5").digest()
    sign = client.get_upload_signed_url
    answer = sign("flytesnacks", "development", content_md5=md5, filename="plain")
    headers = {**answer.headers, "Content-Length": str(file.stat().st_size)}
    connection, target = _connect(answer.signed_url)
    with open(file, "rb") as content:
        connection.request("PUT", target, body=content, headers=headers)
        reply = connection.getresponse()
        assert reply.status == 200, reply.read()
    connection.close()
    return str(answer.native_url)


def _plain_down(client: Any, url: str, to: Path) -> str:
    """A GET, written as it comes."""
    answer = client.get_download_signed_url(url)
    connection, target = _connect(answer.signed_url)
    connection.request("GET", target)
    reply = connection.getresponse()
    with open(to, "wb") as out:
        while piece := reply.read(_PIECE):
            out.write(piece)
    connection.close()
    return url


def _connect(url: str) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, blocksize=_PIECE)
    return connection, f"{parts.path}?{parts.query}"


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "serve":
        _serve(rest[0])
    else:
        _child(verb, rest[0], Path(rest[1]), *rest[2:])
