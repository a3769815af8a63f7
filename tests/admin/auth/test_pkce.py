"""A person logs in with their browser: it opens, comes back with a code, and that is it."""

import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from reconciler.admin.auth.callback import listening
from reconciler.config import Flow
from reconciler.errors import LoginError
from tests.admin.auth.conftest import ToAsking, free_port, kept_files
from tests.admin.auth.people import Somebody, follow


def test_a_browser_logs_in(to_asking: ToAsking, somebody: Somebody) -> None:
    """One browser, for however many calls; the address is told, should none open."""
    connection = to_asking(somebody.person())

    for _ in range(3):
        assert connection.reader.domains()

    assert len(somebody.opened) == 1
    assert somebody.opened[0] in somebody.told[0]


def test_what_is_asked_for_proves_itself(to_asking: ToAsking, somebody: Somebody) -> None:
    """S256, a state that nobody guesses, Admin's own client and scopes."""
    to_asking(somebody.person()).reader.domains()

    asked = parse_qs(urlsplit(somebody.opened[0]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 32
    assert (asked["client_id"], asked["scope"]) == (["flytectl"], ["all offline"])


def test_nobody_comes_back(to_asking: ToAsking, somebody: Somebody) -> None:
    """It is waited for as long as the configuration says, not for ever."""
    somebody.visit = lambda url: None
    connection = to_asking(somebody.person(), browser_seconds=0.1)

    with pytest.raises(LoginError, match=r"nobody logged in at http://\S+ within 0\.1 s"):
        connection.reader.domains()


def test_another_pages_code_is_not_taken(
    to_asking: ToAsking, somebody: Somebody, callback_port: int
) -> None:
    """A code with a foreign state is turned away, and the right one still waited for."""
    answers: list[httpx.Response] = []

    def visit(url: str) -> None:
        for path in ("/callback?code=evil&state=guessed", "/callback?code=evil", "/favicon.ico"):
            answers.append(httpx.get(f"http://localhost:{callback_port}{path}"))
        follow(url)

    somebody.visit = visit

    assert to_asking(somebody.person()).reader.domains()
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert all("evil" not in answer.text for answer in answers)


def test_a_refusal_is_told(to_asking: ToAsking, somebody: Somebody, callback_port: int) -> None:
    """In the server's words."""

    def refuse(url: str) -> None:
        state = parse_qs(urlsplit(url).query)["state"][0]
        answer = {"state": state, "error": "access_denied", "error_description": "not you"}
        httpx.get(f"http://localhost:{callback_port}/callback", params=answer)

    somebody.visit = refuse

    with pytest.raises(LoginError, match="the login was refused: access_denied not you"):
        to_asking(somebody.person()).reader.domains()


def test_a_connection_that_says_nothing_holds_nobody_up(
    to_asking: ToAsking, somebody: Somebody, callback_port: int
) -> None:
    """Browsers connect ahead of time."""

    def visit(url: str) -> None:
        with socket.create_connection(("localhost", callback_port)):
            follow(url)

    somebody.visit = visit

    assert to_asking(somebody.person()).reader.domains()


def test_the_port_may_be_taken(
    to_asking: ToAsking, somebody: Somebody, callback_port: int
) -> None:
    """By another login, most likely."""
    with (
        socket.create_server(("127.0.0.1", callback_port)),
        pytest.raises(LoginError, match="is another login under way"),
    ):
        to_asking(somebody.person()).reader.domains()


def test_ci_opens_no_browser(to_asking: ToAsking, somebody: Somebody, tmp_path: Path) -> None:
    """Ever: whatever the terminal looks like and whatever authType says."""
    for flow in (Flow.PKCE, Flow.DEVICE):
        connection = to_asking(somebody.person(in_ci=True), flow=flow)
        with pytest.raises(LoginError, match=f"authType {flow} needs a person, and CI is set"):
            connection.reader.domains()

    assert (somebody.opened, somebody.told, kept_files(tmp_path)) == ([], [], [])


def test_nobody_is_asked_where_nobody_is(to_asking: ToAsking, somebody: Somebody) -> None:
    """A cron job has no terminal; it is told what works without a person."""
    with pytest.raises(LoginError, match=r"needs a person at a terminal.*RECONCILER_TOKEN"):
        to_asking(somebody.person(is_there=False)).reader.domains()

    assert somebody.opened == []


def test_browsers_come_back_to_this_machine_only() -> None:
    """An Admin that sends codes elsewhere gets no browser opened for it."""
    for uri in ("http://example.com/callback", "https://localhost:1/callback", "custom:/x"):
        with pytest.raises(LoginError, match="not on this machine"), listening(uri, "state"):
            pass


def test_the_port_is_free_again_at_once() -> None:
    """One login after the other."""
    port = free_port()
    for _ in range(3):
        with listening(f"http://localhost:{port}/callback", "s3cret") as callback:
            httpx.get(f"http://localhost:{port}/callback?state=s3cret&code=c")
            assert callback.wait(1) == {"state": "s3cret", "code": "c"}
        assert "s3cret" not in repr(callback)
