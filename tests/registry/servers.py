"""Registries to ask: a small one in this process, and Debian's own where it is installed.

Both are spoken to by the distribution API alone, so the same tests hold for both.
"""

import hashlib
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

PROGRAM = shutil.which("docker-registry")
USER, PASSWORD = "flyte", "swordfish"
_HTPASSWD = f"{USER}:$2b$04$zCf6aI6ebovmkrkGfcUxROZ9SPLWKzvgpIZcoRSDYIkdFyQ/g0w86\n"
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass
class Server:
    """A registry that is being served; `host` is 127.0.0.1 with its port."""

    host: str
    requests: list[str] = field(default_factory=list)

    def push(self, repository: str, tag: str, content: str = "", *, index: bool = False) -> str:
        """Push an image whose only layer is `content`; return its digest."""
        auth = httpx.BasicAuth(USER, PASSWORD)
        with httpx.Client(base_url=f"http://{self.host}/v2/{repository}", auth=auth) as client:
            layer, config = (self._blob(client, data) for data in (content.encode(), b"{}"))
            manifest = {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": {
                    **config,
                    "mediaType": "application/vnd.docker.container.image.v1+json",
                },
                "layers": [
                    {**layer, "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}
                ],
            }
            body = json.dumps(manifest).encode()
            if not index:
                return self._manifest(client, tag, body, _MANIFEST)
            digest = self._manifest(client, "part", body, _MANIFEST)
            part = {"digest": digest, "size": len(body), "mediaType": _MANIFEST}
            listed = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [part]}
            return self._manifest(client, tag, json.dumps(listed).encode(), _INDEX)

    def _blob(self, client: httpx.Client, data: bytes) -> dict[str, object]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        started = client.post("/blobs/uploads/").raise_for_status()
        location = httpx.URL(started.headers["Location"])
        if location.is_relative_url:
            location = httpx.URL(f"http://{self.host}").join(location)
        put = location.copy_merge_params({"digest": digest})
        client.put(put, content=data).raise_for_status()
        return {"digest": digest, "size": len(data)}

    def _manifest(self, client: httpx.Client, tag: str, body: bytes, kind: str) -> str:
        client.put(
            f"/manifests/{tag}", content=body, headers={"Content-Type": kind}
        ).raise_for_status()
        return f"sha256:{hashlib.sha256(body).hexdigest()}"


@contextmanager
def debian(folder: Path, *, login: bool = False) -> Iterator[Server]:
    """Debian's docker-registry on a free port, keeping what it is given in `folder`."""
    assert PROGRAM is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "htpasswd").write_text(_HTPASSWD)
    config = {
        "version": "0.1",
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    if login:
        config["auth"] = {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}
    (folder / "config.yml").write_text(json.dumps(config))
    environ = {"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [PROGRAM, "serve", str(folder / "config.yml")], stdout=log, stderr=log, env=environ
        ) as process,
    ):
        try:
            _wait_for(port, process, folder / "log")
            yield Server(f"127.0.0.1:{port}")
        finally:
            process.kill()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
    raise AssertionError(f"no registry came up: {log.read_text()}")


@contextmanager
def small(*, login: str = "", quirk: str = "") -> Iterator[Server]:
    """A registry in this process.

    Args:
        login: "basic" or "bearer" for one that asks who is there.
        quirk: "no-head", "no-digest", "bad-digest", "broken" or "bad-token".
    """
    handler = type("Handler", (_Handler,), {"login": login, "quirk": quirk})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served = Server(f"127.0.0.1:{server.server_address[1]}")
    server.store = {}  # type: ignore[attr-defined]
    server.seen = served.requests  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    login = ""
    quirk = ""
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        self.server.seen.append(f"{self.command} {url.path}")  # type: ignore[attr-defined]
        if url.path == "/token":
            return self._token(url.query, body)
        if not self._may_pass():
            return None
        if self.command == "POST":
            return self._send(202, headers={"Location": f"{url.path}x"})
        if self.command == "PUT":
            kind = self.headers.get("Content-Type", "")
            self.server.store[url.path] = (kind, body)  # type: ignore[attr-defined]
            return self._send(201)
        return self._manifest(url.path)

    def _manifest(self, path: str) -> None:
        found = self.server.store.get(path)  # type: ignore[attr-defined]
        if self.quirk == "broken":
            return self._send(503)
        if self.quirk == "no-head" and self.command == "HEAD":
            return self._send(405)
        if found is None:
            return self._send(404)
        kind, body = found
        if kind not in self.headers.get("Accept", ""):
            return self._send(404)
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        headers = {"Content-Type": kind, "Docker-Content-Digest": digest}
        if self.quirk == "no-digest":
            del headers["Docker-Content-Digest"]
        if self.quirk == "bad-digest":
            headers["Docker-Content-Digest"] = "md5:1"
        return self._send(200, body, headers)

    def _may_pass(self) -> bool:
        said = self.headers.get("Authorization", "")
        if self.login == "basic" or self.command in ("POST", "PUT"):
            wanted, challenge = "Basic", 'Basic realm="test"'
        else:
            host = self.headers["Host"]
            path = re.sub(r"/manifests/.*", "", urlsplit(self.path).path).removeprefix("/v2/")
            wanted = "Bearer"
            challenge = (
                f'Bearer realm="http://{host}/token",service="test",scope="repository:{path}:pull"'
            )
        if not self.login:
            return True
        kind, _, secret = said.partition(" ")
        if kind == wanted and (
            secret == "granted" or b64decode(secret) == f"{USER}:{PASSWORD}".encode()
        ):
            return True
        self._send(401, headers={"WWW-Authenticate": challenge})
        return False

    def _token(self, query: str, body: bytes) -> None:
        form = parse_qs(body.decode() or query)
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        granted = (
            b64decode(basic) == f"{USER}:{PASSWORD}".encode()
            or form.get("refresh_token") == ["identity"]
        ) and form["scope"][0].startswith("repository:")
        if not granted:
            return self._send(401)
        token = {"nothing": 1} if self.quirk == "bad-token" else {"token": "granted"}
        return self._send(200, json.dumps(token).encode())

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
