"""When something goes wrong: what is said of it quotes nothing secret."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flyteidl.service.dataproxy_pb2 import CreateUploadLocationResponse
from grpc import StatusCode

import reconciler.report
from reconciler.model import Plan
from reconciler.sandbox import Admin, Refusal, Store
from reconciler.sandbox.grpc_server import start_grpc
from tests.e2e.secrets.planted import Secret, found_below, found_in
from tests.e2e.secrets.world import CREDENTIALS, MARKED, NEVER, Run, World, leaks

SIGNATURE = Secret("signature of a URL")
KNOWN = (*NEVER, SIGNATURE)


class Talkative(Admin):
    """Refuses to create anything, and repeats what it was given; gives URLs of a given store."""

    def __init__(self, store: Store, url: str) -> None:
        super().__init__(store)
        self.url = url

    def call(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        answer: bytes
        if full_method.endswith("/CreateUploadLocation"):
            signed = f"{self.url}/bucket/file?X-Amz-Signature={SIGNATURE.word}&X-Amz-Expires=60"
            place = CreateUploadLocationResponse(signed_url=signed, native_url="s3://bucket/file")
            answer = place.SerializeToString()
            return answer
        if full_method.endswith("/CreateTask") and b"reconciler-ledger" not in payload:
            given = re.sub(r"[^\x20-\x7e\n]", " ", payload.decode("utf-8", "replace"))
            raise Refusal(StatusCode.INVALID_ARGUMENT, f"cannot take this: {given}")
        answer = super().call(full_method, payload, metadata)
        return answer


@contextmanager
def refusing_store() -> Iterator[str]:
    """An object store that repeats the URL that it refuses."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = (
                "<Error><Code>SignatureDoesNotMatch</Code>"
                f"<Message>no: http://store{self.path}</Message>"
                f"<StringToSign>PUT {self.path}</StringToSign></Error>"
            ).encode()
            self.send_response(403, f"no {self.path}")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def talkative(inside: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world, before an empty Admin that refuses what it is given, and says what that was."""
    with refusing_store() as url:
        store = Store.open(":memory:")
        server, port = start_grpc(Talkative(store, url), "127.0.0.1", 0)
        monkeypatch.setenv("RECONCILER_ADMIN", f"127.0.0.1:{port}")
        try:
            yield inside
        finally:
            server.stop(None).wait()
            store.close()


def all_of(done: Run) -> dict[str, str]:
    return {"stdout": done.out, "stderr": done.err, "log": done.logged}


REPORTS = ("--json-into=o/a.json", "--markdown-into=o/a.md", "--junit-into=o/a.xml")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_server_that_repeats_what_it_was_sent(talkative: World, form: tuple[str, ...]) -> None:
    """Its words are told without what the workspace calls sensitive."""
    more = ("--var-file", "secrets.yaml", "--html-into=o/a.html", *REPORTS)
    (talkative.folder / "manifests" / "shop.yaml").write_text(
        (talkative.folder / "manifests" / "shop.yaml").read_text().replace("  bundle: shop\n", "")
    )
    done = talkative.run("apply", "--auto-approve", *more, *form)

    assert done.code in (1, 5)
    assert "cannot take this" in done.out + done.err
    assert not leaks({**all_of(done), **talkative.sent_but_its_own()}, KNOWN)
    assert not found_below(Path("o"), KNOWN)


@pytest.mark.parametrize(
    "argv", [("upload", "src", "-p", "flytesnacks", "-d", "development"), ("apply", "--yes")]
)
def test_a_signed_url_that_is_refused(talkative: World, argv: tuple[str, ...]) -> None:
    """Neither it nor the store's answer is told with what allows to use it."""
    done = talkative.run(*argv)

    assert done.code in (1, 5), done.err
    assert "SignatureDoesNotMatch" in done.out + done.err
    assert not leaks({**all_of(done), **talkative.sent_but_its_own()}, KNOWN)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_bug_of_ours(
    inside: World, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    """Its traceback is kept for a bug report, which others read."""

    def broken(plan: Plan, **more: object) -> str:
        raise RuntimeError(f"odd: {[one.text for one in MARKED.values()]}, {every}")

    every = [CREDENTIALS[one].word for one in ("login token", "forge token", "telemetry header")]
    monkeypatch.setattr(reconciler.report, "plan_as_text", broken)
    monkeypatch.setattr("reconciler.report.as_json.plan_body", broken)
    done = inside.run("plan", "--var-file", "secrets.yaml", "--overwrite-moved", "*", *form)

    assert done.code == 70
    found = re.search(r"traceback is in (\S+);", done.err)
    assert found is not None
    file = Path(found[1])
    assert "RuntimeError: odd" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert not found_in(file.read_bytes(), KNOWN)
    assert not leaks({**all_of(done), **inside.sent_but_its_own()}, KNOWN)


def test_nobody_answers(inside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody listens, with credentials in every address."""
    password = CREDENTIALS["gateway password"].word
    monkeypatch.setenv("CHAT_URL", f"json://bot:{password}@127.0.0.1:9/{password}")
    monkeypatch.setenv("BUS_URL", f"http://bot:{password}@127.0.0.1:9/?key={password}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://bot:{password}@127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    gateway = f"http://bot:{password}@127.0.0.1:9/{password}"
    done = inside.run("ci", "drift", "--no-issue", "--push", gateway)

    assert done.code == 1
    assert "chat" in done.err
    assert not leaks(all_of(done), KNOWN)
