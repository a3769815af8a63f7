"""flytekit as it is installed, against the HTTP port: it logs in, uploads, and runs a bundle."""

import io
import os
import subprocess
import sys
import tarfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import keyring
import pytest
from flyteidl.core import literals_pb2
from flytekit.clients.auth import token_client
from flytekit.clients.friendly import SynchronousFlyteClient
from flytekit.configuration import Config, PlatformConfig
from flytekit.remote import FlyteRemote
from keyring.backends import null

from reconciler.sandbox import Sandbox, parse_config

KEYS = {"access_key_id": "key", "secret_key": "secret"}
S3 = {"type": "s3", "container": "my-s3-bucket", "stow": {"kind": "s3", "config": KEYS}}
MODULE = """
from flytekit import task

@task
def add(a: int, b: int) -> int:
    return a + b
"""


@pytest.fixture
def guarded() -> Iterator[Sandbox]:
    """A sandbox that asks for tokens; its clients are those that flyteadmin comes with."""
    config = parse_config({"server": {"security": {"useAuth": True}}})
    with Sandbox(config=config) as sandbox:
        yield sandbox


def platform(sandbox: Sandbox, secret: str = "") -> PlatformConfig:
    """Return what a user would write into flytekit's configuration."""
    if not secret:
        return PlatformConfig(endpoint=sandbox.endpoint, insecure=True)
    return PlatformConfig(
        endpoint=sandbox.endpoint,
        insecure=True,
        auth_mode="ClientSecret",
        client_id="flytepropeller",
        client_credentials_secret=secret,
    )


def remote(sandbox: Sandbox, secret: str = "") -> FlyteRemote:
    return FlyteRemote(
        Config(platform=platform(sandbox, secret)),
        default_project="flytesnacks",
        default_domain="development",
    )


def bundle(folder: Path) -> Path:
    """Make the archive of a project of one task."""
    path = folder / "fast.tar.gz"
    content = MODULE.encode()
    member = tarfile.TarInfo("userwf.py")
    member.size = len(content)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member, io.BytesIO(content))
    return path


def test_client_credentials_log_in(guarded: Sandbox) -> None:
    """By what the server says of itself; the call that was refused is made again."""
    client = SynchronousFlyteClient(platform(guarded, "foobar"))

    projects, _ = client.list_projects_paginated(limit=5)

    assert [project.id for project in projects] == ["flytesnacks"]


def test_an_expired_token_is_replaced(guarded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a run, unnoticed."""
    client = SynchronousFlyteClient(platform(guarded, "foobar"))
    client.list_projects_paginated(limit=5)
    gate = guarded.admin.gate
    assert gate is not None
    late = gate.now() + 24 * 3600

    monkeypatch.setattr(gate, "now", lambda: late)

    assert len(client.list_projects_paginated(limit=5)[0]) == 1
    codes = [call.code for call in guarded.admin.recent.latest() if "ListPro" in call.method]
    assert codes == ["OK", "UNAUTHENTICATED", "OK", "UNAUTHENTICATED"]


def test_a_wrong_secret_does_not(guarded: Sandbox) -> None:
    """The client tells what the server said."""
    client = SynchronousFlyteClient(platform(guarded, "wrong"))

    with pytest.raises(Exception, match="invalid_client"):
        client.list_projects_paginated(limit=5)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep flytekit from keeping tokens on this machine."""
    former = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(former)


@pytest.mark.usefixtures("forgetful")
def test_a_browser_logs_in(guarded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes where it is sent, with its cookies, and ends at flytekit's own page."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def visit(url: str) -> bool:
        threading.Thread(target=lambda: browser.open(url, timeout=30).read()).start()
        return True

    monkeypatch.setattr("webbrowser.open_new_tab", visit)
    client = SynchronousFlyteClient(
        PlatformConfig(endpoint=guarded.endpoint, insecure=True, auth_mode="Pkce")
    )

    assert len(client.list_projects_paginated(limit=5)[0]) == 1


@pytest.mark.usefixtures("forgetful")
def test_a_device_logs_in(guarded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """When somebody has typed its code into the page that it names."""
    begin = token_client.get_device_code

    def begun_and_allowed(*arguments: Any, **named: Any) -> Any:
        shown = begin(*arguments, **named)
        form = urlencode({"user_code": shown.user_code, "decision": "allow"})
        with urllib.request.urlopen(shown.verification_uri, form.encode(), timeout=30) as page:
            assert b"logged in" in page.read()
        return shown

    monkeypatch.setattr(token_client, "get_device_code", begun_and_allowed)
    client = SynchronousFlyteClient(
        PlatformConfig(endpoint=guarded.endpoint, insecure=True, auth_mode="DeviceFlow")
    )

    assert len(client.list_projects_paginated(limit=5)[0]) == 1


def test_logged_in_clients_upload(guarded: Sandbox, tmp_path: Path) -> None:
    """The signed URL needs no token of its own."""
    file = tmp_path / "größe (1).txt"
    file.write_bytes(b"x" * 100_000)

    _, url = remote(guarded, "foobar").upload_file(file)

    assert guarded.admin.objects.get(url) == b"x" * 100_000


@pytest.mark.parametrize("storage", [None, S3], ids=["files", "s3"])
def test_an_uploaded_bundle_runs(storage: Any, tmp_path: Path) -> None:
    """The container's command finds code, inputs and outputs behind native URLs."""
    config = parse_config({"storage": storage}) if storage else None
    with Sandbox(config=config) as sandbox:
        _, code = remote(sandbox).upload_file(bundle(tmp_path))
        objects = sandbox.admin.objects
        inputs, outputs = objects.reference("in", "inputs.pb"), objects.reference("out")
        upload(sandbox, inputs, literals(a=2, b=3).SerializeToString())

        fast_execute(sandbox, code, inputs, outputs, tmp_path / "dest")

        found = objects.get(f"{outputs}/outputs.pb")
    assert literals_pb2.LiteralMap.FromString(found) == literals(o0=5)


def literals(**integers: int) -> Any:
    found = literals_pb2.LiteralMap()
    for name, value in integers.items():
        found.literals[name].scalar.primitive.integer = value
    return found


def upload(sandbox: Sandbox, url: str, content: bytes) -> None:
    """Put an object where a task's container will look for it."""
    builtin: Any = sandbox.admin.objects
    key = url.removeprefix(f"{builtin.base}/")
    with builtin.write_at(key) as writing:
        writing.write(content)
        writing.commit()


def fast_execute(sandbox: Sandbox, code: str, inputs: str, outputs: str, folder: Path) -> None:
    """Run what a registered task's container would."""
    folder.mkdir()
    command = [str(Path(sys.executable).parent / "pyflyte-fast-execute")]
    command += ["--additional-distribution", code, "--dest-dir", str(folder), "--"]
    command += ["pyflyte-execute", "--inputs", inputs, "--output-prefix", outputs]
    command += ["--raw-output-data-prefix", f"{outputs}/raw", "--checkpoint-path", f"{outputs}/c"]
    command += ["--prev-checkpoint", '""']
    command += ["--resolver", "flytekit.core.python_auto_container.default_task_resolver", "--"]
    command += ["task-module", "userwf", "task-name", "add"]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "FLYTE_AWS_ENDPOINT": f"http://{sandbox.http_endpoint}",
        "FLYTE_AWS_ACCESS_KEY_ID": KEYS["access_key_id"],
        "FLYTE_AWS_SECRET_ACCESS_KEY": KEYS["secret_key"],
        "FLYTE_FAIL_ON_ERROR": "true",
    }
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
