"""A login through another device: asked for as often as the server likes, and no oftener."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from reconciler.admin.auth.device import log_in_by_device
from reconciler.admin.auth.http import AuthorizationServer
from reconciler.admin.auth.metadata import Server
from reconciler.config import Config, Flow, Login
from reconciler.errors import LoginError
from tests.admin.auth.conftest import ToAsking
from tests.admin.auth.people import Somebody, allow_device
from tests.fakes import MemoryClock

PENDING = (400, {"error": "authorization_pending"})
SLOW_DOWN = (400, {"error": "slow_down"})
TOKEN = (200, {"access_token": "t", "expires_in": 60})


class Scripted:
    """An authorization server that answers what the test says, in order."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.forms: list[dict[str, list[str]]] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scripted.forms.append(parse_qs(body.decode()))
                status, document = scripted.answers.pop(0)
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def begins(self, **fields: Any) -> None:
        page = "http://page.example"
        begun = {"device_code": "d3vice", "user_code": "ABCD", "verification_uri": page}
        self.answers.insert(0, (200, {"expires_in": 600, "interval": 5} | begun | fields))


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    scripted = Scripted()
    thread = threading.Thread(target=scripted.http.serve_forever, args=(0.01,))
    thread.start()
    yield scripted
    scripted.http.shutdown()
    thread.join()
    scripted.http.server_close()


def log_in(scripted: Scripted, clock: MemoryClock, somebody: Somebody, **login: Any) -> str:
    config = Config(endpoint="h:1", source="the test", login=Login(**login))
    server = Server(
        token_url=f"{scripted.url}/token", device_url=f"{scripted.url}/device", client_id="c"
    )
    http = AuthorizationServer(config, clock.sleep)
    return log_in_by_device(config.login, server, http, somebody.person(), clock).value


def test_a_device_logs_in(to_asking: ToAsking, somebody: Somebody) -> None:
    """At the embedded Admin's page, with the code that was shown."""
    somebody.visit = allow_device

    assert to_asking(somebody.person(is_there=False), flow=Flow.DEVICE).reader.domains()


def test_a_refusal_is_told(to_asking: ToAsking, somebody: Somebody) -> None:
    """Whoever was asked said no."""
    somebody.visit = lambda page: allow_device(page, "deny")

    with pytest.raises(LoginError, match="refused by whoever was asked"):
        to_asking(somebody.person(), flow=Flow.DEVICE).reader.domains()


def test_it_asks_at_the_servers_pace(
    scripted: Scripted, clock: MemoryClock, somebody: Somebody
) -> None:
    """Its interval, and five seconds more whenever it says so (RFC 8628 §3.5)."""
    scripted.answers = [PENDING, SLOW_DOWN, PENDING, SLOW_DOWN, TOKEN]
    scripted.begins(interval=2)

    assert log_in(scripted, clock, somebody) == "t"
    assert clock.slept == [2, 2, 7, 7, 12]


def test_a_server_that_names_no_interval_is_asked_every_five_seconds(
    scripted: Scripted, clock: MemoryClock, somebody: Somebody
) -> None:
    """And one that writes numbers as texts is understood."""
    scripted.answers = [PENDING, TOKEN]
    scripted.begins(interval=None, expires_in="600")

    log_in(scripted, clock, somebody)

    assert clock.slept == [5, 5]


@pytest.mark.parametrize("wish", [None, 8.0])
def test_it_gives_up_when_the_code_has_ended(
    scripted: Scripted, clock: MemoryClock, somebody: Somebody, wish: float | None
) -> None:
    """Or sooner, if the configuration says so; it asks no longer than that."""
    scripted.answers = [PENDING] * 3
    scripted.begins(expires_in=17)

    with pytest.raises(LoginError, match="nobody typed the code in within"):
        log_in(scripted, clock, somebody, device_seconds=wish)
    assert clock.seconds <= (wish or 17)


def test_the_servers_word_that_it_has_ended_counts(
    scripted: Scripted, clock: MemoryClock, somebody: Somebody
) -> None:
    """Whatever our clock says."""
    scripted.answers = [(400, {"error": "expired_token"})]
    scripted.begins()

    with pytest.raises(LoginError, match="nobody typed the code in"):
        log_in(scripted, clock, somebody)


def test_a_server_that_is_away_for_a_moment_ends_nothing(
    scripted: Scripted, clock: MemoryClock, somebody: Somebody
) -> None:
    """Somebody may be typing all the same; it is asked less often (RFC 8628 §3.5)."""
    scripted.answers = [(503, {})] * 3 + [(429, {}), TOKEN]
    scripted.begins()

    assert log_in(scripted, clock, somebody) == "t"
    assert [pause for pause in clock.slept if pause >= 1] == [5, 10, 20]


def test_errors_show_no_code(scripted: Scripted, clock: MemoryClock, somebody: Somebody) -> None:
    """Not even when the server says it back."""
    scripted.answers = [(400, {"error": "invalid_grant", "error_description": "d3vice is bad"})]
    scripted.begins()

    with pytest.raises(LoginError, match=r"invalid_grant \*\*\* is bad") as caught:
        log_in(scripted, clock, somebody)
    assert "d3vice" not in str(caught.value) + "".join(somebody.told)
