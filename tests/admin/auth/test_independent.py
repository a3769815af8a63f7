"""Every way to a token once more, at an authorization server that somebody else wrote.

It is nanoidp, in a process of its own. The Admin in front of it is a small one that names it and
checks its tokens' signatures with its published keys.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import grpc
import httpx
import jwt
import pytest
from flyteidl.admin.project_pb2 import GetDomainsResponse
from flyteidl.service.auth_pb2 import OAuth2MetadataResponse, PublicClientAuthConfigResponse

from reconciler.admin import Connection, Person, SystemClock, connect
from reconciler.config import Config, Flow, Login
from reconciler.errors import LoginError
from tests.admin.auth.conftest import LaterClock, free_port, kept_files
from tests.admin.auth.people import Somebody

SETTINGS = """
config_version: 1
server: {{host: "127.0.0.1", port: {port}}}
oauth:
  issuer: "http://127.0.0.1:{port}"
  audience: flyte
  token_expiry_minutes: 30
  refresh_token_rotation: true
  scopes_supported: [openid, all, offline_access]
  clients:
    - client_id: flytectl
      token_endpoint_auth_method: none
      redirect_uris: ["http://localhost:{callback}/callback"]
    - client_id: ci
      client_secret: s3cret
device_flow: {{polling_interval: 1, code_expiry_seconds: 60}}
"""
USERS = 'config_version: 1\nusers: {ann: {password: "pass", email: "ann@example.org"}}\n'


@dataclass(frozen=True)
class Provider:
    """A running nanoidp; where browsers are sent back to."""

    url: str
    callback: str

    def description(self) -> dict[str, Any]:
        answer = httpx.get(f"{self.url}/.well-known/openid-configuration")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("nanoidp")
    port, callback = free_port(), free_port()
    (folder / "settings.yaml").write_text(SETTINGS.format(port=port, callback=callback))
    (folder / "users.yaml").write_text(USERS)
    command = [sys.executable, "-m", "nanoidp", "--config", str(folder), "--port", str(port)]
    provider = Provider(f"http://127.0.0.1:{port}", f"http://localhost:{callback}/callback")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(400):
            try:
                provider.description()
                break
            except httpx.HTTPError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
        yield provider
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Guarded:
    """An Admin whose tokens are the provider's; `callers` are the subjects that it let in."""

    provider: Provider
    endpoint: str
    callers: list[str]


@pytest.fixture
def guarded(provider: Provider) -> Iterator[Guarded]:
    about = provider.description()
    keys = jwt.PyJWKClient(about["jwks_uri"])
    callers: list[str] = []

    def domains(payload: bytes, context: grpc.ServicerContext) -> bytes:
        token = dict(context.invocation_metadata()).get("flyte-authorization", "")
        try:
            word = str(token).removeprefix("Bearer ")
            key = keys.get_signing_key_from_jwt(word).key
            claims = jwt.decode(word, key, algorithms=["RS256"], audience="flyte")
        except jwt.PyJWTError as error:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
        callers.append(str(claims["sub"]))
        answer = GetDomainsResponse()
        answer.domains.add(id="development")
        return bytes(answer.SerializeToString())

    def metadata(payload: bytes, context: grpc.ServicerContext) -> bytes:
        answer = OAuth2MetadataResponse(
            issuer=about["issuer"],
            authorization_endpoint=about["authorization_endpoint"],
            token_endpoint=about["token_endpoint"],
            device_authorization_endpoint=about["device_authorization_endpoint"],
            token_endpoint_auth_methods_supported=about["token_endpoint_auth_methods_supported"],
        )
        return bytes(answer.SerializeToString())

    def public(payload: bytes, context: grpc.ServicerContext) -> bytes:
        answer = PublicClientAuthConfigResponse(
            client_id="flytectl",
            redirect_uri=provider.callback,
            scopes=["openid", "all", "offline_access"],
            authorization_metadata_key="flyte-authorization",
        )
        return bytes(answer.SerializeToString())

    server = grpc.server(ThreadPoolExecutor(4))
    methods: dict[str, dict[str, Callable[..., bytes]]] = {
        "AdminService": {"GetDomains": domains},
        "AuthMetadataService": {"GetOAuth2Metadata": metadata, "GetPublicClientConfig": public},
    }
    for service, handlers in methods.items():
        server.add_generic_rpc_handlers(
            [
                grpc.method_handlers_generic_handler(
                    f"flyteidl.service.{service}",
                    {
                        name: grpc.unary_unary_rpc_method_handler(one)
                        for name, one in handlers.items()
                    },
                )
            ]
        )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield Guarded(provider, f"127.0.0.1:{port}", callers)
    server.stop(None).wait()


Open = Callable[..., Connection]


@pytest.fixture
def to_guarded(guarded: Guarded, tmp_path: Path) -> Iterator[Open]:
    opened: list[Connection] = []

    def open_(person: Person | None = None, *, ahead: float = 0.0, **login: Any) -> Connection:
        config = Config(
            endpoint=guarded.endpoint,
            source="the test",
            insecure=True,
            login=Login(**login),
            token_folder=str(tmp_path / "tokens"),
        )
        clock = LaterClock(ahead) if ahead else SystemClock()
        opened.append(connect(config, clock=clock, person=person or Person()))
        return opened[-1]

    yield open_
    for connection in opened:
        connection.close()


def log_in_as_ann(url: str) -> None:
    """Fill in the login page, as a browser would, and go where it leads."""
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(url)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        browser.post(
            urljoin(url, str(page.url)), data=hidden | {"username": "ann", "password": "pass"}
        )


def allow_as_ann(page: str, action: str = "authorize") -> None:
    """Type the code in, and log in."""
    code = page.rpartition("user_code=")[2]
    form = {"user_code": code, "username": "ann", "password": "pass", "action": action}
    httpx.post(page.partition("?")[0], data=form)


@pytest.fixture
def ann() -> Iterator[Somebody]:
    somebody = Somebody(log_in_as_ann)
    yield somebody
    somebody.leave()


def test_a_client_has_its_secret(to_guarded: Open, guarded: Guarded) -> None:
    """RFC 6749 §4.4; a wrong one is refused in the server's words."""
    login = {"flow": Flow.CLIENT_SECRET, "client_id": "ci", "scopes": ("all",)}

    assert to_guarded(secret="s3cret", **login).reader.domains()
    assert guarded.callers == ["ci"]
    with pytest.raises(LoginError, match="401 invalid_client") as caught:
        to_guarded(secret="wr0ng", **login).reader.domains()
    assert "wr0ng" not in str(caught.value)


def test_a_person_has_a_browser(to_guarded: Open, guarded: Guarded, ann: Somebody) -> None:
    """Authorization code with PKCE; the next command uses what was kept."""
    assert to_guarded(ann.person(), flow=Flow.PKCE).reader.domains()
    assert to_guarded(None, flow=Flow.PKCE).reader.domains()

    assert guarded.callers == ["ann", "ann"]
    assert len(ann.opened) == 1


def test_a_persons_token_is_renewed(
    to_guarded: Open, guarded: Guarded, ann: Somebody, tmp_path: Path
) -> None:
    """Each refresh token of this server is good once: the new one is kept."""
    to_guarded(ann.person(), flow=Flow.PKCE).reader.domains()
    (file,) = kept_files(tmp_path)
    refreshes = [json.loads(file.read_text())["refresh"]]
    assert refreshes[0]
    for times in (1, 2):
        assert to_guarded(None, flow=Flow.PKCE, ahead=1700.0 * times).reader.domains()
        refreshes.append(json.loads(file.read_text())["refresh"])

    assert len(set(refreshes)) == 3
    assert len(ann.opened) == 1


def test_a_person_has_another_device(to_guarded: Open, guarded: Guarded, ann: Somebody) -> None:
    """RFC 8628, at the server's pace."""
    ann.visit = allow_as_ann

    assert to_guarded(ann.person(has_display=False), flow=Flow.DEVICE).reader.domains()
    assert guarded.callers == ["ann"]


def test_another_device_may_be_turned_away(to_guarded: Open, ann: Somebody) -> None:
    """By whoever holds it."""
    ann.visit = lambda page: allow_as_ann(page, "deny")

    with pytest.raises(LoginError, match="refused by whoever was asked"):
        to_guarded(ann.person(), flow=Flow.DEVICE).reader.domains()
